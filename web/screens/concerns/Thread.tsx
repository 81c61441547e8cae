// All that was said in a concern, oldest first, with the history between when asked for. Stays at the newest message
// unless the agent reads further up.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { startTransition, useEffect, useLayoutEffect, useRef, useState } from "react";
import { concerns } from "#contract/concern-endpoints.ts";
import type { Message, Move } from "#contract/concerns.ts";
import type { Rating } from "#contract/ratings.ts";
import { gently } from "#web/kit/platform.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { When } from "#web/kit/Marks.tsx";
import { FlowCards } from "#web/screens/concerns/FlowCards.tsx";
import { FindBar } from "#web/screens/concerns/FindBar.tsx";
import { MessageCard } from "#web/screens/concerns/MessageCard.tsx";
import { MoveLine } from "#web/screens/concerns/MoveLine.tsx";
import { RatingSaid } from "#web/screens/concerns/RatingLine.tsx";
import { ThreadBar } from "#web/screens/concerns/ThreadBar.tsx";
import { useHits } from "#web/screens/concerns/useHits.ts";
import { useRating } from "#web/screens/concerns/useRating.ts";
import type { Opened } from "#web/state/apply.ts";
import { callOrThrow } from "#web/state/client.ts";
import { deskState, loadEarlier } from "#web/state/desk.ts";
import { historyWords } from "#web/state/history.ts";
import type { HistoryEntry } from "#web/state/history.ts";
import { nameWords } from "#web/state/names.ts";
import { routingBook } from "#web/state/routingBook.ts";
import { isShown } from "#web/state/path.ts";
import { useStore } from "#web/state/store.ts";
import { ui } from "#web/state/ui.ts";
import { folded, foldedWords, isOfRouting, routedWords } from "#web/state/workHistory.ts";
import { dayOf, t } from "#web/state/words.ts";

/** So many are painted when a concern is opened: more than a window shows, for no message is as low. The others follow a moment later, above. */
const firstPainted = (): number => Math.ceil(innerHeight / lowest);
const lowest = 150;

type Line =
  | { readonly at: string; readonly message: Message }
  /** With those of the routing that follow it at once. */
  | { readonly at: string; readonly entry: HistoryEntry; readonly more?: readonly HistoryEntry[] }
  | { readonly at: string; readonly move: Move }
  | { readonly at: string; readonly rating: Rating };

const entryOf = (line: Line): readonly HistoryEntry[] => ("entry" in line ? [line.entry] : []);

