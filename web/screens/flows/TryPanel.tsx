// A flow is tried while it is written: as a chat, or as a call. The server's interpreter answers; nothing is kept and nothing is sent. Called by the editor.
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { FlowAnswer, FlowEffect, FlowInput, FlowOutput, FlowQuestion } from "#contract/flow-runs.ts";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { TryEffect } from "#web/screens/flows/TryEffect.tsx";
import { useEditing } from "#web/screens/flows/useEditing.ts";
import { deskState } from "#web/state/desk.ts";
import { spoken } from "#web/state/flowSteps.ts";
import { backInTry, beginTry, endTry, flowTry, tellTry, waitsFor, type Turn, type Trying } from "#web/state/flowTry.ts";
import { problemWords } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { dayAndTime, t } from "#web/state/words.ts";

export const TryPanel = () => {
  const { draft } = useEditing();
  const trying = useStore(flowTry, (now) => now);
  const brands = useStore(deskState, (state) => state.brands);
  const brand = brands.find(({ id }) => id === trying.brandId) ?? brands[0];
  const end = useRef<HTMLDivElement>(null);
  const set = (part: Partial<Trying>): void => flowTry.set((now) => ({ ...now, ...part }));
  // A try is of this flow and ends with it; its language is one that the flow speaks.
  useEffect(() => endTry, []);
  useEffect(() => {
    flowTry.set((now) => ({
      ...now,
      brandId: brand?.id ?? now.brandId,
      language: draft.languages.includes(now.language) ? now.language : (draft.languages[0] ?? "de"),
    }));
  }, [brand?.id, draft.languages]);
  useEffect(() => {
    // It gives a promise in newer browsers, and React would take it for what ends the effect.
    end.current?.scrollIntoView({ block: "nearest" });
  }, [trying.turns]);
  const tell = (input: FlowInput, shown: string | null): void => void tellTry(draft, brand?.name ?? "", input, shown);
  const begin = (): void => void beginTry(draft, brand?.name ?? "");
  const waits = waitsFor(trying.turns);
  const answer = (given: FlowAnswer, shown: string, asked: number): void =>
    tell({ kind: "answer", asked, answer: given }, shown);
  return (
    <section className="flow-try" aria-label={t("flowEditor.tabs.try")}>
      <div className="flow-try-settings">
        <Choose
          quiet
          label={t("flowTry.medium")}
          value={trying.medium}
          choices={(["chat", "voice"] as const).map((id) => ({ id, label: t(`flowTry.as.${id}`) }))}
          onChange={(medium) => {
            set({ medium });
            if (trying.turns.length > 0) tell({ kind: "moved", language: null }, null);
          }}
        />
        {draft.languages.length > 1 ? (
          <Choose
            quiet
            label={t("flowTry.language")}
            value={trying.language}
            choices={draft.languages.map((id) => ({ id, label: t(`languages.${id}`) }))}
            onChange={(language) => {
              set({ language });
              if (trying.turns.length > 0) tell({ kind: "moved", language }, null);
            }}
          />
        ) : null}
        {brands.length > 1 ? (
          <Choose
            quiet
            label={t("admin.brand")}
            value={brand?.id ?? ""}
            choices={brands.map(({ id, name }) => ({ id: id as string, label: name }))}
            onChange={(brandId) => set({ brandId })}
          />
        ) : null}
        <div className="flow-try-toggles">
          <Toggle label={t("flowTry.open")} value={trying.open} onChange={(open) => set({ open })} />
          <Toggle
            label={t("flowTry.someoneThere")}
            value={trying.someoneThere}
            onChange={(someoneThere) => set({ someoneThere })}
          />
          <Toggle label={t("flowTry.verified")} value={trying.verified} onChange={(verified) => set({ verified })} />
          {draft.steps.some((step) => step.do === "incidents") ? (
            <Toggle label={t("flowTry.incident")} value={trying.incident} onChange={(incident) => set({ incident })} />
          ) : null}
        </div>
        <div className="flow-try-buttons">
          <Button
            look={trying.turns.length === 0 ? "primary" : "plain"}
            icon={trying.turns.length === 0 ? "play" : "retry"}
            isDisabled={draft.start === null}
            onPress={begin}
          >
            {t(trying.turns.length === 0 ? "flowTry.begin" : "flowTry.again")}
          </Button>
          <Button icon="undo" isDisabled={trying.turns.length < 2} onPress={backInTry}>
            {t("flowTry.back")}
          </Button>
        </div>
      </div>
      {trying.problem === null ? null : (
        <p className="form-problem" role="alert">
          <Icon name="warning" /> {problemWords(trying.problem)}
        </p>
      )}
      <div
        className="flow-said"
        data-medium={trying.medium}
        aria-live="polite"
        role="log"
        aria-label={t("flowTry.said")}
      >
        {trying.turns.length === 0 ? <p className="field-hint">{t("flowTry.hint")}</p> : null}
        {trying.turns.map((turn, index) => (
          <Said key={index} turn={turn} isVoice={trying.medium === "voice"} />
        ))}
        <div ref={end} />
      </div>
      {waits === null ? null : (
        <div className="flow-try-answer" aria-busy={trying.isAsking}>
          {waits.for === "question" ? (
            <Question
              key={waits.question.asked}
              question={waits.question}
              trying={trying}
              answer={(given, shown) => answer(given, shown, waits.question.asked)}
            />
          ) : waits.for === "effect" ? (
            <TryEffect
              key={waits.effect}
              what={waits.what}
              tell={(outcome, shown) => tell({ kind: "outcome", effect: waits.effect, outcome }, shown)}
            />
          ) : (
            <p className="flow-ending">
              <Icon name={waits.ending.as === "handedOver" || waits.ending.as === "callback" ? "person" : "check"} />
              {waits.ending.as === "handedOver"
                ? t(`flowTry.handedOver.${waits.ending.why}`)
                : t(`flowTry.endings.${waits.ending.as}`)}
            </p>
          )}
          {waits.for === "end" ? null : (
            <div className="flow-try-buttons">
              <Button look="quiet" icon="person" onPress={() => tell({ kind: "human" }, t("flowTry.human"))}>
                {t("flowTry.human")}
              </Button>
              <Button look="quiet" icon="clock" onPress={() => tell({ kind: "rested" }, t("flowTry.silence"))}>
                {t("flowTry.rest")}
              </Button>
            </div>
          )}
        </div>
      )}
    </section>
  );
};

