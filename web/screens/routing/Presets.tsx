// Where there is no queue yet: sets that make sense, each with what it does. Called by AdminRouting.
import { agents } from "#contract/agents.ts";
import { brands } from "#contract/brands.ts";
import type { RoutingBook } from "#contract/routing-book.ts";
import { Button } from "#web/kit/Button.tsx";
import { call } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { changeDraft } from "#web/state/routingDraft.ts";
import { presetNames, withPreset, type PresetName } from "#web/state/routingPresets.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const Presets = ({ book, own }: { readonly book: RoutingBook; readonly own: () => void }) => {
  const teams = useStore(deskState, (state) => state.teams);
  const take = async (preset: PresetName): Promise<void> => {
    // Asked for now: the desk may not have heard yet of what there is.
    const [channels, asked] = await Promise.all([call(brands.channels, {}), call(agents.teams, {})]);
    if (!channels.ok) return tellProblem(channels.problem);
    if (!asked.ok) return tellProblem(asked.problem);
    const channelKinds = [...new Set(channels.value.map(({ kind }) => kind))];
    const setting = { newId: () => crypto.randomUUID(), channelKinds, teams: asked.value };
    changeDraft((now) => withPreset(now, preset, setting));
  };
  return (
    <div className="card">
      <p className="card-words">{t("routingSetup.none")}</p>
      <ul className="routing-presets">
        {presetNames
          .filter((preset) => preset !== "byTeam" || teams.length > 0)
          .map((preset) => (
            <li key={preset}>
              <div>
                <strong id={`preset-${preset}`}>{t(`routingSetup.presets.${preset}`)}</strong>
                <p className="field-hint">{t(`routingSetup.presetHints.${preset}`)}</p>
              </div>
              <Button
                aria-label={`${t("routingSetup.takePreset")}: ${t(`routingSetup.presets.${preset}`)}`}
                onPress={() => void take(preset)}
              >
                {t("routingSetup.takePreset")}
              </Button>
            </li>
          ))}
      </ul>
      <div>
        <Button look="quiet" icon="plus" onPress={own}>
          {t(book.queues.length === 0 ? "routingSetup.ownQueue" : "routingSetup.addQueue")}
        </Button>
      </div>
    </div>
  );
};