export const Thread = ({ opened }: { readonly opened: Opened }) => {
  const { id } = opened.concern.row;
  const showHistory = useStore(ui, (now) => now.history);
  const bump = useStore(deskState, (state) => state.hints.history[id] ?? 0);
  const [historyPages, setHistoryPages] = useState(1);
  const history = useQuery({
    queryKey: ["history", id, bump, historyPages],
    enabled: showHistory,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => loadHistory(id, historyPages, signal),
  });
  const rating = useRating(id);
  const book = useStore(routingBook, (now) => now.book);
  const entries = showHistory ? (history.data?.entries ?? []) : [];
  const shown = useStore(ui, (now) => now.shown);
  const visible = opened.messages.filter(
    (message) => isShown(shown, message) && (showHistory || !isNewsForColleagues(message)),
  );
  const first = opened.messages[0]?.at ?? "";
  const { agents: people } = deskState.get();
  const wordsOf = (entry: HistoryEntry): string | null =>
    isOfRouting(entry) ? routedWords(entry, { agents: people, book }) : historyWords(entry, deskState.get());
  const unfolded: readonly Line[] = [
    // Before the messages of the same moment: it says where they come from, or where they went.
    ...opened.concern.moves
      .filter((move) => !opened.earlier || move.at >= first)
      .map((move) => ({ at: move.at, move })),
    ...visible.map((message) => ({ at: message.at, message })),
    ...entries
      // Those of one moment stand in the order in which they were written.
      .toSorted((a, b) => a.seq - b.seq)
      .filter((entry) => wordsOf(entry) !== null)
      .map((entry) => ({ at: entry.at, entry })),
    // The history says it as well, each time that it was said.
    ...(rating?.givenAt && !showHistory ? [{ at: rating.givenAt, rating }] : []),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const lines = folded(unfolded, (line) => "entry" in line && isOfRouting(line.entry)).map(([line, ...more]): Line =>
    more.length === 0 ? line : { ...line, more: more.flatMap(entryOf) },
  );

  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [unread, setUnread] = useState(0);
  const lastSeq = opened.messages.at(-1)?.seq ?? 0;
  const firstSeq = opened.messages[0]?.seq ?? 0;
  const me = useStore(deskState, (state) => state.me);
  const [whole, setWhole] = useState(false);
  useEffect(() => startTransition(() => setWhole(true)), []);
  const known = useRef({ id: "", lastSeq: 0, firstSeq: 0, whole, height: 0 });

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const before = known.current;
    if (before.id !== id) box.scrollTop = box.scrollHeight;
    else if (firstSeq < before.firstSeq || whole !== before.whole) box.scrollTop += box.scrollHeight - before.height;
    else if (lastSeq > before.lastSeq) {
      const author = opened.messages.at(-1)?.author;
      if (atEnd || (author?.kind === "agent" && author.id === me))
        box.scrollTo({ top: box.scrollHeight, behavior: gently() });
      else setUnread((count) => count + lastSeq - before.lastSeq);
    }
    known.current = { id, lastSeq, firstSeq, whole, height: box.scrollHeight };
  }, [id, lastSeq, firstSeq, opened.messages, atEnd, whole, me]);

  const staysAtEnd = useRef(true);
  const noteEnd = (end: boolean): void => {
    staysAtEnd.current = end;
    setAtEnd(end);
  };
  const { found, more } = useHits(scroller, opened, () => noteEnd(false));
  const from = whole || found !== null ? 0 : lines.length - firstPainted();

  // The composer opening below makes the thread lower: its end stays in sight. A mail or a picture that comes late makes a message
  // taller: the end stays in sight as well, and whoever reads further up goes on reading at the same place.
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const [box, messages] = [scroller.current, list.current];
    if (!box || !messages) return undefined;
    const heights = new Map<Element, number>();
    const watcher = new ResizeObserver((changed) => {
      let above = 0;
      for (const { target } of changed) {
        if (target === box) continue;
        const height = target.getBoundingClientRect().height;
        const before = heights.get(target);
        heights.set(target, height);
        const end = target.getBoundingClientRect().top + (before ?? height);
        if (before !== undefined && end <= box.getBoundingClientRect().top) above += height - before;
      }
      if (staysAtEnd.current) box.scrollTop = box.scrollHeight;
      else if (above !== 0) box.scrollTop += above;
    });
    watcher.observe(box);
    for (const message of messages.children) watcher.observe(message);
    return () => watcher.disconnect();
  }, [id, lines.length, from]);

  return (
    <div className="thread-frame">
      <ThreadBar opened={opened} />
      {found && found.at !== null ? <FindBar found={found} more={more} /> : null}
      <section
        className="thread"
        ref={scroller}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling part must be reachable by keyboard (WCAG 2.1.1)
        tabIndex={0}
        aria-label={t("concerns.thread")}
        onScroll={(scroll) => {
          const box = scroll.currentTarget;
          const end = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
          noteEnd(end);
          if (end) setUnread(0);
        }}
      >
        {opened.earlier ? (
          <p className="thread-earlier">
            <Button look="quiet" icon="up" onPress={() => void loadEarlier(id)}>
              {t("concerns.earlier")}
            </Button>
          </p>
        ) : null}
        {showHistory && history.data?.more ? (
          <p className="thread-earlier">
            <Button look="quiet" icon="history" onPress={() => setHistoryPages((count) => count + 1)}>
              {t("concerns.earlierHistory")}
            </Button>
          </p>
        ) : null}
        <FlowCards opened={opened} />
        <ol className="messages" ref={list}>
          {lines.map((line, index) => {
            if (index < from) return null;
            const day = dayOf(line.at);
            const before = lines[index - 1];
            const heading = before && dayOf(before.at) === day ? null : <p className="thread-day">{day}</p>;
            if ("move" in line)
              return (
                <li key={`m${line.move.key}`}>
                  {heading}
                  <MoveLine move={line.move} />
                </li>
              );
            if ("rating" in line)
              return (
                <li key="rating">
                  {heading}
                  <RatingSaid rating={line.rating} at={line.at} who={nameWords(opened.concern.row.customerName)} />
                </li>
              );
            return "message" in line ? (
              <li key={line.message.id} data-message={line.message.id}>
                {heading}
                <MessageCard
                  message={line.message}
                  last={line.message === visible.at(-1)}
                  incomplete={opened.incomplete.includes(line.message.id)}
                  marker={found?.marker ?? null}
                  hit={found?.hits.some((hit) => hit.messageId === line.message.id) ?? false}
                />
              </li>
            ) : (
              <li key={`h${line.entry.seq}`}>
                {heading}
                <HistoryLine entry={line.entry} more={line.more ?? noEntries} />
              </li>
            );
          })}
        </ol>
      </section>
      {unread > 0 ? (
        <div className="thread-news">
          <Button
            look="primary"
            icon="down"
            onPress={() => {
              const box = scroller.current;
              box?.scrollTo({ top: box.scrollHeight, behavior: gently() });
            }}
          >
            {t("concerns.newBelow", { count: unread })}
          </Button>
        </div>
      ) : null}
    </div>
  );
};

/** What the centre told an agent by mail stands in the thread already; that it was told belongs to the history. */
const isNewsForColleagues = (message: Message): boolean =>
  message.direction === "system" && message.author.kind === "system" && message.automatic === "auto-generated";

/** The newest entries, so many pages of them. */
const loadHistory = async (
  id: string,
  pages: number,
  signal: AbortSignal,
): Promise<{ readonly entries: readonly HistoryEntry[]; readonly more: boolean }> => {
  const entries: HistoryEntry[] = [];
  let next: number | null = null;
  for (let page = 0; page < pages; page += 1) {
    const query: { limit: number; before?: number } = { limit: 100, ...(next === null ? {} : { before: next }) };
    const found = await callOrThrow(concerns.history, { params: { id }, query }, signal);
    entries.push(...found.entries);
    next = found.next;
    if (next === null) break;
  }
  return { entries, more: next !== null };
};

const noEntries: readonly HistoryEntry[] = [];

const HistoryLine = ({ entry, more }: { readonly entry: HistoryEntry; readonly more: readonly HistoryEntry[] }) => {
  const state = useStore(deskState, (now) => now);
  const book = useStore(routingBook, (now) => now.book);
  const said = isOfRouting(entry)
    ? foldedWords([entry, ...more], { agents: state.agents, book })
    : historyWords(entry, state);
  if (said === null) return null;
  return (
    <p className="history-line">
      <Icon name="history" size="small" />
      <span>{said}</span>
      <When at={entry.at} />
    </p>
  );
};
