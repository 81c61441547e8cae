// iCalendar (RFC 5545) that somebody else wrote: read in a thread that is ended when it takes too long or too much. Called by modules/hours.
import { Worker } from "node:worker_threads";
import type { CalendarFault } from "#platform/icalendar/lines.ts";
import type { CalendarEvents, CalendarWindow } from "#platform/icalendar/read.ts";

/** The thread alone takes a tenth of a second to begin; a calendar of a thousand events takes as long again. */
const mostMs = 5_000;
const mostMegabytes = 128;

/**
 * The days and times of a text's events within a window, or the first fault with its line. `slow`: it was not read within five seconds or 128 MB,
 * whatever it is. The server goes on meanwhile.
 */
export const readCalendar = (
  text: string,
  window: CalendarWindow,
  timeMs = mostMs,
): Promise<CalendarEvents | CalendarFault> =>
  new Promise((resolve) => {
    const worker = new Worker(new URL("./icalendar-thread.ts", import.meta.url), {
      workerData: { text, window },
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    });
    const end = (result: CalendarEvents | CalendarFault): void => {
      clearTimeout(timer);
      resolve(result);
      void worker.terminate();
    };
    const slow: CalendarFault = { fault: "slow", line: 0, text: "" };
    const timer = setTimeout(() => end(slow), timeMs);
    worker.once("message", (result: CalendarEvents | CalendarFault) => end(result));
    worker.once("error", () => end(slow));
    worker.once("exit", () => end(slow));
  });
