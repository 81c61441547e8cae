// Calls of browsers through the program's own engine: so many calls at once, each a caller and an agent's device in a hub, both talking all the time. Measured are the
// engine's processor time, how long a party takes from its offer to its first audio, how long what is said takes to be heard, and what is lost. Called by
// bench/main.ts (`--only calls`).
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quantile } from "#bench/measure.ts";
import { fixedWorkMs } from "#bench/processes.ts";
import { attachWeb } from "#channels/phone/web/engine.ts";
import type { HubMember, VoiceEngine } from "#contract/voice.ts";
import { type Caller, createCaller } from "#test/peers/caller.ts";
import { createTold, ioOf } from "#test/peers/voicePlace.ts";

interface CallFigures {
  readonly calls: number;
  /** Of one processor, while all talk. */
  readonly corePercent: number;
  readonly setUp: { readonly p50: number; readonly p95: number };
  readonly heardAfter: { readonly p50: number; readonly p95: number };
  readonly lostPercent: number;
}

const crowds = [20, 50, 100] as const;
const talkMs = 5_000;
const words = 20;

/** Processor time a process has had, in milliseconds; only where there is /proc. */
const cpuMsOf = async (pid: number): Promise<number> => {
  const stat = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return (Number(stat[11]) + Number(stat[12])) * 10;
};

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs every crowd and gives the figures as Markdown. */
export const callsBench = async (commit: string, say: (line: string) => void): Promise<string> => {
  const rows: CallFigures[] = [];
  for (const calls of crowds) {
    const figures = await crowd(calls);
    rows.push(figures);
    say(`${calls} calls: ${JSON.stringify(figures)}`);
  }
  const cells = rows.map(
    ({ calls, corePercent, setUp, heardAfter, lostPercent }) =>
      `| ${calls} | ${corePercent.toFixed(1)} | ${(corePercent / calls).toFixed(2)} | ${setUp.p50.toFixed(0)} | ${setUp.p95.toFixed(0)} | ${heardAfter.p50.toFixed(0)} | ${heardAfter.p95.toFixed(0)} | ${lostPercent.toFixed(2)} |`,
  );
  return [
    `Measured at ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, commit ${commit}, Node ${process.version}; a fixed piece of work cost ${fixedWorkMs().toFixed(0)} ms CPU.`,
    "",
    "| calls at once | engine, % of a core | a call, % | set up, p50 ms | p95 ms | heard after, p50 ms | p95 ms | lost, % |",
    "|---|---|---|---|---|---|---|---|",
    ...cells,
  ].join("\n");
};

const crowd = async (calls: number): Promise<CallFigures> => {
  const folder = await mkdtemp(join(tmpdir(), "calls-"));
  const told = createTold();
  let pid = 0;
  const network = { bindAddress: "127.0.0.1", publicAddress: null, udpPort: 0, iceServers: [] };
  const engine = await attachWeb(
    { network, mostLegs: 2 * calls },
    { ...ioOf(folder, told, String), log: (_, __, facts) => (pid = Number(facts?.["pid"] ?? pid)) },
  );
  await engine.command({ do: "device", deviceId: "desk", display: "" });
  const setUps: number[] = [];
  const pairs: (readonly [Caller, Caller])[] = [];
  for (let n = 0; n < calls; n += 1) {
    const [customer, agent] = [await party(engine, `c${n}`, true, setUps), await party(engine, `a${n}`, false, setUps)];
    const members: HubMember[] = [`c${n}`, `a${n}`].map((legId) => ({ legId, role: { as: "talks" }, muted: false }));
    await engine.command({ do: "hub", hubId: `h${n}`, members });
    pairs.push([customer, agent]);
  }
  const everybody = pairs.flat();
  const before = everybody.map((one) => one.counted());
  const [cpu, from] = [await cpuMsOf(pid), performance.now()];
  await wait(talkMs);
  const corePercent = ((await cpuMsOf(pid)) - cpu) / ((performance.now() - from) / 100);
  let [came, missing] = [0, 0];
  for (const [index, one] of everybody.entries()) {
    came += one.counted().came - (before[index]?.came ?? 0);
    missing += one.counted().missing - (before[index]?.missing ?? 0);
  }
  const heard: number[] = [];
  for (let n = 0; n < words; n += 1) {
    const [customer, agent] = pairs[n % pairs.length] ?? [];
    if (customer === undefined || agent === undefined) continue;
    const since = performance.now();
    const first = new Promise<void>((resolve) =>
      agent.onPacket((payload) => payload.some((byte) => byte !== 0xff) && resolve()),
    );
    customer.say(400);
    await first;
    heard.push(performance.now() - since);
    customer.say("silence");
    await agent.hears();
  }
  for (const one of everybody) one.close();
  await engine.close(true);
  await rm(folder, { recursive: true, force: true });
  return {
    calls,
    corePercent,
    setUp: { p50: quantile(setUps, 0.5), p95: quantile(setUps, 0.95) },
    heardAfter: { p50: quantile(heard, 0.5), p95: quantile(heard, 0.95) },
    lostPercent: (100 * missing) / Math.max(1, came + missing),
  };
};

/** One party from its offer until audio can flow; the library's own start is not the engine's. */
const party = async (engine: VoiceEngine, legId: string, calls: boolean, setUps: number[]): Promise<Caller> => {
  const peer = await createCaller();
  const since = performance.now();
  if (!calls)
    await engine.command({
      do: "ring",
      legId,
      to: { deviceId: "desk" },
      callId: legId,
      display: "",
      timeoutSeconds: 60,
    });
  const caller = calls ? { from: "", name: "", to: "" } : null;
  let answer = await engine.command({ do: "offer", legId, sdp: peer.offer, caller });
  while (!answer.ok && answer.why === "full") {
    await wait(200);
    answer = await engine.command({ do: "offer", legId, sdp: peer.offer, caller });
  }
  if (!answer.ok || answer.sdp === undefined) throw new Error(`a party was not answered: ${JSON.stringify(answer)}`);
  if (calls) await engine.command({ do: "answer", legId });
  await peer.take(answer.sdp);
  setUps.push(performance.now() - since);
  return peer;
};
