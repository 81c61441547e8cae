// What has to happen to concerns by time. Called by server/jobs.ts on one node at a time; doing it on several would do it once all the same.
import { system } from "#contract/actor.ts";
import { saveChange } from "#modules/concerns/actions-saving.ts";
import { withStatus } from "#modules/concerns/model.ts";
import { lockDueSnoozes, removeUploadsBefore } from "#modules/concerns/store.ts";
import type { World } from "#platform/world.ts";

const atOnce = 100;
const uploadKeptMs = 7 * 24 * 3_600_000;

/** Opens the concerns whose snooze has ended: never before its time, and once. Says how many. */
export const wakeSnoozed = async (world: World): Promise<number> => {
  let woken = 0;
  for (;;) {
    const some = await world.db.transaction(async (tx) => {
      const at = world.now().toISOString();
      const due = await lockDueSnoozes(tx, at, atOnce);
      for (const state of due) await saveChange(world, tx, system, state, withStatus(state, "open", at), "snoozeEnded");
      return due.length;
    });
    woken += some;
    if (some < atOnce) return woken;
  }
};

/** Forgets uploads of a week ago that no draft names. Messages keep their files by themselves. Says how many. */
export const removeOldUploads = (world: World): Promise<number> =>
  removeUploadsBefore(world.db, new Date(world.now().getTime() - uploadKeptMs).toISOString());
