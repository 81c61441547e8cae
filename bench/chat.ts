// The chat under load: five thousand visitors' pages and two hundred desks on one server, then on two of which one is killed. Called by bench/work.ts.
import { readFileSync } from "node:fs";
import { api } from "#contract/api.ts";
import {
  countFaults,
  forEach,
  inTime,
  listening,
  openDesk,
  openDesks,
  openWidgets,
  patienceMs,
  pause,
  rounded,
  textOf,
  type Hall,
} from "#bench/chat-hall.ts";
import type { Widget } from "#bench/chat-ends.ts";
import { call } from "#bench/client.ts";
import { cpuBetween, cpuOf } from "#bench/processes.ts";
import type { Figures } from "#bench/measure.ts";
import { collectGarbage } from "#bench/garbage.ts";
import { besideSlow, overload } from "#bench/chat-overload.ts";
import { figuresOf, sayOnce, steady } from "#bench/chat-talk.ts";
import { keepAlive, onlyValues, restAfter, restingCpu } from "#bench/chat-rest.ts";
import type { Bench, Measured } from "#bench/work.ts";
import { addChat } from "#test/chat.ts";
import { startTestServer } from "#test/server.ts";

/** At a full share; of a shortened run fewer come. */
const fullPages = 5_000;
const fullDesks = 200;
const messagesPerSecond = 200;
/** Words under way at once when it is asked how many are possible. */
const atTheLimit = 48;

const rss = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);

/** As many words as are possible; timed from saying to taken. */
const limit = async (hall: Hall, seconds: number): Promise<Figures> => {
  const { roots } = hall.bench.centre;
  const took: number[] = [];
  const run = async (forMs: number, keep: boolean): Promise<void> => {
    const until = performance.now() + forMs;
    await Promise.all(
      Array.from({ length: atTheLimit }, async (_, lane) => {
        // Each lane has pages of its own, so that no page says two things at once.
        for (let n = lane; performance.now() < until; n += atTheLimit) {
          const widget = hall.widgets[n % (hall.widgets.length - (hall.widgets.length % atTheLimit))];
          if (!widget) return;
          const { saidAt } = await widget.say(textOf(hall, widget));
          if (keep) took.push(performance.now() - saidAt);
        }
      }),
    );
  };
  await run(2_000, false);
  const before = cpuOf(roots);
  const begun = performance.now();
  await inTime(run(seconds * 1000, true), "the limit");
  return figuresOf(took, atTheLimit, (performance.now() - begun) / 1000, cpuBetween(before, cpuOf(roots)));
};

/** An agent answers in the chats of these pages; when each was said. */
const answerAll = async (hall: Hall, widgets: readonly Widget[], mark: string): Promise<Map<Widget, number>> => {
  const { desks } = hall.bench.centre;
  const { rows } = await hall.bench.database.query<{ concern: string; value: string }>(
    "SELECT concern_id AS concern, value FROM party WHERE kind = 'chat' AND concern_id = ANY ($1::uuid[])",
    [widgets.map((widget) => widget.concernId)],
  );
  const addresses = new Map(rows.map((row) => [row.concern, row.value]));
  const saidAt = new Map<Widget, number>();
  await forEach(widgets, 4, async (widget) => {
    const desk = desks[widget.n % desks.length];
    if (!desk || widget.concernId === null) throw new Error("nobody to answer");
    saidAt.set(widget, performance.now());
    await call(desk, api.concerns.reply, {
      params: { id: widget.concernId },
      body: {
        channelId: hall.channelId,
        to: [addresses.get(widget.concernId) ?? ""],
        cc: [],
        text: `${mark} ${widget.n}`,
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: "waiting",
        key: crypto.randomUUID(),
      },
    });
  });
  return saidAt;
};

const hasHeard = (widget: Widget, text: string): number | undefined =>
  [...widget.heard.values()].find((each) => each.text === text)?.at;

const heardAll = async (widgets: readonly Widget[], mark: string): Promise<void> => {
  const until = performance.now() + patienceMs;
  while (widgets.some((widget) => hasHeard(widget, `${mark} ${widget.n}`) === undefined)) {
    if (performance.now() > until) throw new Error("an answer was not heard");
    await pause(10);
  }
};

