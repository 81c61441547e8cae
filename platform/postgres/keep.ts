// Keeps the built-in PostgreSQL running while the server runs: one that died (out of memory, a kill) is started again. Called by server/start.ts.
import { setTimeout as pause } from "node:timers/promises";
import { isAlive } from "./postmaster.ts";
import { startPostgres, type PostgresOptions, type RunningPostgres } from "./postgres.ts";

const lookMs = 250;
const longestPauseMs = 5_000;

/**
 * Starts PostgreSQL as `startPostgres` does and starts it again, on the same port, whenever its process is gone; `log` hears of it.
 * `stop` ends the watch first, so that an orderly end is not taken for a death. A process that ends without it asks PostgreSQL to end as well.
 */
export async function keepPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  let running = await startPostgres(options);
  const port = Number(new URL(running.url).port);
  let stopping = false;
  const watch = (async (): Promise<void> => {
    for (let failures = 0; !stopping;) {
      await pause(lookMs, undefined, { ref: false });
      if (stopping || isAlive(running.pid)) continue;
      options.log("PostgreSQL has ended by itself; starting it again");
      try {
        running = await startPostgres({ ...options, port });
        failures = 0;
      } catch (error) {
        failures += 1;
        options.log(error instanceof Error ? error.message : String(error));
        await pause(Math.min(longestPauseMs, 500 * failures), undefined, { ref: false });
      }
    }
  })();
  // A stop that took too long was cut off before it came here, and PostgreSQL ran on for nobody.
  const lastWord = (): void => running.askToEnd();
  process.once("exit", lastWord);
  return {
    get url() {
      return running.url;
    },
    get pid() {
      return running.pid;
    },
    get adopted() {
      return running.adopted;
    },
    stop: async () => {
      stopping = true;
      // The watch's own timers keep no process alive: without this one the program would be over before PostgreSQL is asked to stop.
      const awake = setInterval(() => {}, longestPauseMs);
      await watch;
      clearInterval(awake);
      await running.stop();
      process.off("exit", lastWord);
    },
    askToEnd: lastWord,
  };
}
