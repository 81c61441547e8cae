// The concerns in the foreground: what a visitor meets first. Times are before now, so that the desk always looks like today. Called by seed.ts.
import type { Script } from "#server/demo/script.ts";
import { chatStories } from "#server/demo/stories-chat.ts";
import { elbStories } from "#server/demo/stories-elb.ts";
import { harbourStories } from "#server/demo/stories-harbour.ts";
import { todayStories } from "#server/demo/stories-today.ts";

/** The stories with their times counted back from `now`. */
export const storyScripts = (now: Date): readonly Script[] =>
  Object.entries({ ...elbStories, ...todayStories, ...harbourStories, ...chatStories }).map(
    ([key, { customer, steps, ...told }]) => ({
      ...told,
      key,
      customer: { name: customer.name, address: customer.address },
      ...(customer.organisation === undefined ? {} : { organisation: customer.organisation }),
      ...(customer.fields === undefined ? {} : { fields: customer.fields }),
      steps: steps.map(([minutesBefore, deed]) => ({ ...deed, atMs: now.getTime() - minutesBefore * 60_000 })),
    }),
  );
