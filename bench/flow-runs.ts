// Running flows on a real PostgreSQL, in this process: 10,000 dialogues at once among 200,000 that are over, a restart, and what is due afterwards. Called by bench/main.ts (`--only flows`).
import { cpus } from "node:os";
import { quantile } from "#bench/measure.ts";
import { isRefusal } from "#contract/errors.ts";
import type { FlowRunId } from "#contract/ids.ts";
import { claimDue, tellOutcome, tellRested } from "#modules/flows/actions-effects.ts";
import { beginRun, tellRun } from "#modules/flows/actions-running.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { sql } from "#platform/db/db.ts";
import { openFlowGround } from "#server/flow-ground.ts";
import { askWords, ending, flowOf, openFlowing, text } from "#test/flow-world.ts";
import { openTestWorld } from "#test/world.ts";

const hourMs = 3_600_000;
const atOnce = 8;
const over = 200_000;
const most = 10_000;
const aims = { lost: 0, answerP99Ms: 100 } as const;

/** Does it to all of them, so many at once; what each took, in milliseconds. */
const forAll = async <T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<number[]> => {
  const took: number[] = [];
  const rest = all.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of rest) {
        const began = performance.now();
        await work(one);
        took.push(performance.now() - began);
      }
    }),
  );
  return took;
};

/** Measures `share` of 10,000 dialogues and gives the figures as text. */
export const flowRunsBench = async (share: number, commit: string, say: (line: string) => void): Promise<string> => {
  const first = await openFlowing();
  const { world } = first;
  const count = Math.max(100, Math.round(most * share));
  try {
    const flowId = await first.publish(
      flowOf(
        [
          askWords("one", "was", "rest"),
          { id: "rest", do: "wait", until: { by: "minutes", minutes: 60 }, next: "two" },
          { id: "two", do: "say", text: text("Es geht weiter."), next: "three" },
          askWords("three", "wann", "end"),
          ending("end", true),
        ],
        [],
        24,
      ),
    );
    // Those that are over lie beside them.
    await world.db.run(sql`
      INSERT INTO flow_run (id, flow_id, version, name, medium, brand_id, holder, language, state, begun_at, moved_at, ended_at, over, last_seq)
      SELECT gen_random_uuid(), ${flowId}, 1, 'Alt', 'chat', ${first.cast.brandId}, 'alt-' || n, 'de', '{"values": {}}', now() - n * interval '1 minute', now(), now(), 'solved', 4
        FROM generate_series(1, ${over * share}::int) n`);
    const ids = Array.from({ length: count }, () => first.newRun());
    const holder = (runId: FlowRunId): string => `bench-${runId}`;
    const began = performance.now();
    await forAll(ids, async (runId) => {
      if (isRefusal(await beginRun(world, first.visitor, { runId, flowId, place: first.place(holder(runId)) })))
        throw new Error("a run did not begin");
    });
    const begunPerSecond = count / ((performance.now() - began) / 1_000);
    // Every second one answers and waits for its timer; the others say nothing.
    const waiting = ids.filter((_, n) => n % 2 === 0);
    const answers = await forAll(waiting, (runId) =>
      tellRun(world, first.visitor, {
        runId,
        holder: holder(runId),
        id: world.newId(),
        input: { kind: "answer", asked: null, answer: { by: "words", text: "So" } },
        shown: "So",
      }),
    );
    say(`  ${count} running: ${Math.round(begunPerSecond)} begun/s, an answer ${quantile(answers, 0.5).toFixed(1)} ms`);
    // Another process with nothing but the database.
    const plain = await openTestWorld({ url: world.db.url });
    const later: typeof plain & FlowWorld = { ...plain, flowGround: openFlowGround(plain) };
    try {
      later.setNow(new Date(world.now().getTime() + 2 * hourMs).toISOString());
      const claims: number[] = [];
      let told = 0;
      const timed = performance.now();
      for (;;) {
        const asked = performance.now();
        const due = await claimDue(later, { leaseMs: 60_000, limit: 100 });
        claims.push(performance.now() - asked);
        if (due.length === 0) break;
        await forAll(due, async (claim) => {
          if ((await tellOutcome(later, claim, { of: "timer" })) !== null) told += 1;
        });
      }
      const timersPerSecond = told / ((performance.now() - timed) / 1_000);
      later.setNow(new Date(world.now().getTime() + 27 * hourMs).toISOString());
      let rested = 0;
      const left = performance.now();
      for (let some = 1; some > 0; rested += some) some = await tellRested(later, 100);
      const restedPerSecond = rested / ((performance.now() - left) / 1_000);
      const lost = count - rested + (waiting.length - told);
      say(`  after the restart: ${told} timers told, ${rested} rested, ${lost} lost`);
      const p99 = quantile(answers, 0.99);
      const verdict = (holds: boolean): string => (holds ? "met" : "**missed**");
      return [
        `Measured at ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, commit ${commit}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "processor"}; ${count} dialogues among ${over * share} that are over, ${atOnce} at once, PostgreSQL on the same machine.`,
        "",
        "| begun/s | an answer, p50 ms | p99 ms | 100 effects claimed, p50 ms | p99 ms | timers told/s after a restart | rested/s | lost |",
        "|---|---|---|---|---|---|---|---|",
        `| ${Math.round(begunPerSecond)} | ${quantile(answers, 0.5).toFixed(1)} | ${p99.toFixed(1)} | ${quantile(claims, 0.5).toFixed(1)} | ${quantile(claims, 0.99).toFixed(1)} | ${Math.round(timersPerSecond)} | ${Math.round(restedPerSecond)} | ${lost} |`,
        "",
        `Aims: none lost ${verdict(lost === aims.lost)}, an answer under ${aims.answerP99Ms} ms at p99 ${verdict(p99 < aims.answerP99Ms)}.`,
      ].join("\n");
    } finally {
      await plain.db.close();
    }
  } finally {
    await world.close();
  }
};
