// Where an answer or a note is written. Drafts are kept by web/state/drafts.ts; this file is the picture and the sending.
import { addressKindOf } from "#contract/channel.ts";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { useNow } from "#web/kit/Marks.tsx";
import { nameWords } from "#web/state/names.ts";
import { session } from "#web/state/session.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { Brand } from "#contract/brands.ts";
import type { VisitorLook } from "#contract/live.ts";
import { PlainField } from "#web/screens/concerns/PlainField.tsx";
import { Below } from "#web/screens/concerns/Below.tsx";
import { InsertParts } from "#web/screens/concerns/InsertParts.tsx";
import { NoteField } from "#web/screens/concerns/NoteField.tsx";
import { Recipients } from "#web/screens/concerns/Recipients.tsx";
import { useUploads } from "#web/screens/concerns/useUploads.ts";
import { ScheduledNotice } from "#web/screens/concerns/ScheduledLine.tsx";
import type { ChosenTime } from "#web/screens/concerns/ScheduleSheet.tsx";
import { MeanwhileLine, useSaidSince } from "#web/screens/concerns/Meanwhile.tsx";
import { SendButtons, sendKeys, usualThen } from "#web/screens/concerns/SendButtons.tsx";
import { SecondDraft } from "#web/screens/concerns/SecondDraft.tsx";
import { UploadList } from "#web/screens/concerns/UploadList.tsx";
import { changesText, sends } from "#web/commands/keys.ts";
import { WayChoice } from "#web/screens/concerns/WayChoice.tsx";
import { isInside } from "#web/kit/platform.ts";
import { WhoWrites } from "#web/screens/concerns/WhoElse.tsx";
import { sendNote, sendPart, sendReply } from "#web/state/actions.ts";
import type { Then } from "#web/state/actions.ts";
import type { Opened } from "#web/state/apply.ts";
import { bestWay, isEmpty, nothingTyped, startRecipients, waysNow, withTyped } from "#web/state/composing.ts";
import { belowOf, shownBelow } from "#web/state/below.ts";
import type { ComposerKind } from "#web/state/composing.ts";
import { deskState, sayLook, visitors } from "#web/state/desk.ts";
import { adopt, composerOf, discard, edit, keepTyped } from "#web/state/drafts.ts";
import { finding } from "#web/state/finding.ts";
import { wayForParts, type PartKind } from "#web/state/parts.ts";
import { problemWords } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { compose, setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

const RichEditor = lazy(() =>
  import("#web/screens/concerns/Editor.tsx").then((module) => ({ default: module.Editor })),
);

const nobodyHere: readonly VisitorLook[] = [];

/** Until the brands are loaded nothing can be sent. */
const noBrand: Brand = { id: "" as Brand["id"], name: "", signature: "", language: "de" };

/** How long after the last key a colleague is still shown as writing. Milliseconds. */
const stillWritingMs = 5_000;

export const Composer = ({ opened }: { readonly opened: Opened }) => {
  const open = useStore(ui, (now) => now.composer);
  const { id } = opened.concern.row;
  useEffect(() => {
    setUi({ concernId: id });
    return () => setUi({ concernId: null });
  }, [id]);
  const goingThroughHits = useStore(finding, (now) => now?.concernId === id);
  const withDraft = (["reply", "note"] as const).filter((kind) => opened.drafts.some((draft) => draft.kind === kind));
  return (
    <section className="composer" aria-label={t("composer.title")} data-kind={open ?? undefined}>
      <WhoWrites concernId={id} />
      <ScheduledNotice opened={opened} writing={open === "reply"} />
      <SecondDraft opened={opened} />
      {open === null ? (
        <div className="composer-folded">
          <AriaButton className="composer-start" onPress={() => compose("reply")}>
            <Icon name="reply" />
            <span>
              {withDraft.includes("reply")
                ? t("composer.goOn")
                : t("composer.answerTo", { name: nameWords(opened.concern.row.customerName) })}
            </span>
            <kbd aria-hidden>R</kbd>
          </AriaButton>
          <AriaButton className="composer-start" data-kind="note" onPress={() => compose("note")}>
            <Icon name="note" />
            <span>{withDraft.includes("note") ? t("composer.goOnNote") : t("commands.note")}</span>
            {goingThroughHits ? null : <kbd aria-hidden>N</kbd>}
          </AriaButton>
        </div>
      ) : (
        <Open key={open} opened={opened} kind={open} />
      )}
    </section>
  );
};

const Open = ({ opened, kind }: { readonly opened: Opened; readonly kind: ComposerKind }) => {
  const { id } = opened.concern.row;
  const draft = opened.drafts.find((one) => one.kind === kind);
  const state = useStore(composerOf(id, kind, draft), (now) => now);
  const focus = useStore(ui, (now) => now.composerFocus);
  const brandChannels = useStore(deskState, (now) => now.channels);
  const facts = useStore(session, (now) => (now.kind === "signedIn" ? now.settings : null));
  const [then, setThen] = useState<Then>(usualThen);
  const [choosing, setChoosing] = useState(false);
  /** Rises with each wish for the field of copies, which then has the caret. */
  const [ccWished, setCcWished] = useState(0);
  const showCc = ccWished > 0;
  // Opened for the copies, the caret is not the text's.
  const [openedAt] = useState(() => (ui.get().composerWish === "cc" ? ui.get().composerFocus : null));
  const { content } = state;

  useEffect(() => adopt(id, kind, draft), [id, kind, draft]);
  const here = useStore(visitors, (all) => all[id] ?? nobodyHere);
  const now = useNow();
  const ways = waysNow(opened.ways, {
    now: now.getTime(),
    urgent: opened.concern.row.priority === "urgent",
    here: here.map(({ address }) => address),
  });
  const way =
    ways.find(
      (one) => one.channelId === content.channelId && (content.to.length === 0 || content.to.includes(one.value)),
    ) ??
    ways.find((one) => one.channelId === content.channelId) ??
    bestWay(ways);
  const kinds = useStore(deskState, (now) => now.kinds);
  const can = kind === "reply" && way ? kinds.find((one) => one.kind === way.channelKind)?.can : undefined;
  const [inserting, setInserting] = useState<{ readonly kind: PartKind; readonly byCommand: boolean } | null>(null);
  const takesFiles = can?.attachments !== null;
  const takesHtml = can?.html !== false;
  const start = startRecipients(opened, way);
  // Once the agent has touched whom it goes to, the channel is set with it; until then the best guess stands there.
  const touched = content.channelId !== null;
  const chips = touched ? content : start;
  // What was begun in a field is meant, too, whether a key has made it a recipient or not.
  const to = withTyped(chips.to, state.typed.to);
  const cc = withTyped(chips.cc, state.typed.cc);
  const channelId = content.channelId ?? way?.channelId ?? null;

  // Choices, forms and articles go where the answer goes, or, when that takes none, where the customer's chat is.
  const partsWay = kind === "reply" ? wayForParts(ways, kinds) : null;
  const partsGo =
    can?.parts === true
      ? { channelId, to, cc }
      : partsWay && { channelId: partsWay.channelId, to: [partsWay.value], cc: [] };

  const writing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const change = (part: Partial<typeof content>): void => {
    edit(id, kind, part);
    sayLook(id, "typing");
    clearTimeout(writing.current);
    writing.current = setTimeout(() => sayLook(id, "viewing"), stillWritingMs);
  };
  useEffect(
    () => () => {
      clearTimeout(writing.current);
      sayLook(id, "viewing");
    },
    [id],
  );

  const uploads = useUploads({
    limits: facts?.limits ?? null,
    already: content.uploads,
    add: (one) => {
      const latest = composerOf(id, kind, undefined).get().content;
      change({ uploads: [...latest.uploads, one] });
    },
  });

  const brand = useStore(deskState, (now) => now.brands.find((one) => one.id === opened.concern.row.brandId));
  const me = useStore(session, (now) => (now.kind === "signedIn" ? now.me : null));
  const below = shownBelow(opened, {
    agent: { name: me?.agent.name ?? "", signature: me?.preferences.signature ?? "" },
    brand: brand ?? noBrand,
    addressed: [...to, ...cc],
    choice: content.quote ?? null,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });

  // Files let go anywhere over the concern are handed on by its pane.
  const dropped = useStore(ui, (all) => all.dropped);
  useEffect(() => {
    if (dropped.length === 0) return;
    setUi({ dropped: [] });
    if (takesFiles) uploads.add(dropped);
    else toast(t("errors.noFilesHere"));
    // oxlint-disable-next-line react/exhaustive-deps -- each drop is taken once; what takes it is made anew with every painting
  }, [dropped]);

  // What a command asks for; it is done where it is shown.
  const wish = useStore(ui, (all) => all.composerWish);
  useEffect(() => {
    if (wish === null || state.sending) return;
    setUi({ composerWish: null });
    if (wish === "attach" && !takesFiles) toast(t("errors.noFilesHere"));
    else if (wish === "attach") uploads.choose();
    else if (wish === "discard") throwAway();
    else if (wish === "cc") setCcWished((count) => count + 1);
    else if (partsGo === null) toast(t("errors.noPartsHere"));
    else setInserting({ kind: wish, byCommand: true });
    // oxlint-disable-next-line react/exhaustive-deps -- each wish is fulfilled once; what fulfils it is made anew with every painting
  }, [wish]);

  const blocked =
    kind === "reply" && way !== null && way.blocked !== null && channelId === way.channelId && to.includes(way.value);
  const canSend =
    !isEmpty(content) &&
    !state.sending &&
    (kind === "note" || brand !== undefined) &&
    uploads.underway.length === 0 &&
    !(kind === "reply" && (blocked || channelId === null || to.length === 0));
  const said = useSaidSince(opened, kind === "reply" ? draft : undefined, kind === "reply" && !isEmpty(content));
  const lastAnswered = said.answered.at(-1)?.seq ?? 0;
  /** What was to be sent when a colleague's answer, in this place, was found to have come meanwhile. */
  const [asked, setAsked] = useState<{ seq: number; what: Then; time: ChosenTime | null } | null>(null);
  const asks = asked !== null && asked.seq === lastAnswered && lastAnswered > 0;
  const send = async (what: Then, time: ChosenTime | null): Promise<void> => {
    if (!canSend) return;
    if (kind === "reply" && lastAnswered > 0 && !asks) return setAsked({ seq: lastAnswered, what, time });
    const full = { ...content, to, cc, channelId };
    if (kind === "reply" && (to !== chips.to || cc !== chips.cc)) {
      edit(id, kind, full);
      keepTyped(id, kind, nothingTyped);
    }
    clearTimeout(writing.current);
    if (kind === "note") await sendNote(id, content, state.key);
    else {
      // In a talk the next sentence follows: the caret stays where it is written.
      const isTalk = time === null && what !== "resolved" && here.some(({ address }) => to.includes(address));
      await sendReply(id, full, state.key, { status: what, time, isTalk }, belowOf(below), facts?.undoSeconds ?? 10);
    }
  };

  const pressed = (press: React.KeyboardEvent): void => {
    if (!isInside(press)) return;
    if (press.key === "Escape" && !press.nativeEvent.isComposing) {
      // What takes an Escape for itself (a menu, a list of names) does not let it come here; the editor prevents every one.
      press.stopPropagation();
      setUi({ composer: null });
      document.querySelector<HTMLElement>(".thread")?.focus();
    }
  };

  const throwAway = (): void => {
    const putBack = discard(id, kind);
    setUi({ composer: null });
    toast(t("composer.discarded"), {
      undo: () => {
        putBack();
        // Elsewhere by now, the desk stays there: the draft stands where it was.
        if (ui.get().concernId === id) compose(kind);
      },
    });
  };

  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys, drops and pastes meant for the fields inside are caught on their way up
    <form
      className="composer-open"
      aria-busy={state.sending}
      onSubmit={(submit) => submit.preventDefault()}
      onKeyDownCapture={(press) => {
        // On its way down: the editor would take it for a line break of its own.
        if (!isInside(press)) return;
        if (state.sending && isText(press.target) && changesText(press)) {
          // What is leaving is as it was: a letter more would be in no message and no draft.
          press.preventDefault();
          press.stopPropagation();
          return;
        }
        if (!sends(press.nativeEvent)) return;
        press.preventDefault();
        // A key held down has not been pressed again.
        if (press.repeat) return;
        if (asks) void send(asked.what, asked.time);
        else if (!press.shiftKey) void send(then, null);
        else if (kind === "reply" && canSend) setChoosing(true);
      }}
      onKeyDown={pressed}
      onPaste={(paste) => takesFiles && uploads.take(paste, [...paste.clipboardData.files])}
    >
      <div className="composer-tabs">
        <div className="composer-kinds" role="tablist" aria-label={t("composer.title")}>
          {(["reply", "note"] as const).map((one) => (
            <button
              key={one}
              type="button"
              role="tab"
              aria-selected={kind === one}
              tabIndex={kind === one ? 0 : -1}
              onClick={() => compose(one)}
              onKeyDown={(press) =>
                (press.key === "ArrowRight" || press.key === "ArrowLeft") && compose(one === "reply" ? "note" : "reply")
              }
            >
              <Icon name={one} size="small" /> {t(`composer.${one}`)}
            </button>
          ))}
        </div>
        <output className="composer-saving">
          {state.sending
            ? t("composer.sending")
            : state.saving === "untouched"
              ? ""
              : t(`composer.saving.${state.saving}`)}
        </output>
        <IconButton
          size="small"
          icon="trash"
          label={t("composer.discard")}
          isDisabled={isEmpty(content) || state.sending}
          onPress={throwAway}
        />
        <IconButton size="small" icon="down" label={t("composer.fold")} onPress={() => setUi({ composer: null })} />
      </div>
      {kind === "reply" ? (
        <div className="composer-head">
          <WayChoice
            ways={ways}
            channels={brandChannels}
            chosen={way}
            here={here.map(({ address }) => address)}
            choose={(one) => {
              const { to, cc } = startRecipients(opened, one);
              change({ channelId: one.channelId, to: [...to], cc: [...cc] });
            }}
            // On its button the letters of the next sentence would be commands.
            closed={() => compose("reply")}
          />
          <Recipients
            kind={way ? addressKindOf[way.channelKind] : "email"}
            label={t("composer.to")}
            value={chips.to}
            onChange={(next) => change({ to: next, cc: [...chips.cc], channelId })}
            typed={state.typed.to}
            onTyped={(typed) => keepTyped(id, kind, { to: typed })}
            action={
              can?.copies === false || showCc || chips.cc.length > 0 || state.typed.cc !== "" ? null : (
                <AriaButton className="link-button" onPress={() => setCcWished((count) => count + 1)}>
                  {t("composer.addCc")}
                </AriaButton>
              )
            }
          />
          {showCc || chips.cc.length > 0 || state.typed.cc !== "" ? (
            <Recipients
              key={ccWished}
              focus={showCc}
              kind={way ? addressKindOf[way.channelKind] : "email"}
              label={t("composer.cc")}
              value={chips.cc}
              onChange={(next) => change({ to: [...chips.to], cc: next, channelId })}
              typed={state.typed.cc}
              onTyped={(typed) => keepTyped(id, kind, { cc: typed })}
            />
          ) : null}
        </div>
      ) : null}
      {kind === "note" ? (
        <NoteField value={content.text} focus={focus} onChange={(text) => change({ text })} />
      ) : !takesHtml ? (
        <PlainField value={content.text} focus={focus} onChange={(text) => change({ text, html: null })} />
      ) : (
        <Suspense
          fallback={
            <textarea
              className="editor-plain"
              aria-label={t("composer.text")}
              autoFocus
              value={content.text}
              onChange={(typing) => change({ text: typing.target.value, html: null })}
            />
          }
        >
          <RichEditor
            content={content}
            replaced={state.replaced}
            focus={focus === openedAt ? null : focus}
            placeholder={t("composer.placeholder", { name: nameWords(opened.concern.row.customerName) })}
            onChange={(text, html) => change({ text, html })}
            onPicture={(file) => uploads.inline(file)}
          />
        </Suspense>
      )}
      {kind === "reply" && takesHtml ? <Below below={below} choose={(quote) => change({ quote })} /> : null}
      <UploadList
        uploads={content.uploads}
        underway={uploads.underway}
        stop={uploads.stop}
        remove={(uploadId) => change({ uploads: content.uploads.filter((one) => one.uploadId !== uploadId) })}
      />
      {state.problem ? (
        <p className="composer-problem" role="alert">
          <Icon name="warning" size="small" /> {problemWords(state.problem)}
        </p>
      ) : null}
      {kind === "reply" ? (
        <MeanwhileLine
          said={said}
          asks={asks}
          keys={sendKeys}
          sendAnyway={() => asked && void send(asked.what, asked.time)}
        />
      ) : null}
      <div className="composer-foot">
        {takesFiles ? <IconButton icon="clip" label={t("composer.attach")} onPress={uploads.choose} /> : null}
        {partsGo === null ? null : (
          <InsertParts
            hasMenu={can?.parts === true}
            isDisabled={blocked || channelId === null || to.length === 0}
            open={inserting?.kind ?? null}
            setOpen={(open) => setInserting({ kind: open, byCommand: false })}
            close={() => {
              setInserting(null);
              // A menu has its button, to which the caret goes back by itself.
              if (inserting?.byCommand === true) compose("reply");
            }}
            send={(part) => sendPart(id, partsGo, part)}
          />
        )}
        <span className="composer-limits">{facts && takesFiles ? uploads.limitsWords : ""}</span>
        {kind === "note" ? (
          <Button look="primary" keys={sendKeys} isDisabled={!canSend} onPress={() => void send(then, null)}>
            {t("composer.keepNote")}
          </Button>
        ) : (
          <SendButtons
            canSend={canSend}
            then={then}
            setThen={setThen}
            send={(what, time) => void send(what, time)}
            choosing={choosing}
            setChoosing={setChoosing}
          />
        )}
      </div>
    </form>
  );
};

const isText = (target: EventTarget): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea"));
