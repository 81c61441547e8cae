// Pages that talk: once each, or at an even rate with desks that hear it. Used by bench/chat.ts and bench/chat-overload.ts.
import { randomFrom } from "#lib/corpus/random.ts";
import { forEach, inTime, listening, patienceMs, pause, rounded, textOf, type Hall } from "#bench/chat-hall.ts";
import type { Widget } from "#bench/chat-ends.ts";
import { cpuBetween, cpuOf, type Roots } from "#bench/processes.ts";
import { quantile, type Figures } from "#bench/measure.ts";

export const figuresOf = (
  took: readonly number[],
  atOnce: number,
  seconds: number,
  used: ReturnType<typeof cpuBetween>,
  values: Readonly<Record<string, number>> = {},
): Figures => ({
  times: took.length,
  atOnce,
  p50Ms: rounded(quantile(took, 0.5)),
  p95Ms: rounded(quantile(took, 0.95)),
  perSecond: rounded(took.length / seconds),
  appCpuMs: rounded(used.appMs / Math.max(1, took.length)),
  databaseCpuMs: rounded(used.databaseMs / Math.max(1, took.length)),
  values: { p99: rounded(quantile(took, 0.99)), ...values },
});

/** Everybody says something once, so many at once; how long it took until it was taken. */
export const sayOnce = async (hall: Hall, widgets: readonly Widget[], atOnce: number): Promise<number[]> => {
  const took: number[] = [];
  await inTime(
    forEach(widgets, atOnce, async (widget) => {
      const { saidAt } = await widget.say(textOf(hall, widget));
      took.push(performance.now() - saidAt);
    }),
    "saying first words",
  );
  return took;
};

/** Each desk that is read opens another chat so often; its visitor says something so long afterwards, twice. */
const opensEveryMs = 1_000;
const saysAfterMs = [300, 650];

/** Agents who have chats open: `due` gives a page that is to speak now to the one who has it open. */
const openChats = (
  hall: Hall,
  pick: () => Widget,
): { readonly due: () => { widget: Widget; reads: number } | null } => {
  const open = Array.from({ length: listening }, () => ({ widget: null as Widget | null, at: -Infinity, said: 0 }));
  return {
    due: () => {
      const now = performance.now();
      for (const [reads, chat] of open.entries()) {
        if (now - chat.at >= opensEveryMs) {
          const widget = pick();
          const { feed } = hall.feeds.find((each) => each.reads === reads) ?? {};
          if (widget.concernId === null || !feed) continue;
          feed.look(widget.concernId);
          open[reads] = { widget, at: now, said: 0 };
        } else if (chat.widget !== null && now - chat.at >= (saysAfterMs[chat.said] ?? Infinity)) {
          chat.said += 1;
          return { widget: chat.widget, reads };
        }
      }
      return null;
    },
  };
};

/**
 * Words at an even rate from pages in turn; each is timed from the page to a desk, another one from word to word. `open`: those that were said to an agent who has
 * the chat open; the others are said to agents who see it in their lists.
 */
export const steady = async (
  hall: Hall,
  roots: readonly Roots[],
  seconds: number,
  perSecond: number,
): Promise<{ readonly listed: Figures; readonly open: Figures; readonly times: readonly number[] }> => {
  interface Sent {
    readonly widget: Widget;
    readonly said: ReturnType<Widget["say"]>;
    readonly reads: number;
    readonly isOpen: boolean;
  }
  const sent: Sent[] = [];
  const order = randomFrom(hall.bench.seed, "chat", hall.words);
  const busy = new Set<Widget>();
  const chats = openChats(hall, () => order.pick(hall.widgets));
  const before = roots.map(cpuOf);
  const begun = performance.now();
  for (let n = 0; n < seconds * perSecond;) {
    const due = Math.min(seconds * perSecond, Math.floor(((performance.now() - begun) / 1000) * perSecond));
    // Where everybody still waits for an answer the rate cannot be kept; the figures then say which was.
    for (; n < due && busy.size < hall.widgets.length; n += 1) {
      const due = chats.due();
      let widget = due?.widget ?? order.pick(hall.widgets);
      while (busy.has(widget)) widget = order.pick(hall.widgets);
      busy.add(widget);
      const said = widget.say(textOf(hall, widget));
      void said.then(() => busy.delete(widget));
      const isOpen = due?.widget === widget;
      sent.push({ widget, said, isOpen, reads: isOpen ? due.reads : n % listening });
    }
    await pause(1);
  }
  const all = await inTime(Promise.all(sent.map((each) => each.said)), "taking the last words");
  const took = (performance.now() - begun) / 1000;
  const used = roots.map((root, i) => cpuBetween(before[i] ?? cpuOf(root), cpuOf(root)));
  const heard = (): (number | undefined)[] =>
    all.map(({ messageId }, i) => hall.heardAt[sent[i]?.reads ?? 0]?.get(messageId ?? ""));
  const until = performance.now() + patienceMs;
  while (heard().includes(undefined)) {
    if (performance.now() > until) throw new Error("a desk has not heard everything that was taken");
    await pause(20);
  }
  const at = heard();
  const times = all.map(({ saidAt }, i) => (at[i] ?? 0) - saidAt);
  // What a word costs is the same for whom it is said to: it is told of all of them together.
  const share = (isOpen: boolean): Figures => {
    const some = times.filter((_, i) => sent[i]?.isOpen === isOpen);
    const part = some.length / Math.max(1, times.length);
    const figures = figuresOf(some, perSecond, took, {
      appMs: used.reduce((sum, each) => sum + each.appMs, 0) * part,
      // Both nodes have the same database.
      databaseMs: (used[0]?.databaseMs ?? 0) * part,
    });
    return { ...figures, perSecond: rounded(times.length / took) };
  };
  return { listed: share(false), open: share(true), times };
};
