// What a supervisor has told me or my teams: a quiet note in the first pane until I put it away. Called by the first pane.
import { useEffect, useRef } from "react";
import { IconButton } from "#web/kit/Button.tsx";
import { When } from "#web/kit/Marks.tsx";
import { deskState } from "#web/state/desk.ts";
import { announce } from "#web/state/spoken.ts";
import { useStore } from "#web/state/store.ts";
import { myWork, putAway, putToldAway } from "#web/state/work.ts";
import type { MyWork } from "#web/state/workParts.ts";
import { t } from "#web/state/words.ts";

type ToldWord = MyWork["told"][number];

const nothing: readonly ToldWord[] = [];

export const Told = () => {
  const told = useStore(myWork, (now) => now?.told ?? nothing);
  const away = useStore(putAway, (now) => now);
  const shown = told.filter(({ id }) => !away.includes(id));
  const known = useRef<ReadonlySet<string> | null>(null);
  const { agents } = deskState.get();
  useEffect(() => {
    const fresh = known.current === null ? [] : told.filter(({ id }) => !known.current?.has(id));
    if (told !== nothing) known.current = new Set(told.map(({ id }) => id));
    const [first] = fresh;
    if (first && first.by !== deskState.get().me)
      announce(t("routing.toldSpoken", { who: nameOf(first.by, agents), text: first.text }));
  }, [told, agents]);
  if (shown.length === 0) return null;
  return (
    <ul className="told" aria-label={t("routing.told")}>
      {shown.slice(0, 3).map((one) => (
        <ToldNote key={one.id} one={one} />
      ))}
    </ul>
  );
};

const nameOf = (id: string, agents: readonly { readonly id: string; readonly name: string }[]): string =>
  agents.find((agent) => agent.id === id)?.name ?? t("routing.somebody");

const ToldNote = ({ one }: { readonly one: ToldWord }) => {
  const { agents, teams } = useStore(
    deskState,
    (state) => ({ agents: state.agents, teams: state.teams }),
    (a, b) => a.agents === b.agents && a.teams === b.teams,
  );
  const team = one.teamId === null ? t("routing.toldAll") : (teams.find(({ id }) => id === one.teamId)?.name ?? "");
  return (
    <li className="told-note">
      <p dir="auto">{one.text}</p>
      <small>
        {t("routing.toldBy", { who: nameOf(one.by, agents), team })} · <When at={one.at} />
      </small>
      <IconButton icon="close" size="tiny" label={t("routing.putAway")} onPress={() => putToldAway(one.id)} />
    </li>
  );
};
