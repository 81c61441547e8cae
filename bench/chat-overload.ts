// The chat when more is said than can be taken in (P18), and beside desks that never read what they are sent (P19): others' times beside it and without it in one run.
// Used by bench/chat.ts.
import { randomFrom } from "#lib/corpus/random.ts";
import { countFaults, inTime, pause, rounded, textOf, type Hall } from "#bench/chat-hall.ts";
import { openSilentDesk, type Feed, type Widget } from "#bench/chat-ends.ts";
import { figuresOf, steady } from "#bench/chat-talk.ts";
import { quantile, type Figures } from "#bench/measure.ts";
import { cpuBetween, cpuOf } from "#bench/processes.ts";

/** Words a second of those whose times are compared. */
const callersPerSecond = 100;
/** The others wait less long than they are asked to. */
const patience = 0.4;

/** Words at an even rate from these pages: how long each that was taken took since it was last said, and since it was first said. */
const talk = async (
  hall: Hall,
  callers: readonly Widget[],
  seconds: number,
): Promise<{ readonly accepted: number[]; readonly whole: number[]; readonly figures: Figures }> => {
  const { roots } = hall.bench.centre;
  const order = randomFrom(hall.bench.seed, "callers", hall.words);
  const busy = new Set<Widget>();
  const accepted: number[] = [];
  const whole: number[] = [];
  const under: Promise<void>[] = [];
  const before = cpuOf(roots);
  const begun = performance.now();
  for (let n = 0; n < seconds * callersPerSecond;) {
    const due = Math.min(seconds * callersPerSecond, ((performance.now() - begun) / 1000) * callersPerSecond);
    for (; n < due; n += 1) {
      // Whoever still waits says nothing else.
      if (busy.size === callers.length) continue;
      let widget = order.pick(callers);
      while (busy.has(widget)) widget = order.pick(callers);
      busy.add(widget);
      under.push(
        widget.say(textOf(hall, widget)).then(({ saidAt, triedAt }) => {
          busy.delete(widget);
          const now = performance.now();
          accepted.push(now - triedAt);
          whole.push(now - saidAt);
        }),
      );
    }
    await pause(1);
  }
  const took = (performance.now() - begun) / 1000;
  const used = cpuBetween(before, cpuOf(roots));
  await inTime(Promise.all(under), "taking the callers' words");
  return { accepted, whole, figures: figuresOf(accepted, callersPerSecond, took, used) };
};

const turnedAway = (widgets: readonly Widget[]): number =>
  widgets.reduce((sum, { refusals }) => sum + (refusals.get(503) ?? 0), 0);

/** Four of five pages say one word after the other as fast as they are let, while the fifth talk at an even rate. */
export const overload = async (hall: Hall, seconds: number): Promise<Readonly<Record<string, Figures>>> => {
  const callers = hall.widgets.filter((_, n) => n % 5 === 2);
  const crowd = hall.widgets.filter((_, n) => n % 5 !== 2);
  const before = await talk(hall, callers, seconds);
  let over = false;
  let taken = 0;
  for (const widget of crowd) widget.patience = patience;
  const flood = crowd.map(async (widget) => {
    while (!over) {
      await widget.say(textOf(hall, widget));
      taken += 1;
    }
  });
  await pause(2_000);
  const [refusedBefore, takenBefore, begun] = [turnedAway(hall.widgets), taken, performance.now()];
  const beside = await talk(hall, callers, seconds);
  const refused = turnedAway(hall.widgets) - refusedBefore;
  const took = (performance.now() - begun) / 1000;
  const perSecond = (taken - takenBefore + beside.accepted.length) / took;
  over = true;
  const ended = performance.now();
  await inTime(Promise.all(flood), "taking the crowd's last words");
  const calm = (performance.now() - ended) / 1000;
  for (const widget of crowd) widget.patience = 1;
  const after = await talk(hall, callers, seconds);
  const [p99, p99Beside, p99After] = [before, beside, after].map(({ accepted }) => quantile(accepted, 0.99));
  const faults = await countFaults(hall, new Map());
  return {
    "chat: a word until it is taken, before an overload": before.figures,
    "chat: a word until it is taken, under overload": {
      ...beside.figures,
      values: {
        ...beside.figures.values,
        p99Times: rounded((p99Beside ?? 0) / (p99 ?? 1)),
        "s p99 with the waits it was asked for": rounded(quantile(beside.whole, 0.99) / 1000),
        "taken in all a second": rounded(perSecond),
        "turned away a second": rounded(refused / took),
      },
    },
    "chat: after an overload": {
      ...after.figures,
      values: {
        ...after.figures.values,
        seconds: rounded(calm),
        p99Times: rounded((p99After ?? 0) / (p99 ?? 1)),
        ...faults,
      },
    },
  };
};

/** A desk that never reads; when the server has let go of it, it comes again. */
const neverReads = (hall: Hall, at: number): { readonly dropped: () => number; readonly end: () => void } => {
  const { desks, server } = hall.bench.centre;
  let [dropped, ended] = [0, false];
  let feed: Feed | null = null;
  const come = async (): Promise<void> => {
    const desk = desks[at % desks.length];
    if (!desk || ended) return;
    feed = await openSilentDesk(desk, server.url, Math.max(...hall.upTo), false);
    feed.lost = () => {
      dropped += 1;
      void come().catch(() => undefined);
    };
  };
  void come().catch(() => undefined);
  // Who does not read notices only by speaking that nobody is there any more.
  const timer = setInterval(() => feed?.ping(), 1_000);
  return {
    dropped: () => dropped,
    end: () => {
      ended = true;
      clearInterval(timer);
      if (feed) feed.lost = null;
      feed?.cut();
    },
  };
};

/** Words from visitors to agents at an even rate, in turns without and beside desks that never read, a tenth as many as read. */
export const besideSlow = async (hall: Hall, seconds: number): Promise<Readonly<Record<string, Figures>>> => {
  const { roots } = hall.bench.centre;
  const alone: number[] = [];
  const beside: number[] = [];
  let dropped = 0;
  let figures: Figures | null = null;
  for (let round = 0; round < 2; round += 1) {
    alone.push(...(await steady(hall, [roots], seconds, 200)).times);
    const slow = Array.from({ length: Math.ceil(hall.feeds.length / 10) }, (_, at) => neverReads(hall, at));
    const talked = await steady(hall, [roots], seconds, 200);
    beside.push(...talked.times);
    figures = talked.listed;
    for (const each of slow) {
      dropped += each.dropped();
      each.end();
    }
  }
  const [p99, p99Beside] = [quantile(alone, 0.99), quantile(beside, 0.99)];
  return {
    "chat: visitor to agent beside desks that never read": {
      ...(figures as Figures),
      p50Ms: rounded(quantile(beside, 0.5)),
      p95Ms: rounded(quantile(beside, 0.95)),
      values: {
        p99: rounded(p99Beside),
        p99Times: rounded(p99Beside / p99),
        "ms p99 without": rounded(p99),
        "let go of": dropped,
      },
    },
  };
};
