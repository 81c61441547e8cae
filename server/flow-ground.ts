// What is so around running flows: hours, notices, who is at the desk. Opened by server/start.ts before anything runs, told of the desk when there is one.
import type { FlowGround } from "#modules/flows/ground.ts";
import { brandById } from "#modules/brands/reads.ts";
import { nextChange, openAt } from "#modules/hours/model.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import { shownAt } from "#modules/notices/model.ts";
import { noticesFrom } from "#modules/notices/reads.ts";
import type { World } from "#platform/world.ts";
import type { AtDesk } from "#server/at-desk.ts";

/** Where nobody has said when it is open: in which zone days and times are said. */
const usualZone = "Europe/Berlin";

export interface OpenedGround extends FlowGround {
  /** Until it is told, nobody is there. */
  readonly setDesk: (atDesk: Pick<AtDesk, "serves">) => void;
}

export const openFlowGround = (world: Pick<World, "now">): OpenedGround => {
  let desk: Pick<AtDesk, "serves"> | null = null;
  return {
    setDesk: (atDesk) => {
      desk = atDesk;
    },
    surroundings: async (tx, { brandId, channelId, medium, verified }) => {
      const now = world.now();
      const [all, notices, brand] = await Promise.all([
        allHours(tx),
        noticesFrom(tx, now.toISOString()),
        brandById(tx, brandId),
      ]);
      const hours = hoursOf(all, { id: channelId ?? "", brandId });
      const open = hours === null || openAt(hours, now);
      const changesAt = hours === null ? null : (nextChange(hours, now)?.toISOString() ?? null);
      return {
        now: now.toISOString(),
        zone: hours?.timeZone ?? usualZone,
        medium,
        brandId,
        brand: brand?.name ?? "",
        open,
        someoneThere: open && desk?.serves(brandId) === true,
        opensAt: open ? null : changesAt,
        closesAt: open ? changesAt : null,
        verified,
        notices: shownAt(notices, brandId, now).map(({ text }) => ({ de: text.de, en: text.en })),
      };
    },
  };
};
