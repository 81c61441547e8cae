/** @jsxImportSource preact */
// The visitor's concerns, each with its last words, and the way to a new one. Called by App.tsx.
import type { ChatConcern } from "#contract/chat.ts";
import { count } from "#widget/words.ts";
import { begunThreads, unreadOf, waitingIn, type Talk } from "./chats.ts";
import { Icon } from "./Icon.tsx";
import type { View } from "./session.ts";
import { clock, words } from "./speech.ts";

export interface ConcernsProps {
  readonly view: View;
  readonly now: number;
  readonly open: (talk: Talk) => void;
  readonly begin: () => void;
}

export const Concerns = ({ view, now, open, begin }: ConcernsProps) => (
  <div class="body list">
    <ul>
      {begunThreads(view.chats, view.outbox).map((thread) => (
        <li key={thread}>
          <button type="button" class="concern" onClick={() => open({ concernId: null, thread })}>
            <span class="subject">{words().concerns.unsent}</span>
            <span class="preview" dir="auto">
              {waitingIn(view.chats, view.outbox, { concernId: null, thread }).at(-1)?.text.slice(0, 200)}
            </span>
          </button>
        </li>
      ))}
      {view.chats.concerns.map((concern) => (
        <li key={concern.id}>
          <Row view={view} concern={concern} now={now} open={open} />
        </li>
      ))}
    </ul>
    <button type="button" class="strong begin" onClick={begin}>
      <Icon name="plus" />
      {words().concerns.begin}
    </button>
  </div>
);

const Row = ({ view, concern, now, open }: Omit<ConcernsProps, "begin"> & { readonly concern: ChatConcern }) => {
  const last = view.chats.messages[concern.id]?.at(-1);
  const unseen = unreadOf(view.chats, concern);
  const isDone = concern.status === "resolved" || concern.status === "closed";
  return (
    <button
      type="button"
      class={`concern${unseen > 0 ? " is-unread" : ""}`}
      onClick={() => open({ concernId: concern.id, thread: concern.id })}
    >
      <span class="subject" dir="auto">
        {concern.subject || words().concerns.untitled}
      </span>
      <time class="when" dateTime={concern.lastAt}>
        {clock().short(concern.lastAt, now)}
      </time>
      <span class="preview" dir="auto">
        {last ? `${last.by === "you" ? `${words().yourself}: ` : ""}${last.text.slice(0, 200)}` : ""}
      </span>
      {unseen > 0 ? (
        <span class="count">
          <span aria-hidden="true">{unseen}</span>
          <span class="spoken">{count(words().button.unread, unseen)}</span>
        </span>
      ) : isDone ? (
        <span class="done">{words().concerns.done}</span>
      ) : null}
    </button>
  );
};
