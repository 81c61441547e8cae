/** @jsxImportSource preact */
// A talk: what was said by both, what is still to be sent, who is typing, and how the visitor can be reached. Called by App.tsx.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatMessage } from "#contract/chat.ts";
import { count, fill } from "#widget/words.ts";
import { Bubble, Greeting, WaitingBubble } from "./Bubble.tsx";
import { answeredIn, concernOf, waitingIn, type Talk } from "./chats.ts";
import { Icon } from "./Icon.tsx";
import { Confirm } from "./Confirm.tsx";
import { ChoicesPart } from "./Parts.tsx";
import { Sheet } from "./Sheet.tsx";
import { Introduce } from "./Introduce.tsx";
import type { Session, View } from "./session.ts";
import { clock, words } from "./speech.ts";
import { withoutTurns } from "./text.ts";
import { linesOf } from "./times.ts";
import { useEnd } from "./useEnd.ts";

export interface ThreadProps {
  readonly session: Session;
  readonly view: View;
  readonly talk: Talk;
  readonly now: number;
  /** The chat is open and its page is looked at. */
  readonly isSeen: boolean;
  /** Goes to another talk. */
  readonly open: (talk: Talk) => void;
}

export const Thread = ({ session, view, talk, now, isSeen, open }: ThreadProps) => {
  const { chats } = view;
  const concernId = concernOf(chats, talk);
  const concern = chats.concerns.find(({ id }) => id === concernId);
  const messages = (concernId === null ? undefined : chats.messages[concernId]) ?? [];
  const waiting = waitingIn(chats, view.outbox, talk);
  const lines = linesOf(messages, clock(), now);
  const own = messages.findLast(({ by }) => by === "you");
  const lastOwn = own?.id;
  const lastRead = messages.findLast(({ read }) => read)?.id;
  const lastSeq = messages.at(-1)?.seq ?? 0;
  const firstSeq = messages[0]?.seq ?? 0;
  const typing = concernId === null ? undefined : chats.typing[concernId];
  const isTyping = typing !== undefined && typing > now;
  const mayHaveEarlier = concernId !== null && messages.length > 0 && chats.whole[concernId] !== true;
  const isDone = concern?.status === "resolved" || concern?.status === "closed";
  const { entries } = chats.now;
  const wantsIntroduction =
    !concern?.flow && !view.isAsked && chats.email === "" && (lastOwn !== undefined || waiting.length > 0);

  /** Where messages went to another talk or came from one, between two moments (`after` null: what was before is not shown; `until` null: to the end). */
  const movedBetween = (after: string | null, until: string | null) =>
    (concern?.continued ?? [])
      .filter(({ at }) => after !== null && at > after && (until === null || at <= until))
      .map((one) => (
        <li key={`moved ${one.concernId} ${one.side}`} class="day">
          <button type="button" class="quiet" onClick={() => open({ concernId: one.concernId, thread: one.concernId })}>
            {fill(words().moved[one.side], { subject: withoutTurns(one.subject) })}
          </button>
        </li>
      ));

  const earlier = (): void => {
    if (concernId !== null && mayHaveEarlier) session.earlier(concernId);
  };
  const { boxRef, isAtEnd, toEnd, scrolled } = useEnd(
    `${talk.thread} ${view.isGreeted}`,
    firstSeq,
    lastSeq,
    waiting.length,
    earlier,
  );
  const { spoken, missed } = useNews(view, messages, isAtEnd);

  useEffect(() => {
    if (isSeen && isAtEnd && concernId !== null) session.seen(concernId);
  }, [session, isSeen, isAtEnd, concernId, lastSeq, view.link]);

  return (
    <>
      {/* Said aloud is only what is new, in the line at the end: a log that speaks by itself would read out history and one's own words. */}
      <div
        class="body talk"
        ref={boxRef}
        onScroll={scrolled}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a part that scrolls must be reachable by keyboard (WCAG 2.1.1)
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={words().log}
      >
        {mayHaveEarlier ? (
          <button type="button" class="quiet earlier" onClick={earlier}>
            {view.fetching[concernId] === true ? words().fetching : words().earlier}
          </button>
        ) : null}
        {(messages.length === 0 && view.isGreeted) || (talk.greeting && messages[0]?.seq === 2) ? (
          <Greeting
            brand={chats.brand}
            text={talk.greeting?.text || chats.greeting || words().greeting}
            isAutomatic={talk.greeting !== undefined}
          />
        ) : null}
        <ol>
          {lines.flatMap((line, index) => [
            ...movedBetween(lines[index - 1]?.message.at ?? (mayHaveEarlier ? null : ""), line.message.at),
            line.day === null ? null : (
              <li key={`day ${line.message.id}`} class="day">
                <span>{line.day}</span>
              </li>
            ),
            <Bubble
              key={line.message.said ?? line.message.id}
              line={line}
              brand={chats.brand}
              load={session.file}
              answering={{
                // What a flow has asked is answered by whatever was said after it.
                answered: (part) =>
                  answeredIn(messages, view.outbox, line.message.id, part) ??
                  (line.message.automatic && (waiting.length > 0 || line.message.seq < (own?.seq ?? 0)) ? [] : null),
                answer: (part, values, text) =>
                  session.say(talk, text, [], { messageId: line.message.id, part, values: [...values] }),
                rating: (id) => (
                  <Sheet
                    draw={(sheets, at) =>
                      sheets.showRating({ ...at, id, given: chats.ratings[id], now, rate: session.rate })
                    }
                  />
                ),
              }}
              mark={
                line.message.id === lastRead
                  ? words().read
                  : line.message.id === lastOwn && waiting.length === 0 && line === lines.at(-1)
                    ? words().sent
                    : null
              }
            />,
          ])}
          {movedBetween(lines.at(-1)?.message.at ?? "", null)}
          {waiting.map((entry, index) => (
            <WaitingBubble
              key={entry.id}
              entry={entry}
              isLast={index === waiting.length - 1}
              isUp={view.link === "up"}
              progress={view.progress}
              load={session.chosen}
              again={() => session.again(entry.id)}
              drop={() => session.drop(entry.id)}
            />
          ))}
        </ol>
        {isDone && waiting.length === 0 ? <p class="notice">{words().done}</p> : null}
        {wantsIntroduction ? (
          <section class="card" aria-label={words().you.reach}>
            <Introduce
              name={chats.name}
              email={chats.email}
              isAway={chats.now.isAway}
              save={session.introduce}
              later={session.askNoMore}
            />
          </section>
        ) : null}
        {entries.length > 0 && messages.length + waiting.length === 0 ? (
          <ChoicesPart
            part={{ question: words().flows.title, options: entries.map(({ label }) => label) }}
            answered={null}
            answer={([label = ""]) => {
              open(talk);
              session.say(talk, label, [], undefined, undefined, entries.find((one) => one.label === label)?.id);
            }}
          />
        ) : null}
        {view.code !== null && chats.email !== "" && concernId !== null ? (
          <section class="card" aria-label={words().you.email}>
            <Confirm session={session} view={view} later={session.noCode} />
          </section>
        ) : null}
        {isTyping || concern?.flow?.works ? (
          <p class="typing">
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {isTyping ? words().typing : words().fetching}
          </p>
        ) : null}
      </div>
      {isAtEnd ? null : (
        <button
          type="button"
          class="jump"
          onClick={({ currentTarget }) => {
            // It goes away: the keys go on in the talk.
            if (currentTarget.matches(":focus")) boxRef.current?.focus({ preventScroll: true });
            toEnd();
          }}
        >
          <Icon name="down" />
          {missed > 0 ? count(words().button.unread, missed) : words().toEnd}
        </button>
      )}
      <output class="spoken">{spoken}</output>
    </>
  );
};