const Said = ({ turn, isVoice }: { readonly turn: Turn; readonly isVoice: boolean }) => (
  <>
    {turn.shown === null ? null : (
      <p className="flow-bubble" data-by="them" dir="auto">
        {turn.shown}
      </p>
    )}
    {turn.outputs.map((output, index) => (
      <SaidOne key={index} output={output} words={turn.words[index] ?? ""} isVoice={isVoice} />
    ))}
  </>
);

const SaidOne = ({
  output,
  words,
  isVoice,
}: {
  readonly output: FlowOutput;
  readonly words: string;
  readonly isVoice: boolean;
}) => {
  if (output.kind === "effect")
    return (
      <p className="flow-happens">
        <Icon name="settings" size="small" /> {effectWords(output.what)}
      </p>
    );
  if (words === "") return null;
  return (
    <p className="flow-bubble" data-by="us" data-kind={output.kind} dir="auto">
      {isVoice ? <Icon name="phone" size="small" label={t("flowTry.spoken")} /> : null}
      <span>{words}</span>
    </p>
  );
};

const effectWords = (what: FlowEffect): string => {
  switch (what.do) {
    case "lookUp":
      return t("flowTry.effects.lookUp", { what: `${what.service}: ${what.method} ${what.path}` });
    case "sendCode":
      return t("flowTry.effects.sendCode", { email: what.email });
    case "tryCode":
      return t("flowTry.effects.tryCode", { code: what.code });
    case "times":
      return t("flowTry.effects.times", { count: what.offers });
    case "link":
      return t("flowTry.effects.link");
    case "mailLink":
      return t("flowTry.effects.mailLink", { email: what.email });
    case "timer":
      return t("flowTry.effects.timer", { at: dayAndTime(what.until) });
  }
};

type Answer = (given: FlowAnswer, shown: string) => void;

const Question = ({
  question,
  trying,
  answer,
}: {
  readonly question: FlowQuestion;
  readonly trying: Trying;
  readonly answer: Answer;
}) => (
  <>
    {trying.medium === "voice" ? (
      <Keypad question={question} answer={answer} />
    ) : (
      <Pressed question={question} trying={trying} answer={answer} />
    )}
    <Words isVoice={trying.medium === "voice"} answer={answer} />
    {question.optional ? (
      <Button look="quiet" onPress={() => answer({ by: "skip" }, t("flowTry.skip"))}>
        {t("flowTry.skip")}
      </Button>
    ) : null}
  </>
);

