// Where messages go and whom they bring in: the pure part, with many generated clues.
import assert from "node:assert/strict";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import type { Assurance } from "#contract/channel.ts";
import type { AgentId, ConcernId, PartyId } from "#contract/ids.ts";
import { base32 } from "#lib/id.ts";
import {
  continuesBurst,
  isProved,
  mayBeBurst,
  newcomers,
  place,
  randomParts,
  replyToken,
  withoutDetail,
  type Clue,
} from "#modules/concerns/model-threading.ts";
import { normalise } from "#modules/customers/model.ts";

const mac = (purpose: string, text: string): string =>
  base32(createHmac("sha256", "key").update(`${purpose}:${text}`).digest());
const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const proof = { mac, same };
const random = (): string => base32(randomBytes(16));
const concern = (n: number): ConcernId => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}` as ConcernId;

const assurances: readonly Assurance[] = ["proved", "aligned", "none", "failed"];
const clue = (over: Partial<Clue>): Clue => ({
  via: "reference",
  concernId: concern(1),
  ours: false,
  agentId: null,
  senderIsParty: false,
  senderHolds: false,
  assurance: null,
  foreign: false,
  messageId: null,
  movedFrom: [],
  ...over,
});
const anyClue = fc.record<Clue>({
  via: fc.constantFrom("token", "reference", "number", "overtaken", "burst"),
  concernId: fc.integer({ min: 1, max: 5 }).map(concern),
  ours: fc.boolean(),
  agentId: fc.constant(null),
  senderIsParty: fc.boolean(),
  senderHolds: fc.boolean(),
  assurance: fc.constantFrom(...assurances, null),
  foreign: fc.boolean(),
  messageId: fc.constant(null),
  movedFrom: fc.array(fc.integer({ min: 1, max: 5 }).map(concern), { maxLength: 2 }),
});

void test("100,000 guessed tokens: none is proved, though the random part of every one is right", () => {
  const row = { token: random(), concernId: concern(1), partyId: "p" as PartyId, agentId: null };
  const right = replyToken(mac, row.token, row.concernId, "p");
  assert.ok(isProved(proof, [right], row));
  let matched = 0;
  for (let n = 0; n < 100_000; n += 1) if (isProved(proof, [row.token + random().slice(0, 16)], row)) matched += 1;
  assert.equal(matched, 0);
});

void test("a proof is bound to its random part, its concern and its holder", () => {
  const row = { token: random(), concernId: concern(1), partyId: "p" as PartyId, agentId: null };
  const token = replyToken(mac, row.token, row.concernId, "p");
  assert.ok(!isProved(proof, [token], { ...row, concernId: concern(2) }));
  assert.ok(!isProved(proof, [token], { ...row, partyId: "q" as PartyId }));
  assert.ok(!isProved(proof, [token], { ...row, partyId: null, agentId: "a" as AgentId }));
  assert.ok(!isProved(proof, [token], { ...row, token: random() }));
  for (let at = 0; at < token.length; at += 1) {
    const changed = token.slice(0, at) + (token[at] === "a" ? "b" : "a") + token.slice(at + 1);
    assert.ok(!isProved(proof, [changed], { ...row, token: changed.slice(0, 26) }) || changed === token);
  }
  assert.deepEqual(randomParts([token, token.slice(1), `${token}a`, ""]), [row.token]);
});

void test("a false sender gets into no thread but by their own token", () => {
  fc.assert(
    fc.property(fc.array(anyClue), (clues) => {
      const placed = place("failed", clues);
      return placed.kind === "new" || clues.some((each) => each.via === "token" && each.senderHolds);
    }),
  );
});

void test("a token vouches for nobody but its holder: others are marked unless they are sure, and false ones stay outside", () => {
  const token = clue({ via: "token", senderIsParty: true });
  for (const assurance of assurances) {
    const own = place(assurance, [{ ...token, senderHolds: true }]);
    assert.ok(own.kind === "thread" && own.proves === true && !own.otherSender);
    const others = place(assurance, [token]);
    if (assurance === "failed") assert.deepEqual(others, { kind: "new", relatedTo: token.concernId });
    else
      assert.ok(
        others.kind === "thread" && others.proves === undefined && others.otherSender === (assurance === "none"),
      );
    const strangers = place(assurance, [{ ...token, senderIsParty: false }]);
    if (assurance === "failed") assert.deepEqual(strangers, { kind: "new", relatedTo: token.concernId });
    else assert.ok(strangers.kind === "thread" && strangers.proves === undefined && strangers.otherSender);
  }
});

void test("a stranger without token and without a key of ours gets into no thread", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...assurances),
      fc.array(
        anyClue
          .map((each) => ({ ...each, ours: false, senderIsParty: false }))
          .filter((each) => each.via !== "token" && each.via !== "burst"),
      ),
      (assurance, clues) => {
        return place(assurance, clues).kind === "new";
      },
    ),
  );
});

void test("whoever comes in without being a party is marked as another sender", () => {
  fc.assert(
    fc.property(fc.constantFrom(...assurances), fc.array(anyClue), (assurance, clues) => {
      const placed = place(assurance, clues);
      if (placed.kind !== "thread" || placed.via === "burst") return true;
      // What a token leads to may have been moved on from where the token was made.
      const used = clues.filter(({ via, concernId }) =>
        placed.via === "token"
          ? via === "token" || (via === "reference" && concernId === placed.concernId)
          : via === placed.via && concernId === placed.concernId,
      );
      return placed.otherSender
        ? used.some((each) => !each.senderIsParty || (each.via === "token" && !each.senderHolds))
        : used.some((each) => each.senderIsParty || each.senderHolds);
    }),
  );
});

void test("the order: token, key of ours, key of others, number, burst", () => {
  const all = [
    clue({ via: "burst", concernId: concern(5), senderIsParty: true }),
    clue({ via: "number", concernId: concern(4), senderIsParty: true }),
    clue({ concernId: concern(3), senderIsParty: true }),
    clue({ concernId: concern(2), ours: true, senderIsParty: true }),
    clue({ via: "token", concernId: concern(1), senderIsParty: true }),
  ].toSorted(
    (a, b) =>
      ["token", "reference", "number", "burst"].indexOf(a.via) -
      ["token", "reference", "number", "burst"].indexOf(b.via),
  );
  const expected = [1, 2, 3, 4, 5];
  let rest = all;
  for (const n of expected) {
    const placed = place("aligned", rest);
    assert.ok(placed.kind === "thread" && placed.concernId === concern(n));
    rest = rest.filter((each) => each.concernId !== concern(n));
  }
  assert.deepEqual(place("aligned", rest), { kind: "new", relatedTo: null });
  assert.deepEqual(place("failed", [clue({ ours: true, concernId: concern(9) })]), {
    kind: "new",
    relatedTo: concern(9),
  });
});

void test("a number counts only for a sure party", () => {
  for (const assurance of assurances)
    for (const senderIsParty of [true, false]) {
      const placed = place(assurance, [clue({ via: "number", senderIsParty })]);
      assert.equal(placed.kind === "thread", senderIsParty && (assurance === "proved" || assurance === "aligned"));
    }
});

void test("a key that others know counts for a party who is no less sure than when it came", () => {
  for (const assurance of assurances)
    for (const then of [...assurances, null]) {
      const placed = place(assurance, [clue({ senderIsParty: true, assurance: then })]);
      const sure = assurance === "proved" || assurance === "aligned";
      assert.equal(
        placed.kind === "thread",
        sure || (assurance === "none" && then === "none"),
        `${assurance}, ${then}`,
      );
    }
});

void test("a mail nobody vouches for, and a machine's, bring in nobody; a sure one never ourselves, the sender, or more than twenty", () => {
  const people = Array.from({ length: 40 }, (_, n) => ({ name: null, value: `p${n}@x.example` }));
  const norm = (value: string) => normalise("email", value);
  const message = {
    to: [{ name: null, value: "Service+abc@elbkabel.example" }, ...people],
    cc: [
      { name: null, value: "ich@x.example" },
      { name: null, value: "kein Adress" },
    ],
    automatic: null,
  };
  for (const assurance of ["none", "failed"] as const)
    assert.deepEqual(newcomers({ ...message, assurance }, "ich@x.example", ["service@elbkabel.example"], norm), []);
  assert.deepEqual(newcomers({ ...message, assurance: "proved", automatic: "list" }, "ich@x.example", [], norm), []);
  const found = newcomers(
    { ...message, assurance: "aligned" },
    "ich@x.example",
    ["service@elbkabel.example"],
    norm,
  ).map((person) => person.norm);
  assert.deepEqual(
    found,
    people.slice(0, 20).map((person) => person.value),
  );
  assert.equal(withoutDetail("a+b+c@x.example"), "a@x.example");
  assert.equal(withoutDetail("a@x+y.example"), "a@x+y.example");
});

void test("bursts: not from machines, not from false senders, not from mail that was long under way", () => {
  const at = "2026-03-02T09:00:00.000Z";
  const from = { name: null, value: "karla@kunde.example" };
  assert.ok(mayBeBurst({ from, automatic: null, assurance: "none", sentAt: null }, at));
  assert.ok(mayBeBurst({ from, automatic: null, assurance: "proved", sentAt: "2026-03-02T08:50:00.000Z" }, at));
  assert.ok(!mayBeBurst({ from, automatic: null, assurance: "proved", sentAt: "2026-03-02T08:40:00.000Z" }, at));
  assert.ok(!mayBeBurst({ from, automatic: "bulk", assurance: "proved", sentAt: null }, at));
  assert.ok(!mayBeBurst({ from, automatic: null, assurance: "failed", sentAt: null }, at));
  for (const value of [
    "noreply@forms.example",
    "no-reply+a@x.example",
    "fax@x.example",
    "voicemail2@x.example",
    "Kontaktformular@x.example",
    "shop@x.example",
  ])
    assert.ok(
      !mayBeBurst({ from: { name: null, value }, automatic: null, assurance: "proved", sentAt: null }, at),
      value,
    );
  for (const value of ["faxner@x.example", "bottrop@x.example", "formella@x.example", "info@x.example"])
    assert.ok(
      mayBeBurst({ from: { name: null, value }, automatic: null, assurance: "proved", sentAt: null }, at),
      value,
    );
});

void test("a burst goes on at once or about the same thing, and never for somebody who is answered elsewhere", () => {
  const first = "2026-03-02T09:00:00.000Z";
  const minute = "2026-03-02T09:01:00.000Z";
  const from = { name: null, value: "Karla@kunde.example" };
  const go = (one: string | null, other: string | null, at = minute, replyTo: string | null = null): boolean =>
    continuesBurst({ from, subject: other, replyTo: replyTo === null ? null : { name: null, value: replyTo } }, at, {
      at: first,
      subject: one,
      answerTo: "karla@kunde.example",
    });
  for (const [one, other] of [
    ["Kein Internet", "Re: kein Internet"],
    ["Kein Internet", "Nachtrag: Internet"],
    ["Kein Internet", null],
    ["Kein Internet", ""],
    ["Kein Internet", "PS"],
    ["Rechnung 4711", "Foto zur Rechnung"],
    ["Rechnung 4711", "Rechnung 4711, zweite Seite"],
  ] as const)
    assert.ok(go(one, other), `${one}, ${other}`);
  for (const [one, other] of [
    ["Fax von 040 123", "Fax von 089 456"],
    ["Neue Bestellung 4711", "Neue Bestellung 4712"],
    ["Kein Internet", "Umzug im Dezember"],
  ] as const) {
    assert.ok(!go(one, other), `${one}, ${other}`);
    assert.ok(go(one, other, "2026-03-02T09:00:04.000Z"), "at once");
  }
  assert.ok(!go("Anfrage", "Anfrage", first, "bernd@kunde.example"));
  assert.ok(go("Anfrage", "Anfrage", first, "karla@Kunde.example"));
});

void test("where the message that is answered was moved from the token's concern, the answer goes there; the token proves its holder all the same", () => {
  const token = clue({ via: "token", concernId: concern(1), senderHolds: true, senderIsParty: true });
  const moved = clue({ concernId: concern(2), senderIsParty: true, movedFrom: [concern(1)] });
  const there = place("none", [token, moved]);
  assert.ok(there.kind === "thread" && there.concernId === concern(2) && there.proves === true && !there.otherSender);
  // Who takes no part there is marked, and a message that never stood in the token's concern leads nowhere.
  const stranger = place("none", [token, { ...moved, senderIsParty: false }]);
  assert.ok(stranger.kind === "thread" && stranger.concernId === concern(2) && stranger.otherSender);
  const other = place("none", [token, { ...moved, movedFrom: [concern(3)] }]);
  assert.ok(other.kind === "thread" && other.concernId === concern(1));
  const foreign = place("none", [token, { ...moved, foreign: true }]);
  assert.ok(foreign.kind === "thread" && foreign.concernId === concern(1));
  const agent = place("none", [{ ...token, agentId: "a" as AgentId }, moved]);
  assert.ok(agent.kind === "agent" && agent.concernId === concern(2));
});