/** What is new and ours: said once, in one sentence, and counted for whoever reads further up. Neither history nor one's own words are news. */
const useNews = (
  view: View,
  messages: readonly ChatMessage[],
  isAtEnd: boolean,
): { readonly spoken: string; readonly missed: number } => {
  const lastSeq = messages.at(-1)?.seq ?? 0;
  const knownRef = useRef({ seq: lastSeq, isGreeted: view.isGreeted });
  const [spoken, setSpoken] = useState("");
  const [missed, setMissed] = useState(0);
  useEffect(() => {
    const known = knownRef.current;
    knownRef.current = { seq: Math.max(known.seq, lastSeq), isGreeted: view.isGreeted };
    const fresh = messages.filter(({ by, seq }) => by === "us" && seq > known.seq);
    const [one] = fresh;
    if (!known.isGreeted || one === undefined) return;
    const facts = {
      name: withoutTurns(one.name || view.chats.brand),
      text: (one.text || one.files.map((file) => withoutTurns(file.name)).join(", ")).slice(0, 400),
    };
    setSpoken(fresh.length === 1 ? fill(words().says, facts) : count(words().button.unread, fresh.length));
    if (!isAtEnd) setMissed((before) => before + fresh.length);
    // oxlint-disable-next-line react/exhaustive-deps -- news is said once, when it comes
  }, [lastSeq, view.isGreeted]);
  useEffect(() => {
    if (isAtEnd) setMissed(0);
  }, [isAtEnd]);
  return { spoken, missed };
};
