// The chat at rest: pages that only show that they live, and what their words have left behind before it is quiet. Used by bench/chat.ts.
import { pause, type Hall } from "#bench/chat-hall.ts";
import { cpuOf } from "#bench/processes.ts";
import type { Figures } from "#bench/measure.ts";
import type { Bench } from "#bench/work.ts";
import { pingEveryMs } from "#widget/chat/link.ts";

/** How often it is looked whose turn has come. */
const stepMs = 20;
const desksPingEveryMs = 15_000;
/** Cleaning up after more than this is not waited for. */
const longestMs = 180_000;

/** Every page shows that it lives as often as the widget does, each at a moment of its own, as pages that came at different times do; every desk, too. */
export const keepAlive = ({ widgets, feeds }: Hall): (() => void) => {
  const turn = <T>(all: readonly T[], everyMs: number, ping: (one: T) => void): (() => void) => {
    let at = 0;
    let due = 0;
    return () => {
      for (due += (all.length * stepMs) / everyMs; due >= 1; due -= 1) {
        at = (at + 1) % all.length;
        const one = all[at];
        if (one !== undefined) ping(one);
      }
    };
  };
  const turns = [
    turn(widgets, pingEveryMs, (widget) => widget.ping()),
    turn(feeds, desksPingEveryMs, ({ feed }) => feed?.ping()),
  ];
  const timer = setInterval(() => {
    for (const each of turns) each();
  }, stepMs);
  return () => clearInterval(timer);
};

/** What follows from what was said is done: reactions have passed it, counters and words are folded, and no table is over the bounds at which autovacuum visits it. */
const settled = async ({ database, say }: Bench): Promise<void> => {
  const until = performance.now() + longestMs;
  for (;;) {
    // What sessions count reaches the statistics within a second.
    await pause(2_000);
    const { rows } = await database.query<{ busy: boolean }>(`
      SELECT (SELECT coalesce(min(seq), 0) < (SELECT max(seq) FROM event) FROM reaction_cursor)
          OR EXISTS (SELECT FROM concern_label_change) OR EXISTS (SELECT FROM search_word_new)
          OR EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'autovacuum worker')
          OR EXISTS (
            SELECT FROM pg_stat_user_tables t JOIN pg_class c ON c.oid = t.relid,
                   LATERAL (SELECT greatest(c.reltuples, 0) AS n) AS size
             WHERE t.n_mod_since_analyze > current_setting('autovacuum_analyze_threshold')::int + current_setting('autovacuum_analyze_scale_factor')::float8 * n
                OR t.n_dead_tup > current_setting('autovacuum_vacuum_threshold')::int + current_setting('autovacuum_vacuum_scale_factor')::float8 * n
                OR t.n_ins_since_vacuum > current_setting('autovacuum_vacuum_insert_threshold')::int + current_setting('autovacuum_vacuum_insert_scale_factor')::float8 * n) AS busy`);
    if (rows[0]?.busy === false) return;
    if (performance.now() > until)
      return say("  what was left behind was not cleaned up within three minutes: it is in the figures of rest");
  }
};

/** CPU of server and PostgreSQL used so far, in ms, and when. */
const used = ({ centre }: Bench): { readonly cpuMs: number; readonly atMs: number } => {
  const { appMs, databaseMs } = cpuOf(centre.roots);
  return { cpuMs: appMs + databaseMs, atMs: performance.now() };
};

const percentBetween = (before: ReturnType<typeof used>, after: ReturnType<typeof used>): number =>
  ((after.cpuMs - before.cpuMs) / (after.atMs - before.atMs)) * 100;

/** CPU in percent of a core over so long, once everything that went before is cleaned up. */
export const restingCpu = async (bench: Bench, ms: number): Promise<number> => {
  await settled(bench);
  const before = used(bench);
  await pause(ms);
  return percentBetween(before, used(bench));
};

/** After so many first words: what they cost until everything is cleaned up (CPU each, beyond `nobody`, in ms), and the CPU of rest afterwards. */
export const restAfter = async (
  bench: Bench,
  nobody: number,
  words: number,
  ms: number,
): Promise<{ readonly leftCpuMs: number; readonly idle: number }> => {
  const said = used(bench);
  await settled(bench);
  const clean = used(bench);
  const left = clean.cpuMs - said.cpuMs - (nobody / 100) * (clean.atMs - said.atMs);
  return { leftCpuMs: left / words, idle: await restingCpu(bench, ms) };
};

/** A row of which nothing was timed. */
export const onlyValues = (values: Readonly<Record<string, number>>): Figures => ({
  times: 0,
  atOnce: 0,
  p50Ms: 0,
  p95Ms: 0,
  perSecond: 0,
  appCpuMs: 0,
  databaseCpuMs: 0,
  values,
});
