// What a message by each kind of channel costs the centre; shown beside every way when somebody answers. Called by AdminChannels.tsx.
import { useState } from "react";
import { brands } from "#contract/brands.ts";
import type { ChannelKind } from "#contract/channel.ts";
import { Button } from "#web/kit/Button.tsx";
import { Field } from "#web/kit/Field.tsx";
import { mergeReference } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { language, t } from "#web/state/words.ts";

const most = 99_999.99;

/** As it is written in the agent's language, without marks between thousands: it is to be typed over. */
const textOf = (cents: number | null): string =>
  cents === null ? "" : language() === "de" ? String(cents).replace(".", ",") : String(cents);
/** What was typed as cents; null: nothing; undefined: no such number. */
const centsIn = (typed: string): number | null | undefined => {
  if (typed.trim() === "") return null;
  const cents = Number(typed.trim().replace(",", "."));
  return Number.isFinite(cents) && cents >= 0 && cents <= most ? cents : undefined;
};

export const Costs = () => {
  const kinds = useStore(deskState, (state) => state.kinds).filter(({ can }) => can !== null);
  const [typed, setTyped] = useState<Partial<Record<ChannelKind, string>>>({});
  const changes = kinds.flatMap(({ kind, cents }) => {
    const text = typed[kind];
    return text === undefined || centsIn(text) === cents ? [] : [{ kind, cents: centsIn(text) }];
  });
  const keep = async (): Promise<void> => {
    for (const { kind, cents = null } of changes) {
      const outcome = await call(brands.changeCost, { params: { kind }, body: { cents } });
      if (!outcome.ok) return tellProblem(outcome.problem);
      deskState.set((state) =>
        mergeReference(state, {
          kinds: state.kinds.map((one) => (one.kind === kind ? { ...one, cents: outcome.value.cents } : one)),
        }),
      );
    }
    setTyped({});
    toast(t("admin.costs.kept"));
  };
  return (
    <section className="card">
      <h2>{t("admin.costs.title")}</h2>
      <p className="card-words">{t("admin.costs.hint")}</p>
      <form
        className="form"
        onSubmit={(submit) => {
          submit.preventDefault();
          void keep();
        }}
      >
        <div className="pair">
          {kinds.map(({ kind, cents }) => {
            const text = typed[kind] ?? textOf(cents);
            return (
              <Field
                key={kind}
                label={t(`channels.${kind}.name`)}
                value={text}
                onChange={(next) => setTyped((all) => ({ ...all, [kind]: next }))}
                fault={centsIn(text) === undefined ? t("admin.costs.wrong") : null}
                maxLength={12}
              />
            );
          })}
        </div>
        <div className="form-foot">
          <Button type="submit" isDisabled={changes.length === 0 || changes.some(({ cents }) => cents === undefined)}>
            {t("kit.keep")}
          </Button>
        </div>
      </form>
    </section>
  );
};
