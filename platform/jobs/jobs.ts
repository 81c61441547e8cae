// Work that is done later, once, and again when it failed: kept in PostgreSQL by pg-boss, in a schema of its own ("job").
import { PgBoss } from "pg-boss";
import type { SendOptions } from "pg-boss";
import type { Sql, Tx } from "#platform/db/db.ts";
import { factsOf } from "#platform/log.ts";
import type { Log } from "#platform/log.ts";

export interface HandleOptions {
  /** How many run at once in this process; 4. */
  readonly atOnce?: number;
  /** Tries before a job is given up; 5. The pauses between them double from `firstPauseSeconds` (2) to an hour. */
  readonly tries?: number;
  readonly firstPauseSeconds?: number;
  /** A try that takes longer counts as failed; 5 minutes. */
  readonly timeLimitSeconds?: number;
  /** Every job has a key, and of the waiting jobs with one key only the newest stands: a timer that is set anew. */
  readonly keyed?: boolean;
  /** Also run by the clock: a cron expression in that time zone; one run for all processes. */
  readonly every?: { readonly cron: string; readonly timeZone: string };
}

export interface Jobs {
  /** Says how a kind of job is done; before `start`. `signal` aborts when the time is over or the process ends. The work must bear being repeated. */
  readonly handle: (
    name: string,
    work: (data: unknown, signal: AbortSignal) => Promise<void>,
    options?: HandleOptions,
  ) => void;
  readonly start: () => Promise<void>;
  /** Enqueues in the caller's transaction (null: at once) and gives the id. Never runs before `startAfter`, by the database's clock. */
  readonly enqueue: (
    tx: Tx | null,
    name: string,
    data: object,
    options?: { readonly startAfter?: Date; readonly key?: string },
  ) => Promise<string>;
  /** A job that waits will not run; one that runs is not stopped. */
  readonly cancel: (tx: Tx | null, name: string, id: string) => Promise<void>;
  /** Takes no more, lets running jobs finish for at most `graceMs` (10 s); the rest run again elsewhere. */
  readonly stop: (graceMs?: number) => Promise<void>;
}

const on = (tx: Tx): NonNullable<SendOptions["db"]> => ({
  executeSql: async (text, values = []) => ({ rows: await tx.rows({ text, values } as unknown as Sql) }),
});

interface Handler {
  readonly work: (data: unknown, signal: AbortSignal) => Promise<void>;
  readonly options: HandleOptions;
}

/** Opens the jobs on a database; at most 2 connections. `pollMs` is how late a job may begin when nothing else hints (at least 500). */
export const createJobs = (given: { readonly url: string; readonly log: Log; readonly pollMs?: number }): Jobs => {
  const { log } = given;
  const boss = new PgBoss({
    connectionString: given.url,
    application_name: "draht-jobs",
    schema: "job",
    max: 2,
    useListenNotify: false,
    reindex: false,
    monitorVacuum: false,
    persistWarnings: false,
  });
  boss.on("error", (error) => log.warn("jobs.failed", factsOf(error)));
  const handlers = new Map<string, Handler>();
  const ending = new AbortController();

  const run = async (
    name: string,
    work: Handler["work"],
    job: { readonly id: string; readonly data: unknown; readonly expireInSeconds: number },
  ): Promise<{ id: string; status: "completed" | "failed" }> => {
    try {
      await work(job.data, AbortSignal.any([ending.signal, AbortSignal.timeout(job.expireInSeconds * 1000)]));
      return { id: job.id, status: "completed" };
    } catch (error) {
      log.warn("job.failed", { job: name, id: job.id, ...factsOf(error) });
      return { id: job.id, status: "failed" };
    }
  };

  const take = async (name: string, { work, options }: Handler): Promise<void> => {
    const queue = {
      retryLimit: (options.tries ?? 5) - 1,
      retryDelay: options.firstPauseSeconds ?? 2,
      retryBackoff: true,
      retryDelayMax: 3_600,
      expireInSeconds: options.timeLimitSeconds ?? 300,
      retentionSeconds: 366 * 86_400,
      deleteAfterSeconds: 86_400,
    };
    await boss.createQueue(name, { ...queue, policy: options.keyed === true ? "short" : "standard" });
    await boss.updateQueue(name, queue);
    // With batches of one, pg-boss would wait a whole poll after each job; a full batch asks for the next at once.
    const batchSize = Math.max(2, options.atOnce ?? 4);
    await boss.work<
      unknown,
      unknown,
      { perJobResults: true; batchSize: number; burstWhenBatchFull: true; pollingIntervalSeconds: number }
    >(
      name,
      {
        perJobResults: true,
        batchSize,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: (given.pollMs ?? 1_000) / 1000,
      },
      async (jobs) => {
        if ((options.atOnce ?? 4) > 1) return Promise.all(jobs.map((job) => run(name, work, job)));
        const results: { id: string; status: "completed" | "failed" }[] = [];
        for (const job of jobs) results.push(await run(name, work, job));
        return results;
      },
    );
    if (options.every)
      await boss.schedule(
        name,
        options.every.cron,
        {},
        { tz: options.every.timeZone, ...(options.keyed === true ? { singletonKey: "clock" } : {}) },
      );
  };

  return {
    handle: (name, work, options = {}) => {
      if (handlers.has(name)) throw new Error(`the job "${name}" is handled twice`);
      handlers.set(name, { work, options });
    },
    start: async () => {
      await boss.start();
      for (const [name, handler] of handlers) await take(name, handler);
    },
    enqueue: async (tx, name, data, options = {}) => {
      const keyed = handlers.get(name)?.options.keyed === true;
      if (keyed !== (options.key !== undefined)) throw new Error(`jobs "${name}" ${keyed ? "need" : "have no"} a key`);
      const inside = tx ? { db: on(tx) } : {};
      // A job set anew keeps what is not said again, so "at once" has to be said. (Without a key it must not be: pg-boss keeps a job
      // for a time that begins at its start.)
      const id =
        options.key === undefined
          ? await boss.send(name, data, {
              ...inside,
              ...(options.startAfter ? { startAfter: options.startAfter } : {}),
            })
          : (
              await boss.upsert(name, data, {
                ...inside,
                singletonKey: options.key,
                startAfter: options.startAfter ?? 0,
              })
            ).jobs[0];
      if (id === null || id === undefined) throw new Error(`the job "${name}" was not taken`);
      return id;
    },
    cancel: async (tx, name, id) => void (await boss.cancel(name, id, tx ? { db: on(tx) } : {})),
    stop: async (graceMs = 10_000) => {
      const patience = setTimeout(() => ending.abort(), graceMs);
      await boss.stop({ graceful: true, timeout: graceMs + 1_000, close: true });
      clearTimeout(patience);
      ending.abort();
    },
  };
};
