// Flows through the chat, end to end: visitors' pages answer a flow over real sockets to a real server with its own PostgreSQL, each step from the answer's leaving until the
// flow's next question is on the page. Called by bench/main.ts (`--only flow-chat`).
import WebSocket from "ws";
import { quantile } from "#bench/measure.ts";
import { fixedWorkMs } from "#bench/processes.ts";
import type { FromWidget, ToWidget } from "#contract/chat.ts";
import { setUpCentre } from "#test/centre.ts";
import { addChat } from "#test/chat.ts";
import { addFlow } from "#test/flow-help.ts";
import { asks, both, flowOf } from "#test/flows.ts";
import { startTestServer } from "#test/server.ts";

interface FlowChatFigures {
  readonly atOnce: number;
  readonly steps: number;
  readonly stepsPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly worst: number;
}

/** Visitors who answer at one time, each as fast as they are asked. */
const crowds = [1, 8, 32] as const;
const visitorsEach = 160;
/** Fewer than a visitor may say in half a minute. */
const answersEach = 15;
const aimP95Ms = 100;

interface Answering {
  /** Says it; resolves when the flow has answered. */
  readonly say: (text: string) => Promise<void>;
  readonly close: () => void;
}

/** A page from an address of its own of this machine, as the chat's brakes count them. */
const openAnswering = async (url: string, channelId: string, n: number): Promise<Answering> => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/chat?channel=${channelId}`, {
    headers: { origin: url },
    localAddress: `127.${1 + Math.floor(n / 60_000)}.${1 + (Math.floor(n / 240) % 250)}.${1 + (n % 240)}`,
    perMessageDeflate: false,
  });
  const thread = crypto.randomUUID();
  let concernId: string | null = null;
  let answered = (): void => undefined;
  const send = (word: FromWidget): void => socket.send(JSON.stringify(word));
  const welcomed = new Promise<void>((resolve, reject) => {
    socket.on("open", () =>
      send({ type: "hello", version: 1, token: null, link: null, after: null, language: "de", page: null }),
    );
    socket.on("error", reject);
    socket.on("message", (data: Buffer) => {
      const word = JSON.parse(data.toString("utf8")) as ToWidget;
      if (word.type === "welcome") resolve();
      if (word.type === "taken") ({ concernId } = word.message);
      if (word.type === "refused") throw new Error(`a word was refused: ${word.code}`);
      if (word.type === "news" && word.messages.some(({ by }) => by === "us")) answered();
    });
  });
  await welcomed;
  return {
    say: (text) =>
      new Promise((resolve) => {
        answered = resolve;
        send({ type: "say", id: crypto.randomUUID(), concernId: concernId as never, thread, text });
      }),
    close: () => socket.close(),
  };
};

/** Measures each crowd. `share`: of the visitors. */
export const flowChatBench = async (share: number, commit: string, say: (line: string) => void): Promise<string> => {
  const server = await startTestServer({ env: { LOG_LEVEL: "error", CHECK_ANSWERS: "no" } });
  try {
    const { desk, brand } = await setUpCentre(server.url);
    const channel = await addChat(desk, brand.id);
    const question = asks("more", { kind: "yesNo" }, "count", {
      text: both("Noch eine? {sum, number}", "Another? {sum, number}"),
    });
    const flow = flowOf(
      [
        { id: "begin", do: "set", values: [{ into: "sum", from: { by: "value", value: 0 } }], next: "more" },
        question,
        {
          id: "count",
          do: "set",
          values: [{ into: "sum", from: { by: "reckon", left: "sum", how: "+", right: 1 } }],
          next: "more",
        },
      ],
      { entries: [{ entry: { by: "first" }, brandIds: [], media: [], hours: "always" }] },
    );
    await addFlow(desk, flow, "schritte");
    const all: FlowChatFigures[] = [];
    let pages = 0;
    for (const atOnce of crowds) {
      const visitors = Math.max(atOnce, Math.round(visitorsEach * share));
      const waiting = await Promise.all(
        Array.from({ length: visitors }, () => openAnswering(server.url, channel.id, (pages += 1))),
      );
      const took: number[] = [];
      const begun = performance.now();
      await Promise.all(
        Array.from({ length: atOnce }, async () => {
          for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
            for (let n = 0; n <= answersEach; n += 1) {
              const saidAt = performance.now();
              await page.say(n === 0 ? "Guten Tag" : "ja");
              took.push(performance.now() - saidAt);
            }
            page.close();
          }
        }),
      );
      const figures = {
        atOnce,
        steps: took.length,
        stepsPerSecond: (took.length * 1_000) / (performance.now() - begun),
        p50: quantile(took, 0.5),
        p95: quantile(took, 0.95),
        worst: Math.max(...took),
      };
      all.push(figures);
      say(
        `  ${atOnce} at once: ${Math.round(figures.stepsPerSecond)} steps a second, p50 ${figures.p50.toFixed(1)} ms, p95 ${figures.p95.toFixed(1)} ms, worst ${figures.worst.toFixed(0)} ms`,
      );
    }
    return [
      `Measured at ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, commit ${commit}, Node ${process.version}; a fixed piece of work cost ${Math.round(fixedWorkMs())} ms CPU.`,
      "",
      "| visitors at once | steps | steps a second | p50 ms | p95 ms | worst ms |",
      "|---|---|---|---|---|---|",
      ...all.map(
        (each) =>
          `| ${each.atOnce} | ${each.steps} | ${Math.round(each.stepsPerSecond)} | ${each.p50.toFixed(1)} | ${each.p95.toFixed(1)} | ${each.worst.toFixed(0)} |`,
      ),
      "",
      `Aim: p95 under ${aimP95Ms} ms with 8 at once ${all.every(({ atOnce, p95 }) => atOnce > 8 || p95 < aimP95Ms) ? "met" : "**missed**"}.`,
    ].join("\n");
  } finally {
    await server.stop();
  }
};
