// From a stored arrival to the ringing desk: chats come to a real server with its own PostgreSQL, and it is measured when the agent's desk hears of the offer. Called
// by bench/main.ts (`--only ringing`).
import { openListeningDesk, openWidget } from "#bench/chat-ends.ts";
import { quantile } from "#bench/measure.ts";
import { fixedWorkMs } from "#bench/processes.ts";
import { api } from "#contract/api.ts";
import { addAgent, agentPassword, setUpCentre } from "#test/centre.ts";
import { addChat } from "#test/chat.ts";
import { signIn } from "#test/desk.ts";
import { bookQueue, bookWith } from "#test/routing-book.ts";
import { startTestServer } from "#test/server.ts";

interface RingingFigures {
  readonly perSecond: number;
  readonly chats: number;
  /** From "taken", which is said after the commit, to the word on the agent's line, in milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
  /** From the customer's first word, its storing included. */
  readonly whole95: number;
}

const aimP95Ms = 100;
const agentsWanted = 40;
const rates = [5, 20, 50] as const;
const secondsEach = 15;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Measures each rate with forty agents who are available, each of whom has room; nobody answers, so every chat rings once. `share`: of the time. */
export const ringingBench = async (share: number, commit: string, say: (line: string) => void): Promise<string> => {
  const server = await startTestServer({ env: { LOG_LEVEL: "error", CHECK_ANSWERS: "no" } });
  try {
    const { desk: admin, brand } = await setUpCentre(server.url);
    const channel = await addChat(admin, brand.id);
    const { revision } = await admin.call(api.routing.book);
    const book = bookWith([bookQueue(1, { offerSeconds: 3_600 })], { missesUntilAway: 0 });
    await admin.call(api.routing.setBook, { body: { book, was: revision } });
    const rang = new Map<string, number>();
    for (let n = 0; n < agentsWanted; n += 1) {
      const email = `agent${n}@kabel.test`;
      const agent = await addAgent(admin, { name: `Agent ${n}`, email, role: "agent" });
      await admin.call(api.routing.setAgentWork, {
        params: { id: agent.id },
        body: {
          skills: {},
          capacity: { chat: { weight: 1, max: 50, interrupts: [], restingWeight: 0 } },
          queueIds: null,
        },
      });
      const desk = await signIn(server.url, email, agentPassword);
      await openListeningDesk(desk, server.url, 0, (word) => {
        if (word.type !== "events") return;
        for (const event of word.events)
          if (event.kind === "work.offered" && event.data.work.agentId === agent.id && event.concernId !== null)
            rang.set(event.concernId, performance.now());
      });
      await desk.call(api.routing.wish, {
        body: {
          id: crypto.randomUUID(),
          wish: { what: "presence", agentId: agent.id, state: "available", reason: "" },
        },
      });
    }
    const all: RingingFigures[] = [];
    let pages = 0;
    for (const perSecond of rates) {
      const chats = Math.max(20, Math.round(perSecond * secondsEach * share));
      const begun = performance.now();
      const waits: number[] = [];
      const wholes: number[] = [];
      await Promise.all(
        Array.from({ length: chats }, async (_, n) => {
          pages += 1;
          const page = openWidget(pages, channel.id, `127.0.${1 + (pages % 200)}.1`);
          await pause(Math.max(0, begun + (n * 1_000) / perSecond - performance.now()));
          await page.come(server.url);
          const saidAt = performance.now();
          await page.say(`Hallo ${n}`);
          const takenAt = performance.now();
          const concernId = page.concernId ?? "";
          for (let looks = 0; !rang.has(concernId) && looks < 3_000; looks += 1) await pause(10);
          const at = rang.get(concernId) ?? Infinity;
          waits.push(Math.max(0, at - takenAt));
          wholes.push(at - saidAt);
        }),
      );
      const figures = {
        perSecond,
        chats,
        p50: quantile(waits, 0.5),
        p95: quantile(waits, 0.95),
        worst: Math.max(...waits),
        whole95: quantile(wholes, 0.95),
      };
      all.push(figures);
      say(
        `  ${perSecond} chats a second: p50 ${figures.p50.toFixed(1)} ms, p95 ${figures.p95.toFixed(1)} ms, worst ${figures.worst.toFixed(0)} ms; from the first word p95 ${figures.whole95.toFixed(0)} ms`,
      );
    }
    return [
      `Measured at ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, commit ${commit}, Node ${process.version}; a fixed piece of work cost ${Math.round(fixedWorkMs())} ms CPU.`,
      "",
      "| chats a second | chats | p50 ms | p95 ms | worst ms | p95 from the first word, ms |",
      "|---|---|---|---|---|---|",
      ...all.map(
        (each) =>
          `| ${each.perSecond} | ${each.chats} | ${each.p50.toFixed(1)} | ${each.p95.toFixed(1)} | ${each.worst.toFixed(0)} | ${each.whole95.toFixed(0)} |`,
      ),
      "",
      `Aim: p95 under ${aimP95Ms} ms ${all.every(({ p95 }) => p95 < aimP95Ms) ? "met" : "**missed**"}.`,
    ].join("\n");
  } finally {
    await server.stop();
  }
};