/** What is pressed or filled in, in a chat. */
const Pressed = ({
  question,
  trying,
  answer,
}: {
  readonly question: FlowQuestion;
  readonly trying: Trying;
  readonly answer: Answer;
}) => {
  const { answer: wants } = question;
  switch (wants.kind) {
    case "choice":
      return (
        <div className="flow-try-choices">
          {wants.options.map((option) => {
            const label = spoken(option.label, trying.language) || option.id;
            return (
              <Button key={option.id} onPress={() => answer({ by: "pick", id: option.id }, label)}>
                {label}
              </Button>
            );
          })}
        </div>
      );
    case "yesNo":
      return (
        <div className="flow-try-choices">
          {(["yes", "no"] as const).map((id) => (
            <Button key={id} onPress={() => answer({ by: "pick", id }, t(`fields.${id}`))}>
              {t(`fields.${id}`)}
            </Button>
          ))}
        </div>
      );
    case "time":
      return (
        <div className="flow-try-choices">
          {wants.offered.map(({ id, at }) => (
            <Button key={id} onPress={() => answer({ by: "pick", id }, dayAndTime(at))}>
              {dayAndTime(at)}
            </Button>
          ))}
        </div>
      );
    case "date":
      return <Filled type="date" label={t("flowTry.day")} answer={answer} />;
    case "number":
      return <Filled type="number" label={t("flowTry.number")} answer={answer} />;
    case "file":
      return (
        <div className="flow-try-choices">
          <Button
            icon="clip"
            onPress={() =>
              answer({ by: "files", files: [{ id: crypto.randomUUID(), name: "router.jpg" }] }, "router.jpg")
            }
          >
            {t("flowTry.sendFile")}
          </Button>
        </div>
      );
    case "text":
    case "code":
      return null;
  }
};

const Filled = ({
  type,
  label,
  answer,
}: {
  readonly type: "date" | "number";
  readonly label: string;
  readonly answer: Answer;
}) => {
  const [typed, setTyped] = useState("");
  return (
    <Row
      send={() => {
        if (typed !== "") answer({ by: "value", value: typed }, typed);
      }}
    >
      <Field type={type} label={label} value={typed} onChange={setTyped} />
    </Row>
  );
};

/** Words, typed or spoken. */
const Words = ({ isVoice, answer }: { readonly isVoice: boolean; readonly answer: Answer }) => {
  const [typed, setTyped] = useState("");
  return (
    <Row
      send={() => {
        if (typed.trim() === "") return;
        answer({ by: "words", text: typed }, typed);
        setTyped("");
      }}
    >
      <Field
        label={t(isVoice ? "flowTry.speak" : "flowTry.write")}
        value={typed}
        maxLength={4_000}
        onChange={setTyped}
      />
    </Row>
  );
};

const Row = ({ send, children }: { readonly send: () => void; readonly children: ReactNode }) => (
  <form
    className="flow-try-row"
    onSubmit={(submit) => {
      submit.preventDefault();
      send();
    }}
  >
    {children}
    <Button type="submit" icon="send">
      {t("flowTry.send")}
    </Button>
  </form>
);

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** The keypad of a telephone: what is chosen goes at once, digits are gathered until the hash. */
const Keypad = ({ question, answer }: { readonly question: FlowQuestion; readonly answer: Answer }) => {
  const [typed, setTyped] = useState("");
  const { kind } = question.answer;
  const isChosen = kind === "choice" || kind === "yesNo" || kind === "time";
  const press = (key: string): void => {
    if (key === "#" && typed === "") return;
    if (isChosen || key === "#") {
      const words = key === "#" ? typed : key;
      answer({ by: "words", text: words }, t("flowTry.pressed", { keys: words }));
      setTyped("");
    } else setTyped((now) => now + key);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- keys to press are no fields of a form
    <div className="flow-keypad" role="group" aria-label={t("flowTry.keypad")}>
      {isChosen ? null : (
        <output className="flow-keypad-typed" aria-label={t("flowTry.typed")}>
          {typed || " "}
        </output>
      )}
      {keys.map((key) => (
        <button key={key} type="button" onClick={() => press(key)}>
          {key}
        </button>
      ))}
    </div>
  );
};
