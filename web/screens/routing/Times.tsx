// Times that hold everywhere: wrap-up and rest by kind of work, patience with lost connections and missed offers. Called by AdminRouting.
import { useState } from "react";
import type { RoutingBook, WorkKind } from "#contract/routing-book.ts";
import { workKinds } from "#contract/routing-book.ts";
import { Count, Length } from "#web/screens/routing/Parts.tsx";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { changeDraft, faultIn } from "#web/state/routingDraft.ts";
import { t } from "#web/state/words.ts";

/** Kinds in which somebody is there and may fall silent. */
const resting: readonly WorkKind[] = ["chat", "message"];

export const TimesCard = ({ book, problem }: { readonly book: RoutingBook; readonly problem: Problem | null }) => {
  // Thrown away, the fields begin anew with what stands.
  const [shown, setShown] = useState({ book, turn: 0 });
  if (shown.book !== book && isOther(shown.book, book)) setShown({ book, turn: shown.turn + 1 });
  const set = (kind: WorkKind, part: Partial<NonNullable<RoutingBook["kinds"][WorkKind]>>): void =>
    change((now) => ({
      ...now,
      kinds: { ...now.kinds, [kind]: { wrapUpSeconds: 0, restSeconds: 0, ...now.kinds[kind], ...part } },
    }));
  const change = (how: (now: RoutingBook) => RoutingBook): void => {
    changeDraft(how);
    setShown(({ turn, book: last }) => ({ turn, book: how(last) }));
  };
  const isWrong = faultIn(problem, "kinds") !== null && problem !== null;
  return (
    <section className="card" key={shown.turn}>
      <h2>{t("routingSetup.times")}</h2>
      <p className="card-words">{t("routingSetup.timesHint")}</p>
      <div className="routing-times">
        {workKinds.map((kind) => (
          <Length
            key={kind}
            label={t("routingSetup.wrapUp", { kind: t(`routing.kinds.${kind}`) })}
            most={3_600}
            value={book.kinds[kind]?.wrapUpSeconds ?? 0}
            onChange={(wrapUpSeconds) => {
              if (wrapUpSeconds !== null) set(kind, { wrapUpSeconds });
            }}
          />
        ))}
      </div>
      <p className="card-words">{t("routingSetup.restHint")}</p>
      <div className="routing-times">
        {resting.map((kind) => (
          <Length
            key={kind}
            label={t("routingSetup.rest", { kind: t(`routing.kinds.${kind}`) })}
            value={book.kinds[kind]?.restSeconds ?? 0}
            onChange={(restSeconds) => {
              if (restSeconds !== null) set(kind, { restSeconds });
            }}
          />
        ))}
      </div>
      {isWrong ? <p className="field-fault">{problemWords(problem)}</p> : null}
      <div className="routing-times">
        <Length
          label={t("routingSetup.grace")}
          hint={t("routingSetup.graceHint")}
          least={5}
          most={600}
          value={book.graceSeconds}
          onChange={(graceSeconds) => {
            if (graceSeconds !== null) change((now) => ({ ...now, graceSeconds }));
          }}
        />
        <Length
          label={t("routingSetup.sticky")}
          hint={t("routingSetup.stickyHint")}
          value={book.stickySeconds}
          onChange={(stickySeconds) => {
            if (stickySeconds !== null) change((now) => ({ ...now, stickySeconds }));
          }}
        />
        <Count
          label={t("routingSetup.misses")}
          hint={t("routingSetup.missesHint")}
          least={0}
          most={20}
          value={book.missesUntilAway}
          onChange={(missesUntilAway) => {
            if (missesUntilAway !== null) change((now) => ({ ...now, missesUntilAway }));
          }}
        />
      </div>
    </section>
  );
};

/** Are its times other than these? */
const isOther = (a: RoutingBook, b: RoutingBook): boolean =>
  JSON.stringify([a.kinds, a.graceSeconds, a.stickySeconds, a.missesUntilAway]) !==
  JSON.stringify([b.kinds, b.graceSeconds, b.stickySeconds, b.missesUntilAway]);