const answersWork = async (hall: Hall): Promise<Figures> => {
  const mark = "Ich schaue gleich für Sie nach.";
  const widgets = hall.widgets.filter((_, n) => n % 25 === 3).slice(0, 200);
  const before = cpuOf(hall.bench.centre.roots);
  const begun = performance.now();
  const saidAt = await answerAll(hall, widgets, mark);
  await heardAll(widgets, mark);
  const used = cpuBetween(before, cpuOf(hall.bench.centre.roots));
  return figuresOf(
    widgets.map((widget) => (hasHeard(widget, `${mark} ${widget.n}`) ?? 0) - (saidAt.get(widget) ?? 0)),
    4,
    (performance.now() - begun) / 1000,
    used,
  );
};

/** Every page loses its line at one moment, some in the middle of a word, and comes again at once; meanwhile agents answer. */
const storm = async (hall: Hall): Promise<Figures> => {
  const { server, roots } = hall.bench.centre;
  const mark = "Während Sie weg waren";
  const speakers = hall.widgets.filter((_, n) => n % 25 === 0);
  const answered = hall.widgets.filter((_, n) => n % 100 === 1);
  const words = speakers.map((widget) => widget.say(textOf(hall, widget)));
  await pause(20);
  for (const widget of hall.widgets) widget.cut();
  await answerAll(hall, answered, mark);
  const before = cpuOf(roots);
  const begun = performance.now();
  const took: number[] = [];
  await inTime(
    Promise.all(
      hall.widgets.map(async (widget) => {
        await widget.come(server.url);
        took.push(performance.now() - begun);
      }),
    ),
    "the storm",
  );
  await inTime(Promise.all(words), "the words of the storm");
  await heardAll(answered, mark);
  const seconds = (performance.now() - begun) / 1000;
  const used = cpuBetween(before, cpuOf(roots));
  for (const widget of hall.widgets) widget.look();
  const faults = await countFaults(hall, new Map(answered.map((widget) => [widget, [`${mark} ${widget.n}`]])));
  return figuresOf(took, hall.widgets.length, seconds, used, { seconds: rounded(seconds), ...faults });
};

/** Half of them at a second node; then that one is killed while they talk. */
const twoNodes = async (hall: Hall, seconds: number): Promise<Measured> => {
  const { centre } = hall.bench;
  const other = await startTestServer({
    database: centre.databaseUrl,
    dataDir: centre.server.dataDir,
    env: { DNS: "off", UNKNOWN_SENDERS: "0", LOG_LEVEL: "error", CHECK_ANSWERS: "no" },
  });
  try {
    const moved = hall.widgets.filter((_, n) => n % 2 === 1);
    for (const widget of moved) widget.cut();
    await inTime(
      forEach(moved, 50, (widget) => widget.come(other.url)),
      "moving to the second node",
    );
    for (const widget of moved) widget.look();
    const movedDesks = [...hall.feeds.keys()].filter((at) => at >= hall.wanted.desks / 2);
    for (const at of movedDesks) hall.feeds[at]?.feed.cut();
    await forEach(movedDesks, 20, (at) => openDesk(hall, at, other.url));
    const roots = [centre.roots, { app: other.pid, database: centre.roots.database }];
    await steady(hall, roots, 3, messagesPerSecond);
    const calm = await steady(hall, roots, seconds, messagesPerSecond);
    let comingBack = 0;
    let settled = 0;
    let killedAt = 0;
    const back: Promise<void>[] = [];
    const comeBack = (work: () => Promise<void>): void => {
      comingBack += 1;
      back.push(
        work().then(() => {
          settled = performance.now();
        }),
      );
    };
    for (const widget of moved) {
      widget.lost = () => {
        widget.lost = null;
        comeBack(() => widget.come(centre.server.url));
      };
    }
    for (const at of movedDesks) {
      const place = hall.feeds[at];
      if (place) place.feed.lost = () => comeBack(() => openDesk(hall, at, centre.server.url));
    }
    const talking = steady(hall, [centre.roots], seconds, messagesPerSecond);
    await pause(2_000);
    killedAt = performance.now();
    await other.end("SIGKILL");
    const talked = await talking;
    await inTime(Promise.all(back), "coming to the other node");
    if (comingBack !== moved.length + movedDesks.length) throw new Error(`${comingBack} lost their line`);
    const faults = await countFaults(hall, new Map());
    return {
      "chat: two nodes, visitor to agent, 200/s": calm.listed,
      "chat: two nodes, visitor to agent who has it open": calm.open,
      "chat: one of two nodes is killed, 200/s": {
        ...talked.listed,
        values: { ...talked.listed.values, seconds: rounded((settled - killedAt) / 1000), ...faults },
      },
    };
  } finally {
    await other.end("SIGKILL");
  }
};

