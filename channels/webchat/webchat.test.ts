// The chat on a website as a message channel: the promises that every channel keeps. What its socket does is in test/journeys/chat.test.ts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Raw } from "#contract/channel.ts";
import { messageChannelSuite } from "#test/suites/message-channel.ts";
import { webchat } from "./index.ts";
import { webchatSettings } from "./settings.ts";

const here = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");
const settings = webchatSettings.parse({ origins: ["https://WWW.elbkabel.example"], greeting: "Guten Tag!" });
const raw: Raw = {
  bytes: Buffer.from(here("said.json")),
  receivedAt: "2026-11-25T09:00:00.000Z",
  transport: { by: "chat" },
};

messageChannelSuite({
  channel: webchat,
  unreachable: settings,
  inbound: [{ name: "said", raw, settings, golden: here("said.golden.json") }],
  webhook: null,
  customer: "visitor-k3x9f2abq7mz",
  measure: (call) =>
    call.kind === "refused" ? null : { characters: 0, files: 0, fileBytes: 0, html: false, copies: 0 },
  provider: null,
});

void test("an origin is scheme, host and port and nothing else", () => {
  assert.deepEqual(settings.origins, ["https://www.elbkabel.example"]);
  for (const origin of [
    "https://a.example/path",
    "a.example",
    "javascript:alert(1)",
    "https://a.example?x",
    "*",
    "null",
  ])
    assert.ok(!webchatSettings.safeParse({ origins: [origin], greeting: "" }).success, origin);
  for (const origin of ["http://127.0.0.1:7300", "https://[::1]:8443"])
    assert.ok(webchatSettings.safeParse({ origins: [origin], greeting: "" }).success, origin);
});

void test("the same words in two visitors' mouths are two messages, in two threads", async () => {
  const said = JSON.parse(here("said.json")) as Record<string, unknown>;
  const io = { now: new Date(), resolver: null };
  const of = async (address: string) => {
    const bytes = Buffer.from(JSON.stringify({ ...said, address }));
    const [one] = await webchat.receive({ ...raw, bytes }, settings, io);
    assert.ok(one?.kind === "message");
    return one;
  };
  const [a, b] = [await of("visitor-aaaaaaaaaaaa"), await of("visitor-bbbbbbbbbbbb")];
  assert.notEqual(a.providerId, b.providerId);
  assert.notDeepEqual(a.thread.references, b.thread.references);
});
