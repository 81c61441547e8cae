// Who else looks at a concern or writes in it: small faces. Called by the header and the composer.
import type { Look } from "#contract/live.ts";
import { Face } from "#web/kit/Marks.tsx";
import { deskState, looks } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { listed, t } from "#web/state/words.ts";

const nobody: readonly Look[] = [];

export const WhoElse = ({ concernId }: { readonly concernId: string }) => {
  const present = useStore(looks, (all) => all[concernId] ?? nobody);
  const agents = useStore(deskState, (state) => state.agents);
  const named = present.flatMap((look) => {
    const agent = agents.find((one) => one.id === look.agentId);
    return agent ? [{ ...look, name: agent.name }] : [];
  });
  if (named.length === 0) return null;
  return (
    <ul className="who-else" aria-label={t("concerns.whoElse")}>
      {named.map((one) => (
        <li
          key={one.agentId}
          data-typing={one.state === "typing" || undefined}
          title={t(`looks.${one.state}`, { name: one.name })}
        >
          <Face small name={one.name} />
          <span className="quietly">{t(`looks.${one.state}`, { name: one.name })}</span>
        </li>
      ))}
    </ul>
  );
};

/** A line above the composer while a colleague writes in the same concern. */
export const WhoWrites = ({ concernId }: { readonly concernId: string }) => {
  const present = useStore(looks, (all) => all[concernId] ?? nobody);
  const agents = useStore(deskState, (state) => state.agents);
  const names = present
    .filter((look) => look.state === "typing")
    .flatMap((look) => agents.find((one) => one.id === look.agentId)?.name ?? []);
  return (
    <p className="who-writes" aria-live="polite">
      {names.length > 0 ? t("concerns.whoWrites", { names: listed(names), count: names.length }) : ""}
    </p>
  );
};
