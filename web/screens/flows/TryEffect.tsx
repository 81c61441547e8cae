// What a flow that is tried wants done outside (look-ups, codes, times, links) is answered by whoever tries it. Called by TryPanel.tsx.
import { useState } from "react";
import type { FlowEffect, FlowOutcome } from "#contract/flow-runs.ts";
import { Button } from "#web/kit/Button.tsx";
import { LongField } from "#web/kit/Field.tsx";
import { readJson } from "#web/state/flowFiles.ts";
import { exampleTimes } from "#web/state/flowTry.ts";
import { t } from "#web/state/words.ts";

/** What is done outside of a flow is answered by whoever tries it. */
export const TryEffect = ({
  what,
  tell,
}: {
  readonly what: FlowEffect;
  readonly tell: (outcome: FlowOutcome, shown: string) => void;
}) => {
  const one = (words: string, outcome: FlowOutcome) => (
    <Button key={words} onPress={() => tell(outcome, words)}>
      {words}
    </Button>
  );
  switch (what.do) {
    case "lookUp":
      return <LookUp tell={tell} />;
    case "sendCode":
      return (
        <div className="flow-try-choices">
          {one(t("flowTry.outcomes.codeSent"), { of: "sendCode", became: "sent" })}
          {one(t("flowTry.outcomes.codeRefused"), { of: "sendCode", became: "refused" })}
        </div>
      );
    case "tryCode":
      return (
        <div className="flow-try-choices">
          {one(t("flowTry.outcomes.codeRight"), { of: "tryCode", became: "verified" })}
          {one(t("flowTry.outcomes.codeWrong"), { of: "tryCode", became: "wrong" })}
          {one(t("flowTry.outcomes.codeOver"), { of: "tryCode", became: "over" })}
        </div>
      );
    case "times":
      return (
        <div className="flow-try-choices">
          <Button
            onPress={() =>
              tell(
                { of: "times", times: [...exampleTimes(what.offers, what.minutes, new Date())] },
                t("flowTry.outcomes.times", { count: what.offers }),
              )
            }
          >
            {t("flowTry.outcomes.times", { count: what.offers })}
          </Button>
          {one(t("flowTry.outcomes.noTimes"), { of: "times", times: [] })}
        </div>
      );
    case "link":
      return (
        <div className="flow-try-choices">
          {one(t("flowTry.outcomes.link"), { of: "link", url: "https://example.org/go-on" })}
        </div>
      );
    case "mailLink":
      return (
        <div className="flow-try-choices">
          {one(t("flowTry.outcomes.mailSent"), { of: "mailLink", became: "sent" })}
          {one(t("flowTry.outcomes.mailRefused"), { of: "mailLink", became: "refused" })}
        </div>
      );
    case "timer":
      return <div className="flow-try-choices">{one(t("flowTry.outcomes.timer"), { of: "timer" })}</div>;
  }
};

const LookUp = ({ tell }: { readonly tell: (outcome: FlowOutcome, shown: string) => void }) => {
  const [text, setText] = useState("{}");
  const found = readJson(text);
  return (
    <>
      <LongField
        mono
        rows={4}
        label={t("flowTry.lookUpAnswer")}
        hint={t("flowTry.lookUpHint")}
        value={text}
        maxLength={20_000}
        fault={found === undefined ? t("flowEditor.file.noJson") : null}
        onChange={setText}
      />
      <div className="flow-try-choices">
        <Button
          isDisabled={found === undefined}
          onPress={() => {
            if (found !== undefined)
              tell({ of: "lookUp", became: "found", body: found as never }, t("flowTry.outcomes.found"));
          }}
        >
          {t("flowTry.outcomes.found")}
        </Button>
        {(["missing", "failed"] as const).map((became) => (
          <Button key={became} onPress={() => tell({ of: "lookUp", became }, t(`flowTry.outcomes.${became}`))}>
            {t(`flowTry.outcomes.${became}`)}
          </Button>
        ))}
      </div>
    </>
  );
};
