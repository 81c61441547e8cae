// What is open in the bench of the chat: pages and desks, opened by the hundred, and what was lost of what they said. Used by bench/chat.ts.
import type { ToDesk } from "#contract/live.ts";
import { openListeningDesk, openSilentDesk, openWidget, type Feed, type Widget } from "#bench/chat-ends.ts";
import type { Bench } from "#bench/work.ts";

/** Desks whose words are read; the others only count bytes. */
export const listening = 8;
/** At most two hundred sockets and ten words a second may come from one place. */
const widgetsPerPlace = 20;
export const patienceMs = 60_000;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** What is open, and what was heard. */
export interface Hall {
  readonly bench: Bench;
  readonly channelId: string;
  readonly widgets: Widget[];
  readonly feeds: {
    feed: Feed;
    readonly desk: Bench["centre"]["desks"][number];
    readonly reads: number | null;
    url: string;
  }[];
  /** When each listening desk heard of a message, by the message's id. */
  readonly heardAt: readonly Map<string, number>[];
  readonly upTo: number[];
  readonly wanted: { readonly pages: number; readonly idle: number; readonly desks: number };
  /** Number of the next word in all. */
  words: number;
}

const sentences = [
  "Guten Tag, seit heute früh ist das Bild schwarz, der Router blinkt aber noch.",
  "Können Sie bitte nachsehen, ob in der Flensburger Straße eine Störung ist?",
  "Ja, ich habe ihn schon zweimal aus- und wieder eingesteckt.",
  "Die Kundennummer steht auf der letzten Rechnung, einen Augenblick bitte.",
  "Danke, ich warte.",
];

export const textOf = (hall: Hall, widget: Widget): string => {
  hall.words += 1;
  return `${sentences[hall.words % sentences.length]} (Chat ${widget.n}, Wort ${widget.said.length + 1})`;
};

/** Fails with what was awaited when it does not come. */
export const inTime = async <T>(work: Promise<T>, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${patienceMs / 1000} s`)), patienceMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** Does it for each, so many at once. */
export const forEach = async <T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
};

export const openWidgets = async (hall: Hall, until: number): Promise<void> => {
  const fresh: Widget[] = [];
  for (let n = hall.widgets.length; n < until; n += 1) {
    const place = Math.floor(n / widgetsPerPlace);
    const widget = openWidget(n, hall.channelId, `127.0.${1 + Math.floor(place / 250)}.${1 + (place % 250)}`);
    hall.widgets.push(widget);
    fresh.push(widget);
  }
  await inTime(
    forEach(fresh, 50, (widget) => widget.come(hall.bench.centre.server.url)),
    "connecting the pages",
  );
  for (const widget of fresh) widget.look();
};

export const openDesk = async (hall: Hall, at: number, url: string): Promise<void> => {
  const place = hall.feeds[at];
  if (!place) return;
  const { reads, desk } = place;
  const after = hall.upTo[at] ?? 0;
  place.url = url;
  place.feed =
    reads === null
      ? await openSilentDesk(desk, url, after)
      : await openListeningDesk(desk, url, after, (word) => hearAtDesk(hall, at, reads, word));
};

const hearAtDesk = (hall: Hall, at: number, reads: number, word: ToDesk): void => {
  if (word.type === "reset" || word.type === "events") hall.upTo[at] = word.upTo;
  if (word.type !== "events") return;
  const now = performance.now();
  for (const event of word.events)
    if (event.kind === "message.added" && !hall.heardAt[reads]?.has(event.data.message.id))
      hall.heardAt[reads]?.set(event.data.message.id, now);
};

export const openDesks = async (hall: Hall): Promise<void> => {
  const { desks, server } = hall.bench.centre;
  const { rows } = await hall.bench.database.query<{ horizon: string }>("SELECT event_horizon() AS horizon");
  // Those that are read sit among the first and among the last who are told.
  const readAt = Array.from({ length: listening }, (_, n) =>
    Math.floor((n * (hall.wanted.desks - 1)) / (listening - 1)),
  );
  for (let at = 0; at < hall.wanted.desks; at += 1) {
    const desk = desks[at % desks.length];
    if (!desk) throw new Error("nobody is at a desk");
    const reads = readAt.indexOf(at);
    hall.upTo[at] = Number(rows[0]?.horizon);
    hall.feeds.push({ desk, reads: reads === -1 ? null : reads, url: server.url, feed: null as unknown as Feed });
  }
  await inTime(
    forEach([...hall.feeds.keys()], 20, (at) => openDesk(hall, at, server.url)),
    "connecting the desks",
  );
};

/** Whether all was kept: what was taken stands once and in the page's order, and every answer was heard. */
export const countFaults = async (
  hall: Hall,
  answers: ReadonlyMap<Widget, readonly string[]>,
): Promise<{ readonly lost: number; readonly twice: number; readonly disorder: number }> => {
  const { rows } = await hall.bench.database.query<{ id: string; text: string; concern: string }>(
    `SELECT m.id, b.text, m.concern_id AS concern FROM message m JOIN message_body b ON b.message_id = m.id
      WHERE m.channel_id = $1 AND m.direction = 'in' ORDER BY m.concern_id, m.seq`,
    [hall.channelId],
  );
  const byConcern = Map.groupBy(rows, (row) => row.concern);
  let [lost, twice, disorder] = [0, 0, 0];
  for (const widget of hall.widgets) {
    const stored = byConcern.get(widget.concernId ?? "") ?? [];
    const wanted = widget.said.filter((one) => one.messageId !== null);
    const ids = new Set(stored.map((row) => row.id));
    lost += wanted.filter((one) => !ids.has(one.messageId ?? "")).length;
    twice += stored.length - new Set(stored.map((row) => row.text)).size;
    const places = stored.map((row) => Number(/Wort (\d+)\)/.exec(row.text)?.[1]));
    disorder += places.filter((place, i) => i > 0 && place < (places[i - 1] ?? 0)).length;
    const heard = [...widget.heard.values()].map((each) => each.text);
    for (const text of answers.get(widget) ?? []) lost += heard.filter((each) => each === text).length === 1 ? 0 : 1;
  }
  return { lost, twice, disorder };
};
