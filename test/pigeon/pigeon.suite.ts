// Pigeons as a message channel: the promises that every channel keeps, against the keeper of sim.ts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Raw } from "#contract/channel.ts";
import { messageChannelSuite } from "#test/suites/message-channel.ts";
import { type Flight, pigeonChannel, type PigeonSettings } from "./index.ts";
import { startKeeper } from "./sim.ts";

const here = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8");
const customer = "Dachboden 3";
const token = "tauben-geheim-55";
const rawOf = (text: string): Raw => ({
  bytes: Buffer.from(text),
  receivedAt: "2026-11-24T00:00:00.000Z",
  transport: { by: "pigeon" },
});

// A port where nobody listens: it was free a moment ago.
const closed = await startKeeper(token);
await closed.stop();
const unreachable: PigeonSettings = { loft: "Schlag Nord", url: closed.url, token };

messageChannelSuite({
  channel: pigeonChannel,
  unreachable,
  inbound: [
    { name: "letter", raw: rawOf(here("letter.json")), settings: unreachable, golden: here("letter.golden.json") },
  ],
  webhook: null,
  customer,
  measure: (call) => {
    if (call.kind === "refused") return null;
    const { text } = call.payload as Flight;
    return { characters: text.length, files: 0, fileBytes: 0, html: false, copies: 0 };
  },
  provider: async () => {
    const keeper = await startKeeper(token);
    return {
      settings: { ...unreachable, url: keeper.url },
      meet: keeper.meet,
      received: () => keeper.flown().map(({ to, text }) => ({ to: [to], text })),
      answer: async (text) => {
        const last = keeper.flown().at(-1);
        assert.ok(last);
        return rawOf(JSON.stringify({ mark: "k-18", from: customer, name: null, text, answers: last.mark }));
      },
      stop: keeper.stop,
    };
  },
});
