// Writing first: a new concern that begins with our message.
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { Channel } from "#contract/brands.ts";
import { addressKindOf } from "#contract/channel.ts";
import type { Capabilities } from "#contract/channel.ts";
import { concerns } from "#contract/concern-endpoints.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { changesText, sends } from "#web/commands/keys.ts";
import { Recipients } from "#web/screens/concerns/Recipients.tsx";
import { WaitingDraft } from "#web/screens/concerns/SecondDraft.tsx";
import { UploadList } from "#web/screens/concerns/UploadList.tsx";
import { useDrop } from "#web/screens/concerns/useDrop.ts";
import { useUploads } from "#web/screens/concerns/useUploads.ts";
import { offerUndo, tellNotSent } from "#web/state/actions.ts";
import { isInside } from "#web/kit/platform.ts";
import { Below } from "#web/screens/concerns/Below.tsx";
import type { ChosenTime } from "#web/screens/concerns/ScheduleSheet.tsx";
import { SendButtons } from "#web/screens/concerns/SendButtons.tsx";
import { belowFirst } from "#web/state/below.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { isEmpty, nothingTyped, withTyped } from "#web/state/composing.ts";
import { deskState, takeInRow } from "#web/state/desk.ts";
import { problemWords } from "#web/state/problems.ts";
import { session } from "#web/state/session.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";
import { toast } from "#web/state/toasts.ts";
import {
  discardWaiting,
  discardWriting,
  doneWriting,
  isWritten,
  keepWriting,
  restoreWriting,
  takeWaiting,
  waitingWritings,
  writing,
  writingReplaced,
} from "#web/state/writing.ts";

const RichEditor = lazy(() =>
  import("#web/screens/concerns/Editor.tsx").then((module) => ({ default: module.Editor })),
);

