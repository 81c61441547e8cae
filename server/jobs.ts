// What has to happen by time: waking snoozed concerns, looking at files, folding counters, clearing what has expired. Started by server/start.ts.
import { setTimeout as pause } from "node:timers/promises";
import { removeOldTries } from "#modules/agents/actions-brake.ts";
import { removeOldSessions } from "#modules/agents/actions-sessions.ts";
import { removeOldRuns } from "#modules/automation/actions.ts";
import { actByTime, sweepTimers } from "#modules/automation/actions-timers.ts";
import { removeOldDials } from "#modules/calls/actions.ts";
import { removeOldRecordings } from "#modules/calls/actions-recordings.ts";
import { removeOldScreens } from "#modules/calls/actions-screen.ts";
import { forgetBegins } from "#modules/concerns/actions-aside.ts";
import { recountPromises } from "#modules/concerns/actions-recount.ts";
import { tendPromises } from "#modules/concerns/actions-tending.ts";
import { removeOldChanges } from "#modules/concerns/actions-many.ts";
import { removeOldUploads, wakeSnoozed } from "#modules/concerns/actions-time.ts";
import { foldTally, forgetRemovedViews, mendTally } from "#modules/concerns/actions-views.ts";
import { forgetOldRuns } from "#modules/flows/actions-effects.ts";
import { renewCalendars } from "#modules/hours/actions-calendars.ts";
import { fetchDueCalendars } from "#modules/hours/actions-fetching.ts";
import type { FetchCalendar } from "#modules/hours/model-addresses.ts";
import { askWhatIsDue } from "#modules/ratings/actions.ts";
import { forgetTeamWords } from "#modules/routing/actions-words.ts";
import { foldWords } from "#modules/search/actions.ts";
import { removeOldCodes } from "#modules/visitors/actions-codes.ts";
import { removeOldVisitorFiles } from "#modules/visitors/actions-files.ts";
import { mailWhatIsUnread } from "#modules/visitors/actions-mail.ts";
import { removeOldLinks } from "#modules/flows/actions-links.ts";
import { removeOldMoves } from "#modules/visitors/actions-moved.ts";
import { removeOldPushes } from "#modules/visitors/actions-push.ts";
import { removeOldTokens } from "#modules/visitors/actions-signed.ts";
import { lead } from "#platform/db/leader.ts";
import type { Log } from "#platform/log.ts";
import type { World } from "#platform/world.ts";
import { mailCodes } from "#server/chat-code.ts";
import type { Connected } from "#server/connected.ts";
import { sweepFiles } from "#server/file-sweep.ts";

interface Timed {
  readonly name: string;
  readonly everyMs: number;
  readonly run: (world: World) => Promise<unknown>;
}

const timed: readonly Timed[] = [
  { name: "wakeSnoozed", everyMs: 1_000, run: wakeSnoozed },
  { name: "tendPromises", everyMs: 1_000, run: tendPromises },
  { name: "recountPromises", everyMs: 1_000, run: recountPromises },
  { name: "sweepTimers", everyMs: 1_000, run: sweepTimers },
  { name: "checkFiles", everyMs: 1_000, run: (world) => world.checks?.checkDue() ?? Promise.resolve(0) },
  { name: "foldTally", everyMs: 5_000, run: foldTally },
  { name: "askWhatIsDue", everyMs: 5_000, run: askWhatIsDue },
  { name: "foldWords", everyMs: 5_000, run: foldWords },
  { name: "removeOldVisitorFiles", everyMs: 300_000, run: removeOldVisitorFiles },
  { name: "removeOldUploads", everyMs: 3_600_000, run: removeOldUploads },
  { name: "removeOldChanges", everyMs: 3_600_000, run: removeOldChanges },
  { name: "forgetBegins", everyMs: 3_600_000, run: forgetBegins },
  { name: "forgetRemovedViews", everyMs: 3_600_000, run: forgetRemovedViews },
  { name: "removeOldSessions", everyMs: 3_600_000, run: removeOldSessions },
  { name: "removeOldLinks", everyMs: 3_600_000, run: removeOldLinks },
  { name: "removeOldMoves", everyMs: 600_000, run: removeOldMoves },
  { name: "removeOldPushes", everyMs: 600_000, run: removeOldPushes },
  { name: "removeOldCodes", everyMs: 600_000, run: removeOldCodes },
  { name: "removeOldTokens", everyMs: 600_000, run: removeOldTokens },
  { name: "removeOldTries", everyMs: 600_000, run: removeOldTries },
  { name: "removeOldDials", everyMs: 3_600_000, run: removeOldDials },
  { name: "removeOldScreens", everyMs: 3_600_000, run: removeOldScreens },
  { name: "removeOldRecordings", everyMs: 60_000, run: removeOldRecordings },
  { name: "forgetOldRuns", everyMs: 3_600_000, run: forgetOldRuns },
  { name: "removeOldRuns", everyMs: 24 * 3_600_000, run: removeOldRuns },
  { name: "forgetTeamWords", everyMs: 3_600_000, run: forgetTeamWords },
  { name: "renewCalendars", everyMs: 24 * 3_600_000, run: renewCalendars },
  { name: "mendTally", everyMs: 24 * 3_600_000, run: mendTally },
  { name: "sweepFiles", everyMs: 24 * 3_600_000, run: sweepFiles },
];

/** What the timed work is told by the configuration. */
export interface Timing {
  /** How long words in a chat wait to be seen before they go by mail. */
  readonly chatMailAfterMs: number;
  /** How long an answer is held so that it can be taken back. */
  readonly undoMs: number;
  readonly publicUrl: string;
}

/**
 * Runs the timed work on one node at a time. The times themselves stand in the tables (`snoozed_until`, `expires_at`), so a kill, a late
 * start or a jumping clock loses nothing: what is due is done at the next look, and never before its time.
 */
export const startJobs = async (options: {
  readonly world: World;
  readonly log: Log;
  readonly timing: Timing;
  readonly connected: Connected;
  readonly fetchCalendar: FetchCalendar;
}): Promise<{ readonly stop: () => Promise<void> }> => {
  const { world, log } = options;
  const { chatMailAfterMs, undoMs, publicUrl } = options.timing;
  const mailing: Timed = {
    name: "mailWhatIsUnread",
    everyMs: 1_000,
    run: () =>
      mailWhatIsUnread(world, { afterMs: chatMailAfterMs, pageOf: (channelId) => `${publicUrl}/chat/${channelId}` }),
  };
  const codes: Timed = { name: "mailCodes", everyMs: 1_000, run: () => mailCodes(world, options.connected) };
  const fetching: Timed = {
    name: "fetchCalendars",
    everyMs: 30_000,
    run: () => fetchDueCalendars({ ...world, fetchCalendar: options.fetchCalendar }),
  };
  const ruling: Timed = { name: "actByTime", everyMs: 1_000, run: () => actByTime({ ...world, undoMs }) };
  const leadership = lead(world.db, 2, "timers", log, async (signal) => {
    await Promise.all(
      [...timed, mailing, codes, fetching, ruling].map(async (job) => {
        while (!signal.aborted) {
          try {
            await job.run(world);
          } catch (error) {
            log.warn("timer.failed", { name: job.name, error: error instanceof Error ? error.message : "unknown" });
          }
          // Also at once when the end came while the job was at work.
          await pause(job.everyMs, undefined, { signal }).catch(() => undefined);
        }
      }),
    );
  });
  return { stop: () => leadership.stop() };
};
