// What of a message is more than words: choices with what was chosen, a form with its fields, an article, an answer. Called by MessageCard.tsx.
import type { Message } from "#contract/concerns.ts";
import type { AnswerPart, Part } from "#contract/parts.ts";
import type { Marker } from "#lib/marking.ts";
import { CallCard } from "#web/screens/concerns/CallCard.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Marked } from "#web/kit/Marks.tsx";
import { PlainText } from "#web/kit/PlainText.tsx";
import { deskState } from "#web/state/desk.ts";
import { marked } from "#web/state/finding.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/parts.css";

interface Shown<P> {
  readonly part: P;
  readonly marker: Marker | null;
  /** What the customer answered to it; null: nothing, as far as the messages at hand say. */
  readonly answer: AnswerPart | null;
}

/** Is it more than words? A question for a rating says all of it in words, and mails that repeat one do not consist of it. */
export const isStructured = ({ parts }: Message): boolean =>
  parts.some(({ kind }) => kind !== "words" && kind !== "rating");

/** All parts in their order. */
export const MessageParts = ({ message, marker }: { readonly message: Message; readonly marker: Marker | null }) => {
  const messages = useStore(deskState, (now) => now.opened[message.concernId]?.messages);
  const answers = (messages ?? []).flatMap(({ parts }) =>
    parts.filter((part) => part.kind === "answer" && part.to.messageId === message.id),
  ) as readonly AnswerPart[];
  return (
    <div className="parts" dir="auto">
      {message.parts.map((part, index) => (
        <OnePart
          key={index}
          part={part}
          marker={marker}
          answer={answers.find(({ to }) => to.part === index) ?? null}
          concernId={message.concernId}
        />
      ))}
    </div>
  );
};

const OnePart = ({ part, marker, answer, concernId }: Shown<Part> & { readonly concernId: string }) => {
  switch (part.kind) {
    case "choices":
      return <Choices part={part} marker={marker} answer={answer} />;
    case "form":
      return <Form part={part} marker={marker} answer={answer} />;
    case "article":
      return (
        <section className="part">
          <h3>
            <Icon name="link" size="small" /> <Words text={part.title} marker={marker} />
          </h3>
          {part.summary === "" ? null : <PlainText text={part.summary} marker={marker} />}
          <PlainText text={part.url} marker={marker} />
        </section>
      );
    case "call":
      return <CallCard callId={part.callId} concernId={concernId} text={part.text} marker={marker} />;
    case "answer":
      return <Answer part={part} marker={marker} answer={null} />;
    case "words":
    case "rating":
      return <PlainText text={part.text} marker={marker} />;
  }
};

const Words = ({ text, marker }: { readonly text: string; readonly marker: Marker | null }) => (
  <Marked parts={marked(text, marker)} />
);

const Choices = ({ part, marker, answer }: Shown<Extract<Part, { kind: "choices" }>>) => {
  const chosen = answer?.values[0]?.value;
  return (
    <section className="part">
      <h3>
        <Icon name="list" size="small" /> <Words text={part.question} marker={marker} />
      </h3>
      <ul className="part-options">
        {part.options.map((option) => (
          <li key={option} data-chosen={option === chosen || undefined}>
            <Words text={option} marker={marker} />
            {option === chosen ? <span className="part-kind"> {t("concerns.parts.chosen")}</span> : null}
          </li>
        ))}
      </ul>
    </section>
  );
};

const Form = ({ part, marker, answer }: Shown<Extract<Part, { kind: "form" }>>) => (
  <section className="part">
    <h3>
      <Icon name="note" size="small" /> <Words text={part.title} marker={marker} />
    </h3>
    <ul className="part-fields">
      {part.fields.map(({ label, type, required, options }, index) => (
        <li key={index}>
          <Words text={label} marker={marker} />{" "}
          <span className="part-kind">
            {options.length > 0 ? options.join(" / ") : t(`composer.parts.types.${type}`)}
            {required ? null : ` · ${t("concerns.parts.optional")}`}
          </span>
        </li>
      ))}
    </ul>
    {answer === null ? null : <p className="part-standing">{t("concerns.parts.answered")}</p>}
  </section>
);

const Answer = ({ part, marker }: Shown<AnswerPart>) => (
  <section className="part" data-kind="answer">
    <h3>
      <Icon name="reply" size="small" /> <Words text={part.question} marker={marker} />
    </h3>
    <dl className="part-values">
      {part.values.map(({ label, value }, index) => (
        <div key={index}>
          <dt>{label === "" ? t("concerns.parts.chosen") : <Words text={label} marker={marker} />}</dt>
          <dd>{value === "" ? "–" : <Words text={value} marker={marker} />}</dd>
        </div>
      ))}
    </dl>
  </section>
);