const keep = keepWriting;
export const NewConcern = () => {
  useState(restoreWriting);
  const replaced = useStore(writingReplaced, (count) => count);
  const waiting = useStore(waitingWritings, (all) => all);
  const now = useStore(writing, (all) => all);
  const kinds = useStore(deskState, (state) => state.kinds);
  const canDo = (channel: Channel): Capabilities | null | undefined =>
    kinds.find(({ kind }) => kind === channel.kind)?.can;
  const channels = useStore(deskState, (state) => state.channels).filter(
    (channel) => channel.enabled && channel.canSend && canDo(channel)?.firstContact !== false,
  );
  const facts = useStore(session, (all) => (all.kind === "signedIn" ? all.settings : null));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sending, setSending] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const me = useStore(session, (all) => (all.kind === "signedIn" ? all.me : null));
  // One begins with whom; what was begun before is gone on with in its text.
  const [startsInText] = useState(() => writing.get().to.length > 0);
  const navigate = useNavigate();
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const channel = channels.find((one) => one.id === now.channelId) ?? channels[0];
  const can = channel === undefined ? undefined : canDo(channel);
  const uploads = useUploads({
    limits: facts?.limits ?? null,
    already: now.uploads,
    add: (one) => keep({ uploads: [...writing.get().uploads, one] }),
  });
  const { dropping, handlers } = useDrop(uploads.add);
  // What was begun in a field is meant, too, whether a key has made it a recipient or not.
  const to = withTyped(now.to, now.typed.to);
  const cc = withTyped(now.cc, now.typed.cc);
  const canSend =
    !sending &&
    channel !== undefined &&
    to.length > 0 &&
    now.subject.trim() !== "" &&
    !isEmpty(now) &&
    uploads.underway.length === 0;

  const brand = useStore(deskState, (state) => state.brands.find((one) => one.id === channel?.brandId));
  const agent = { name: me?.agent.name ?? "", signature: me?.preferences.signature ?? "" };

  const send = async (time: ChosenTime | null): Promise<void> => {
    if (!canSend) return;
    if (to !== now.to || cc !== now.cc) keep({ to, cc, typed: nothingTyped });
    setSending(true);
    setProblem(null);
    const sent = writing.get();
    const outcome = await call(concerns.create, {
      body: {
        brandId: channel.brandId,
        channelId: channel.id,
        customerId: null,
        kind: addressKindOf[channel.kind],
        to: [...to],
        cc: can?.copies === false ? [] : [...cc],
        subject: now.subject,
        text: now.text,
        html: now.html,
        uploads: now.uploads.map((one) => one.uploadId),
        ...(time === null ? {} : { sendAt: time.at.toISOString(), holdIfAnswered: time.hold }),
        key: now.key,
      },
    });
    setSending(false);
    if (!outcome.ok) {
      if (outcome.problem.code === "sentBefore") keep({ key: crypto.randomUUID() });
      if (!here.current) tellNotSent(sent.subject, outcome.problem);
      return setProblem(outcome.problem);
    }
    doneWriting(sent);
    takeInRow(outcome.value.concern);
    offerUndo(outcome.value.message, time === null ? (facts?.undoSeconds ?? 10) : null);
    // Whoever has gone elsewhere meanwhile stays there.
    if (!here.current) return;
    void navigate({
      to: "/desk/$view/$number",
      params: { view: "mine", number: String(outcome.value.concern.number) },
    });
  };

  return (
    <div className="page">
      <header className="page-head">
        <IconButton icon="back" label={t("kit.backToDesk")} onPress={() => void navigate({ to: "/desk" })} />
        <h1>{t("commands.new")}</h1>
      </header>
      <form
        className="page-body new-concern"
        onSubmit={(submit) => submit.preventDefault()}
        {...handlers}
        onPaste={(paste) => uploads.take(paste, [...paste.clipboardData.files])}
        onKeyDownCapture={(press) => {
          if (sending && changesText(press)) {
            // What is leaving is as it was: a letter more would be in no message and no draft.
            press.preventDefault();
            press.stopPropagation();
            return;
          }
          if (!sends(press.nativeEvent) || !isInside(press)) return;
          press.preventDefault();
          if (!press.shiftKey) void send(null);
          else if (canSend) setChoosing(true);
        }}
      >
        {waiting.map((one) => (
          <WaitingDraft
            key={one.key}
            content={one}
            swaps={isWritten(now)}
            take={() => takeWaiting(one)}
            discardIt={() => {
              const undo = discardWaiting(one);
              toast(t("composer.discarded"), { undo });
            }}
          />
        ))}
        {dropping ? <p className="drop-here">{t("composer.dropHere")}</p> : null}
        {channels.length > 1 ? (
          <Choose
            label={t("composer.from")}
            value={channel?.id ?? ""}
            choices={channels.map((one) => ({ id: one.id as string, label: one.name, detail: one.address }))}
            onChange={(channelId) => keep({ channelId })}
          />
        ) : (
          <p className="field-hint">
            {channel ? t("composer.fromAddress", { address: channel.address }) : t("composer.noWay")}
          </p>
        )}
        <Recipients
          focus={!startsInText}
          kind={channel ? addressKindOf[channel.kind] : "email"}
          label={t("composer.to")}
          value={now.to}
          onChange={(next) => keep({ to: next })}
          typed={now.typed.to}
          onTyped={(typed) => keep({ typed: { ...writing.get().typed, to: typed } })}
        />
        {can?.copies === false ? null : (
          <Recipients
            kind={channel ? addressKindOf[channel.kind] : "email"}
            label={t("composer.cc")}
            value={now.cc}
            onChange={(next) => keep({ cc: next })}
            typed={now.typed.cc}
            onTyped={(typed) => keep({ typed: { ...writing.get().typed, cc: typed } })}
          />
        )}
        <Field
          label={t("concerns.subject")}
          value={now.subject}
          maxLength={500}
          onChange={(subject) => keep({ subject })}
        />
        <div className="new-text">
          <Suspense
            fallback={
              <textarea
                className="editor-plain"
                aria-label={t("composer.text")}
                value={now.text}
                onChange={(typing) => keep({ text: typing.target.value, html: null })}
              />
            }
          >
            <RichEditor
              content={now}
              replaced={replaced}
              focus={startsInText ? 0 : null}
              placeholder={t("composer.newPlaceholder")}
              onChange={(text, html) => keep({ text, html })}
              onPicture={(file) => uploads.inline(file)}
            />
          </Suspense>
        </div>
        {brand === undefined ? null : <Below below={belowFirst(agent, brand)} />}
        <UploadList
          uploads={now.uploads}
          underway={uploads.underway}
          stop={uploads.stop}
          remove={(id) => keep({ uploads: now.uploads.filter((one) => one.uploadId !== id) })}
        />
        {problem ? (
          <p className="composer-problem" role="alert">
            <Icon name="warning" size="small" /> {problemWords(problem)}
          </p>
        ) : null}
        <div className="composer-foot">
          <IconButton icon="clip" label={t("composer.attach")} onPress={uploads.choose} />
          <span className="composer-limits">{uploads.limitsWords}</span>
          <Button
            look="quiet"
            isDisabled={!isWritten(now) || sending}
            onPress={() => {
              const undo = discardWriting();
              toast(t("composer.discarded"), { undo });
            }}
          >
            {t("composer.discard")}
          </Button>
          <SendButtons
            first
            canSend={canSend}
            then="waiting"
            setThen={() => undefined}
            send={(_then, time) => void send(time)}
            choosing={choosing}
            setChoosing={setChoosing}
          />
        </div>
      </form>
    </div>
  );
};
