// One thing said: who, when, by which way, how sure we are; its text or its formatted view; files; what became of it.
import { memo, useMemo, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { Message } from "#contract/concerns.ts";
import type { Marker } from "#lib/marking.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ChannelMark, Face, When } from "#web/kit/Marks.tsx";
import { Late } from "#web/kit/Late.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { Told } from "#web/kit/Told.tsx";
import { AssuranceBadge } from "#web/screens/concerns/Assurance.tsx";
import { Deliveries } from "#web/screens/concerns/Deliveries.tsx";
import { FileList } from "#web/screens/concerns/FileList.tsx";
import { isStructured, MessageParts } from "#web/screens/concerns/MessageParts.tsx";
import { PlainText } from "#web/kit/PlainText.tsx";
import { MailFrame } from "#web/screens/concerns/MailFrame.tsx";
import { CoveredText, download, hidesSecrets, loadWhole, useMayShow } from "#web/screens/concerns/Secrets.tsx";
import { isFoundBelow } from "#web/state/finding.ts";
import { ProposalLine } from "#web/screens/concerns/ProposalLine.tsx";
import { nameWords } from "#web/state/names.ts";
import { saidBy } from "#web/state/parties.ts";
import { resultWords } from "#web/state/reasons.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { t, words } from "#web/state/words.ts";
import { splitOff } from "#web/state/moving.ts";
import { setUi } from "#web/state/ui.ts";
import { noteHere } from "#web/state/kept.ts";

const movingEntries = ({ id, concernId }: Message) => [
  {
    id: "splitFrom",
    label: t("moving.splitFrom"),
    icon: "split" as const,
    run: () => void splitOff(concernId, { from: id }, null),
  },
  {
    id: "splitOnly",
    label: t("moving.splitOnly"),
    icon: "split" as const,
    run: () => void splitOff(concernId, { only: [id] }, null),
  },
  {
    id: "move",
    label: t("moving.moveFrom"),
    icon: "right" as const,
    run: () => setUi({ moving: { what: "from", messageId: id } }),
  },
];

type Mode = "text" | "html";

/** The frame says by itself that pictures are blocked, and offers to show them; that our own mail was repeated is nothing to be warned of. */
const unsaid = new Set(["remoteImages", "ownLinkHidden"]);
const choiceKey = "draht.messageMode";
const usual = (): Mode => (localStorage.getItem(choiceKey) === "html" ? "html" : "text");

/** Formatted by itself only where the text would say less: when there is none, or pictures stand in it. */
const firstMode = (message: Message, last: boolean): Mode => {
  if (message.html === null) return "text";
  if (message.text.trim() === "") return "html";
  return usual() === "html" || (last && message.files.some((file) => file.inlineId !== null && file.image))
    ? "html"
    : "text";
};

/** Painted again only when something of its own changes: a thread has many, and every live event comes by here. */
export const MessageCard = memo(function MessageCard({
  message,
  last,
  incomplete,
  marker,
  hit,
}: {
  readonly message: Message;
  readonly last: boolean;
  readonly incomplete: boolean;
  /** What somebody looks for; null: nothing. */
  readonly marker: Marker | null;
  /** It fits what is looked for: shown as text, in which words can be marked. */
  readonly hit: boolean;
}) {
  const language = useStore(deskState, (state) => state.rows[message.concernId]?.language);
  const sayer = useStore(deskState, (state) => nameWords(saidBy(message.author, state.rows[message.concernId])));
  const [chosen, setChosen] = useState<Mode | null>(null);
  const [unfolded, setUnfolded] = useState<boolean | null>(null);
  const [details, setDetails] = useState(false);
  const mayShow = useMayShow();
  const mode =
    chosen ?? (hit && `${message.text}${message.foldedText}`.trim() !== "" ? "text" : firstMode(message, last));
  const leadsBelow = useMemo(() => hit && isFoundBelow(message, marker), [hit, message, marker]);
  const folded = !(unfolded ?? leadsBelow);
  const tone = message.author.kind === "agent" ? "agent" : message.author.kind === "customer" ? undefined : "system";
  const choose = (next: Mode): void => {
    setChosen(next);
    noteHere(choiceKey, next);
  };
  const warnings = message.warnings.filter((warning) => !unsaid.has(warning));
  const copies = [...message.to, ...message.cc];
  return (
    <article
      className="message"
      data-direction={message.direction}
      aria-label={t(`messageLabel.${message.direction}`, { name: sayer })}
    >
      <header className="message-head">
        <Face name={sayer} {...(tone ? { tone } : {})} />
        <div className="message-who">
          <span className="message-name">
            {sayer}
            {message.from &&
            message.from.value !== message.author.name &&
            nameWords(message.from.value) === message.from.value ? (
              <span className="message-address">{message.from.value}</span>
            ) : null}
          </span>
          {message.direction === "note" ? (
            <span className="message-sub">
              <Icon name="lock" size="small" /> {t("concerns.noteHint")}
            </span>
          ) : copies.length > 0 ? (
            <button
              type="button"
              className="message-sub message-to"
              aria-expanded={details}
              onClick={() => setDetails(!details)}
            >
              {t("concerns.toWhom", { names: copies.map((one) => nameWords(one.name ?? one.value)).join(", ") })}
            </button>
          ) : null}
        </div>
        <div className="message-marks">
          {message.automatic === null ? null : (
            <span className="message-auto">
              <Icon name="robot" size="small" /> {words(`automatic.${message.automatic}`) ?? t("automatic.machine")}
            </span>
          )}
          {message.direction === "in" && message.assurance !== null ? <AssuranceBadge message={message} /> : null}
          {message.channelKind === null ? null : <ChannelMark kind={message.channelKind} />}
          <span className="message-when">
            <When at={message.at} />
          </span>
          {message.html === null ? null : (
            <IconButton
              size="tiny"
              icon="code"
              label={t(mode === "html" ? "concerns.showText" : "concerns.showHtml")}
              pressed={mode === "html"}
              onPress={() => choose(mode === "html" ? "text" : "html")}
            />
          )}
          <Late
            label={t("concerns.more")}
            className="icon-button"
            size="tiny"
            opens="menu"
            content={<Icon name="more" />}
          >
            {({ isOpen, onOpenChange }) => (
              <ActionMenu
                label={t("concerns.more")}
                placement="bottom end"
                isOpen={isOpen}
                onOpenChange={onOpenChange}
                trigger={
                  <AriaButton className="icon-button" data-size="tiny" aria-label={t("concerns.more")}>
                    <Icon name="more" />
                  </AriaButton>
                }
                entries={[
                  {
                    id: "copy",
                    label: t("concerns.copyText"),
                    icon: "copy",
                    run: () => void navigator.clipboard.writeText(message.text),
                  },
                  ...(message.direction === "system" ? [] : movingEntries(message)),
                  { id: "details", label: t("concerns.details"), icon: "list", run: () => setDetails(!details) },
                  ...(mayShow && hidesSecrets(message)
                    ? [
                        {
                          id: "original",
                          label: t("concerns.secrets.original"),
                          icon: "eye" as const,
                          run: () => void loadWhole(message.id, { what: "original" }),
                        },
                      ]
                    : []),
                  ...(message.rawUrl === null
                    ? []
                    : [
                        {
                          id: "raw",
                          label: t("concerns.raw"),
                          icon: "download" as const,
                          run: () => download(message.rawUrl ?? ""),
                        },
                      ]),
                ]}
              />
            )}
          </Late>
        </div>
      </header>
      {message.proposal === null ? null : <ProposalLine message={message} proposal={message.proposal} />}
      {details ? <Details message={message} /> : null}
      {warnings.length > 0 ? (
        <ul className="message-warnings">
          {warnings.map((warning) => (
            <li key={warning}>
              <Icon name="warning" size="small" />
              {words(`warnings.${warning}`) ?? warning}
              {warning === "replyToDiffers" && message.replyTo ? (
                <span className="message-address">{message.replyTo.value}</span>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      <CoveredText message={message} />
      <div className="message-body" lang={message.direction === "in" ? (language ?? undefined) : undefined}>
        {incomplete ? (
          <output className="message-coming">{t("kit.loading")}</output>
        ) : mode === "html" && message.html ? (
          <MailFrame html={message.html} title={t("concerns.frameTitle", { name: sayer })} />
        ) : (
          <>
            {isStructured(message) ? (
              <MessageParts message={message} marker={marker} />
            ) : (
              <PlainText text={message.text} marker={marker} />
            )}
            {message.foldedText.trim() === "" ? null : (
              <>
                <button type="button" className="fold" aria-expanded={!folded} onClick={() => setUnfolded(folded)}>
                  <Icon name="more" size="small" /> {t(folded ? "concerns.unfold" : "concerns.fold")}
                </button>
                {folded ? null : (
                  <div className="folded">
                    <PlainText text={message.foldedText} marker={marker} />
                  </div>
                )}
              </>
            )}
          </>
        )}
        <FileList files={message.files} messageId={message.id} />
      </div>
      {message.deliveries.length > 0 ? <Deliveries message={message} /> : null}
    </article>
  );
});

const Details = ({ message }: { readonly message: Message }) => {
  const people = (all: Message["to"]): string =>
    all.map((one) => (one.name ? `${one.name} <${one.value}>` : one.value)).join(", ");
  const lines = [
    [t("concerns.from"), message.from ? people([message.from]) : ""],
    [t("composer.to"), people(message.to)],
    [t("composer.cc"), people(message.cc)],
    [t("concerns.answerTo"), message.replyTo ? people([message.replyTo]) : ""],
    [t("concerns.subject"), message.subject ?? ""],
  ].filter(([, value]) => value !== "");
  return (
    <dl className="message-details">
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      {message.verdicts.map((verdict, index) => (
        <div key={index}>
          <dt>{words(`verdicts.${verdict.check}.name`) ?? verdict.check}</dt>
          <dd>
            {resultWords(verdict)} · <Told what={verdict} />
          </dd>
        </div>
      ))}
    </dl>
  );
};
