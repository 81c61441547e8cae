// Tries the settings of a channel as they stand in the form: a real message out, a look at where messages come from, and in words what came of it.
import { useState } from "react";
import { brands as brandEndpoints } from "#contract/brands.ts";
import type { Channel } from "#contract/brands.ts";
import type { Finding } from "#contract/reasons.ts";
import { Button } from "#web/kit/Button.tsx";
import { Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Told } from "#web/kit/Told.tsx";
import { call } from "#web/state/client.ts";
import type { CallInput, Outcome, Problem } from "#web/state/client.ts";
import { t } from "#web/state/words.ts";

type Wish = Omit<NonNullable<CallInput<typeof brandEndpoints.testChannel>["body"]>, "to">;
type Findings = Extract<Outcome<{ sending: Finding | null; receiving: Finding | null }>, { ok: true }>["value"];

export const ChannelTest = ({
  wish,
  tell,
}: {
  /** What is tried; null while it is not there yet. */
  readonly wish: Wish | null;
  /** Shows what is wrong with the settings, or that nothing is any more. */
  readonly tell: (problem: Problem | null) => void;
}) => {
  const [to, setTo] = useState("");
  const [running, setRunning] = useState(false);
  const [findings, setFindings] = useState<Findings | null>(null);
  const run = async (): Promise<void> => {
    if (wish === null || running) return;
    setRunning(true);
    setFindings(null);
    tell(null);
    const outcome = await call(brandEndpoints.testChannel, { body: { ...wish, to: to.trim() } });
    setRunning(false);
    if (outcome.ok) setFindings(outcome.value);
    else tell(outcome.problem);
  };
  return (
    <fieldset className="fieldset channel-test">
      <legend>{t("admin.test")}</legend>
      <p className="field-hint">{t("admin.testHint")}</p>
      <div className="channel-test-line">
        {/* Enter in this field tries; it does not keep the whole form. */}
        <Field label={t("admin.testTo")} value={to} onChange={setTo} maxLength={320} onEnter={() => void run()} />
        <Button look="plain" icon="send" onPress={() => void run()} isDisabled={wish === null || running}>
          {t("admin.testRun")}
        </Button>
      </div>
      <output>
        {running ? <span>{t("admin.testing")}</span> : null}
        {findings === null ? null : (
          <>
            <Line name={t("admin.testSending")} finding={findings.sending} />
            <Line name={t("admin.testReceiving")} finding={findings.receiving} />
            {findings.sending === null && findings.receiving === null ? <span>{t("admin.testNothing")}</span> : null}
          </>
        )}
      </output>
    </fieldset>
  );
};

const Line = ({ name, finding }: { readonly name: string; readonly finding: Finding | null }) =>
  finding === null ? null : (
    <span className="finding" data-result={finding.result}>
      <Icon name={finding.result === "good" ? "check" : "warning"} />
      <span>
        <strong>{name}</strong> <Told what={finding} />
      </span>
    </span>
  );

/** The parts of a form that are tried. */
export const wishOf = (
  channel: Pick<Channel, "id"> | null,
  brandId: string,
  kind: Channel["kind"] | undefined,
  settings: Readonly<Record<string, unknown>> | null,
): Wish | null =>
  kind === undefined || settings === null ? null : { id: channel?.id ?? null, brandId, kind, settings };
