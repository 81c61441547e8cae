// The way over the channels, and what of a thread is shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChannelKind } from "#contract/channel.ts";
import { fc } from "#test/chance.ts";
import { everythingShown, isShown, nextChannel, nextKind, stretchesOf } from "#web/state/path.ts";

type Said = Parameters<typeof stretchesOf>[0][number];

const said = (n: number, channelKind: ChannelKind | null, name: string, direction: Said["direction"] = "in"): Said => ({
  id: `m${n}` as Said["id"],
  at: new Date(Date.UTC(2026, 2, 2, 9, n)).toISOString(),
  channelKind,
  direction,
  author: { kind: "customer", id: null, name },
});

void test("chat, mail, chat: three stretches, each with its time and who spoke; a note interrupts none", () => {
  const stretches = stretchesOf([
    said(0, "webchat", "Gast"),
    said(1, "webchat", "Ada", "out"),
    said(2, null, "Ada", "note"),
    said(3, "webchat", "Gast"),
    said(4, "email", "Ada", "out"),
    said(5, "email", "Gast"),
    said(6, "email", "Ada", "system"),
    said(7, "webchat", "Gast"),
  ]);
  assert.deepEqual(
    stretches.map(({ channelKind, count, who, messageId, from, to }) => [
      channelKind,
      count,
      who.join("+"),
      messageId,
      from.slice(14, 16),
      to.slice(14, 16),
    ]),
    [
      ["webchat", 3, "Gast+Ada", "m0", "00", "03"],
      ["email", 2, "Ada+Gast", "m4", "04", "05"],
      ["webchat", 1, "Gast", "m7", "07", "07"],
    ],
  );
});

void test("no two neighbours are of one channel, and nothing said over a channel is left out", () => {
  const any = fc.array(
    fc.record({
      channelKind: fc.constantFrom<ChannelKind | null>("webchat", "email", null),
      direction: fc.constantFrom<Said["direction"]>("in", "out", "note", "system"),
    }),
  );
  fc.assert(
    fc.property(any, (drawn) => {
      const messages = drawn.map(({ channelKind, direction }, n) => said(n, channelKind, "Gast", direction));
      const stretches = stretchesOf(messages);
      const spoken = messages.filter(
        (one) => one.channelKind !== null && (one.direction === "in" || one.direction === "out"),
      );
      assert.equal(
        stretches.reduce((sum, { count }) => sum + count, 0),
        spoken.length,
      );
      assert.ok(stretches.every((one, n) => n === 0 || stretches[n - 1]?.channelKind !== one.channelKind));
    }),
  );
});

void test("kinds and channels are gone through in turn, and show what is theirs", () => {
  assert.deepEqual(
    ["all", "messages", "notes"].map((kind) => nextKind(kind as "all")),
    ["messages", "notes", "all"],
  );
  const channels: ChannelKind[] = ["webchat", "email"];
  assert.deepEqual(
    [null, ...channels].map((now) => nextChannel(channels, now)),
    ["webchat", "email", null],
  );
  const note = said(1, null, "Ada", "note");
  const chat = said(2, "webchat", "Gast");
  const shows = (shown: Parameters<typeof isShown>[0]) => [note, chat].map((message) => isShown(shown, message));
  assert.deepEqual(shows(everythingShown), [true, true]);
  assert.deepEqual(shows({ kind: "messages", channel: null }), [false, true]);
  assert.deepEqual(shows({ kind: "notes", channel: null }), [true, false]);
  assert.deepEqual(shows({ kind: "all", channel: "email" }), [false, false]);
  assert.deepEqual(shows({ kind: "all", channel: "webchat" }), [false, true]);
});
