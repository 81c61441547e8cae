// What every bus between nodes must keep, whatever carries it: called by platform/live/live.test.ts and test/journeys/nats.test.ts.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentId } from "#contract/ids.ts";
import type { Look } from "#contract/live.ts";
import { backTopic, type Bus } from "#platform/live/bus.ts";
import { follow } from "#platform/live/follow.ts";
import { silentLog } from "#platform/log.ts";
import { lookOf, openLooks } from "#server/looks.ts";

/** Two nodes of one centre. `line`: how what lies between them breaks and is mended; null: nothing lies between them. */
export interface TwoNodes {
  readonly here: Bus;
  readonly there: Bus;
  readonly line: { readonly cut: () => Promise<void> | void; readonly mend: () => Promise<void> | void } | null;
  readonly close: () => Promise<void>;
}

const heard = (bus: Bus, topic: string, fits: (note: unknown) => boolean = () => true): Promise<unknown> =>
  new Promise((resolve) => {
    const stop = bus.on(topic, (note) => {
      if (!fits(note)) return;
      stop();
      resolve(note);
    });
  });

/** A bus whose hints are lost, late, doubled and out of order, by turns. */
const disturbed = (bus: Bus): Bus => {
  let n = 0;
  return {
    ...bus,
    hint: (topic, note) => {
      n += 1;
      if (n % 3 === 0) return;
      const say = (): void => bus.hint(topic, note);
      // Every second one is overtaken by those behind it.
      if (n % 2 === 0) setTimeout(say, (n * 7) % 40);
      else say();
      if (n % 4 === 0) say();
    },
  };
};

/** Runs the suite: `open` gives two nodes, anew for each test. */
export const busSuite = (
  name: string,
  open: () => Promise<TwoNodes>,
  options: { readonly skip?: string | false } = {},
): void => {
  const skip = options.skip ?? false;
  const withNodes = (title: string, run: (nodes: TwoNodes) => Promise<void>): void => {
    void test(`${name}: ${title}`, { skip, timeout: 120_000 }, async () => {
      const nodes = await open();
      try {
        await run(nodes);
      } finally {
        await nodes.close();
      }
    });
  };

  withNodes("a hint is heard here and elsewhere, topics are apart, notes arrive whole", async ({ here, there }) => {
    let wrong = 0;
    there.on("other", () => (wrong += 1));
    const both = Promise.all([heard(here, "a"), heard(there, "a")]);
    here.hint("a");
    await both;
    const note = { text: "Grüße 🙂", deep: [1, { two: 2 }] };
    const notes = Promise.all([heard(here, "n"), heard(there, "n")]);
    there.hint("n", note);
    assert.deepEqual(await notes, [note, note]);
    assert.equal(wrong, 0);
  });

  withNodes("what goes along with a hint stays in its process", async ({ here, there }) => {
    const along: unknown[] = [];
    const both = [here, there].map(
      (bus) =>
        new Promise<void>((resolve) => {
          bus.on("written", (_note, more) => {
            along.push(more);
            resolve();
          });
        }),
    );
    here.hint("written", undefined, [1, 2]);
    await Promise.all(both);
    assert.deepEqual(along[0], [1, 2]);
    if (there !== here) assert.deepEqual(along, [[1, 2], undefined]);
  });

  withNodes(
    "of many notes in one moment each is heard once, and nobody hears the own ones twice",
    async ({ here, there }) => {
      const got = { here: [] as unknown[], there: [] as unknown[] };
      here.on("burst", (note) => got.here.push(note));
      there.on("burst", (note) => got.there.push(note));
      const last = Promise.all([here, there].map((bus) => heard(bus, "burst", (note) => note === 999)));
      const all = Array.from({ length: 1_000 }, (_, n) => n);
      for (const n of all) here.hint("burst", n);
      await last;
      assert.deepEqual(got, { here: all, there: all });
    },
  );

  withNodes(
    "hints lost, late, doubled and out of order: at both nodes a log is heard whole, once, and in its order",
    async (nodes) => {
      const [here, there] = [disturbed(nodes.here), disturbed(nodes.there)];
      const log: { readonly seq: number }[] = [];
      const read = async (after: number, limit: number) => {
        const events = log.slice(after, after + limit);
        return { events, upTo: after + events.length };
      };
      const wanted = 300;
      const followers = await Promise.all(
        [here, there].map(async (bus) => {
          const follower = await follow({ read, end: async () => 0, log: silentLog });
          bus.on("events", follower.wake);
          const got: number[] = [];
          const whole = new Promise<void>((resolve) => {
            follower.subscribe(0, {
              wants: () => true,
              give: (entries, upTo) => {
                got.push(...entries.map((entry) => (JSON.parse(entry) as { readonly seq: number }).seq));
                if (upTo === wanted) resolve();
              },
              reset: () => assert.fail("nobody was so far behind"),
            });
          });
          return { follower, got, whole };
        }),
      );
      for (let seq = 1; seq <= wanted; seq += 1) {
        log.push({ seq });
        (seq % 2 === 0 ? here : there).hint("events");
        if (seq % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(followers.map(({ whole }) => whole));
      for (const { got, follower } of followers) {
        assert.deepEqual(
          got,
          log.map(({ seq }) => seq),
        );
        follower.stop();
      }
    },
  );

  withNodes(
    "the line breaks: nobody fails; when it is back both look anew, who looks is known again, and hints are heard as before",
    async ({ here, there, line }) => {
      if (line === null) return;
      const concernId = "00000000-0000-7000-8000-000000000001";
      const places = [here, there].map((bus, i) => {
        const changes = new Set<() => void>();
        const looks = openLooks<Look>({
          bus,
          topic: "looks",
          node: `node-${i}`,
          nowMs: () => performance.now(),
          changed: () => {
            for (const each of changes) each();
          },
        });
        const seen = (count: number): Promise<void> =>
          new Promise((resolve) => {
            const look = (): void => {
              if (looks.at(concernId).length !== count) return;
              changes.delete(look);
              resolve();
            };
            changes.add(look);
            look();
          });
        return { looks, seen };
      });
      const [one, two] = places;
      assert.ok(one && two);
      // Both have heard a plain hint: it is looked at anew later.
      const first = heard(there, "events");
      here.hint("events");
      await first;
      one.looks.look(1, lookOf("anna" as AgentId, concernId, "viewing"));
      await Promise.all([one.seen(1), two.seen(1)]);

      await line.cut();
      const missed: unknown[] = [];
      there.on("meanwhile", (note) => missed.push(note));
      here.hint("meanwhile", "lost");
      // Said while nobody elsewhere can hear it.
      one.looks.look(2, lookOf("ben" as AgentId, concernId, "typing"));
      await one.seen(2);
      const back = Promise.all([here, there].flatMap((bus) => [heard(bus, backTopic), heard(bus, "events")]));
      await line.mend();
      await back;
      await two.seen(2);
      const later = heard(there, "later");
      here.hint("later", 1);
      assert.equal(await later, 1);
      assert.ok(missed.length <= 1, "at most once");
      for (const { looks } of places) looks.stop();
    },
  );
};