/** Everything the chat promises about thousands of sockets. */
export const chatWork = async (bench: Bench): Promise<Measured> => {
  const { centre, share } = bench;
  const { roots } = centre;
  const scaled = (seconds: number): number => Math.max(2, Math.round(seconds * share));
  const wanted = {
    pages: Math.max(200, Math.round(fullPages * share)),
    idle: Math.max(100, Math.round(1_000 * share)),
    desks: Math.max(listening * 2, Math.round(fullDesks * share)),
  };
  const channel = await addChat(centre.admin, centre.fillInto.brand.id as never);
  const hall: Hall = {
    bench,
    channelId: channel.id,
    widgets: [],
    feeds: [],
    heardAt: Array.from({ length: listening }, () => new Map<string, number>()),
    upTo: [],
    wanted,
    words: 0,
  };
  const stopBeat = keepAlive(hall);
  try {
    const nobody = await restingCpu(bench, scaled(20) * 1000);
    await openWidgets(hall, wanted.idle);
    const words = await sayOnce(hall, hall.widgets, 16);
    const { leftCpuMs, idle } = await restAfter(bench, nobody, words.length, scaled(40) * 1000);
    await collectGarbage(centre.inspectPort, roots.app);
    const heldBefore = rss(roots.app);
    await openWidgets(hall, wanted.pages);
    await pause(2_000);
    await collectGarbage(centre.inspectPort, roots.app);
    const heldAfter = rss(roots.app);
    const beforeWords = cpuOf(roots);
    const begun = performance.now();
    const fresh = hall.widgets.slice(wanted.idle);
    const first = await sayOnce(hall, fresh, atTheLimit);
    const begin = figuresOf(
      first,
      atTheLimit,
      (performance.now() - begun) / 1000,
      cpuBetween(beforeWords, cpuOf(roots)),
    );
    await openDesks(hall);
    await steady(hall, [roots], scaled(3), messagesPerSecond);
    const calm = await steady(hall, [roots], scaled(20), messagesPerSecond);
    const answers = await answersWork(hall);
    const most = await limit(hall, scaled(12));
    const slow = await besideSlow(hall, scaled(12));
    const crowded = await overload(hall, scaled(10));
    const stormy = await storm(hall);
    const nodes = await twoNodes(hall, scaled(10));
    return {
      "chat: visitor to agent, 200/s": calm.listed,
      "chat: visitor to agent who has it open": calm.open,
      "chat: agent to visitor": answers,
      "chat: first words, as many as possible": begin,
      "chat: words, as many as possible": most,
      "chat: a thousand idle chats": onlyValues({
        corePercent: rounded(((idle - nobody) * 1_000) / wanted.idle),
        "ms CPU later for each first word": rounded(leftCpuMs),
      }),
      "chat: an idle socket": onlyValues({ kbEach: rounded((heldAfter - heldBefore) / (wanted.pages - wanted.idle)) }),
      ...slow,
      ...crowded,
      "chat: every page comes again at once": stormy,
      ...nodes,
    };
  } finally {
    stopBeat();
    for (const widget of hall.widgets) {
      widget.lost = null;
      widget.cut();
    }
    for (const { feed } of hall.feeds) {
      if (!feed) continue;
      feed.lost = null;
      feed.cut();
    }
  }
};
