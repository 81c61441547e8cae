// The composer's decisions: which draft survives, who gets it, what may be attached.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Channel } from "#contract/brands.ts";
import type { Draft } from "#contract/concerns.ts";
import {
  addressIn,
  bestWay,
  emptyComposing,
  isEmpty,
  judgeFiles,
  likelyTimes,
  looksLikeAddress,
  mentionable,
  mentionAt,
  otherwiseReachable,
  splitAddresses,
  startRecipients,
  startingContent,
  withTyped,
} from "#web/state/composing.ts";
import type { Way } from "#web/state/apply.ts";
import { editorHtml, htmlOfText, joined, wireHtml } from "#web/state/rich.ts";

const draft = (text: string, updatedAt: string): Draft =>
  ({
    concernId: "c",
    kind: "reply",
    channelId: null,
    to: [],
    cc: [],
    text,
    html: null,
    uploads: [],
    updatedAt,
  }) as unknown as Draft;
const typed = (text: string) => ({ ...emptyComposing, text });

test("what never reached the server survives; what the server has newer wins", () => {
  const noon = Date.parse("2026-01-01T12:00:00.000Z");
  assert.equal(startingContent(undefined, { content: typed("mine"), changedAt: noon, saved: false })?.text, "mine");
  assert.equal(
    startingContent(draft("server", "2026-01-01T11:00:00.000Z"), {
      content: typed("mine"),
      changedAt: noon,
      saved: false,
    })?.text,
    "mine",
  );
  assert.equal(
    startingContent(draft("server", "2026-01-01T13:00:00.000Z"), {
      content: typed("mine"),
      changedAt: noon,
      saved: false,
    })?.text,
    "server",
  );
  assert.equal(
    startingContent(draft("server", "2026-01-01T11:00:00.000Z"), {
      content: typed("mine"),
      changedAt: noon,
      saved: true,
    })?.text,
    "server",
  );
  assert.equal(startingContent(undefined, { content: typed("sent long ago"), changedAt: noon, saved: true }), null);
});

test("what is brought back comes behind what stands, which keeps whom it goes to", () => {
  const standing = { ...typed("steht"), to: ["a@x.de"] };
  const added = { ...typed("zurück"), to: ["b@x.de"] };
  assert.deepEqual(joined(standing, added), { ...standing, text: "steht\n\nzurück" });
  assert.equal(joined(emptyComposing, added), added);
  assert.equal(joined(standing, emptyComposing), standing);
  assert.equal(
    joined({ ...standing, html: "<p><b>steht</b></p>" }, typed("<i>")).html,
    "<p><b>steht</b></p><p></p><p>&lt;i&gt;</p>",
  );
});

test("a picture alone is not nothing", () => {
  assert.ok(isEmpty(typed("  \n")));
  assert.ok(!isEmpty({ ...emptyComposing, html: '<p><img src="x"></p>' }));
});

test("the best way is the first that is not blocked", () => {
  const way = (value: string, blocked: string | null): Way => ({ value, blocked }) as unknown as Way;
  assert.equal(bestWay([way("a", "suppressed"), way("b", null)])?.value, "b");
  assert.equal(bestWay([way("a", "suppressed")])?.value, "a");
  assert.equal(bestWay([]), null);
});

test("addresses are taken out of what people paste", () => {
  assert.equal(addressIn('"Groß, Änne" <aenne@example.org>'), "aenne@example.org");
  assert.deepEqual(splitAddresses("a@x.de; B <b@x.de>,\nc@x.de"), ["a@x.de", "b@x.de", "c@x.de"]);
  assert.ok(looksLikeAddress("a@localhost"));
  assert.ok(!looksLikeAddress("a b@x.de"));
  assert.ok(!looksLikeAddress("a@b@c"));
  assert.ok(looksLikeAddress("+49 (0)351 / 12 34-5", "phone"));
  assert.ok(!looksLikeAddress("Anna", "phone"));
  assert.ok(looksLikeAddress("Dachboden 3", "app"));
});

test("what was typed behind the recipients is one of them when it leaves, and none twice", () => {
  const known = ["a@x.de"];
  assert.deepEqual(withTyped(known, " Berta <b@x.de>"), ["a@x.de", "b@x.de"]);
  assert.deepEqual(withTyped(known, "b@x.de, B@x.de; A@X.de"), ["a@x.de", "b@x.de"]);
  assert.equal(withTyped(known, "A@x.de"), known, "nothing new");
  assert.equal(withTyped(known, "  "), known);
  // What is no address is refused in words; left out it would be lost without one.
  assert.deepEqual(withTyped(known, "bert"), ["a@x.de", "bert"]);
});

test("files over a limit are refused before a byte is sent, each with its reason", () => {
  const file = (name: string, size: number) => ({ name, size });
  const limits = { fileBytes: 100, filesPerMessage: 3, messageBytes: 150 };
  const { accepted, refused } = judgeFiles(
    [file("nothing", 0), file("big", 101), file("a", 90), file("b", 70), file("c", 50), file("d", 1)],
    [{ sizeBytes: 10 }],
    limits,
  );
  assert.deepEqual(
    accepted.map((one) => one.name),
    ["a", "c"],
  );
  assert.deepEqual(
    refused.map((one) => [one.file.name, one.reason]),
    [
      ["nothing", "fileEmpty"],
      ["big", "fileTooLarge"],
      ["b", "messageTooLarge"],
      ["d", "tooManyFiles"],
    ],
  );
});

test("a mention begins after an @ that begins a word", () => {
  assert.deepEqual(mentionAt("Hallo @me", 9), { from: 6, query: "me" });
  assert.equal(mentionAt("mail@me", 7), null);
  assert.equal(mentionAt("@me danach", 10), null);
  const agents = [
    { handle: "mehmet", name: "Mehmet Y", active: true },
    { handle: "ole", name: "Ole Meier", active: true },
    { handle: "mel", name: "Mel", active: false },
  ];
  assert.deepEqual(
    mentionable(agents, "me").map((agent) => agent.handle),
    ["mehmet", "ole"],
  );
});

test("likely times lie ahead; late in the evening nothing is offered for today, on Sunday Monday only once", () => {
  const evening = new Date(2026, 10, 24, 22, 30);
  assert.deepEqual(
    likelyTimes(evening).map((time) => time.key),
    ["tomorrow", "nextWeek", "inAWeek"],
  );
  const sunday = new Date(2026, 10, 22, 9, 0);
  assert.deepEqual(
    likelyTimes(sunday).map((time) => time.key),
    ["laterToday", "tomorrow", "inAWeek"],
  );
  for (const time of likelyTimes(evening)) assert.ok(time.at > evening);
});

test("plain answers stay plain text, and text never becomes markup", () => {
  assert.equal(wireHtml("<p>Guten Tag</p><p></p>"), null);
  assert.ok(wireHtml("<p><strong>wichtig</strong></p>"));
  assert.equal(htmlOfText("<b>\n&"), "<p>&lt;b&gt;</p><p>&amp;</p>");
});

test("a picture in a kept draft gets the present address of its upload", () => {
  const uploads = [{ uploadId: "u1", file: { url: "/files/new?sig=1&exp=2" } }] as unknown as Parameters<
    typeof editorHtml
  >[1];
  assert.equal(
    editorHtml('<img alt="a" src="/files/old" data-upload="u1">', uploads),
    '<img src="/files/new?sig=1&amp;exp=2" alt="a" data-upload="u1">',
  );
  assert.equal(editorHtml('<img src="/x" data-upload="gone">', uploads), '<img src="/x" data-upload="gone">');
});

test("an answer goes to everybody the last message was between: nobody who takes part drops out, no stranger comes in", () => {
  const person = (value: string) => ({ name: null, value });
  const karla = { value: "karla@kunde.example", role: "requester", customerId: "k" };
  const zoe = { value: "zoe@kunde.example", role: "participant", customerId: "z" };
  const ben = { value: "ben@firma.example", role: "participant", customerId: null };
  const stranger = { value: "fremd@anderswo.example", role: "third-party", customerId: "f" };
  const opened = (from: string, to: readonly string[], cc: readonly string[]) =>
    ({
      concern: { row: { customerId: "k" }, parties: [karla, zoe, ben, stranger] },
      messages: [
        { direction: "in", automatic: null, from: person(from), to: to.map(person), cc: cc.map(person) },
        { direction: "in", automatic: "auto-reply", from: person("ben@firma.example"), to: [], cc: [] },
        { direction: "out", automatic: null, from: null, to: [], cc: [] },
      ],
    }) as unknown as Parameters<typeof startRecipients>[0];
  const way = (value: string, asked: "sure" | null = null) => ({ value, asked });
  const us = "service@kabel.example";

  assert.deepEqual(
    startRecipients(opened(karla.value, [us, "Zoe@kunde.example"], [ben.value, "neu@x.example"]), way(karla.value)),
    {
      to: [karla.value, "Zoe@kunde.example"],
      cc: [ben.value],
    },
  );
  // Whoever was copied answers: the customer stays, and so does whoever wrote.
  assert.deepEqual(startRecipients(opened(zoe.value, [us], [karla.value]), way(karla.value)), {
    to: [karla.value, zoe.value],
    cc: [],
  });
  assert.deepEqual(startRecipients(opened(stranger.value, [us], []), way(karla.value)), { to: [karla.value], cc: [] });
  // The customer's second address, and where they want the answer, stand for them.
  assert.deepEqual(startRecipients(opened(karla.value, [us], []), way("karla@arbeit.example")).to, [
    "karla@arbeit.example",
  ]);
  assert.deepEqual(startRecipients(opened(zoe.value, [us], []), way("buero@kunde.example", "sure")).to, [
    "buero@kunde.example",
  ]);
  assert.deepEqual(startRecipients(opened(karla.value, [us], []), null), { to: [], cc: [] });
  assert.deepEqual(startRecipients(opened(karla.value, [us], []), way("")), { to: [], cc: [] });
});

test("ways are asked for anew when a channel was switched, renamed or added; not for its health, and not for the first list", () => {
  const channel = (id: string, part: object = {}): Channel =>
    ({
      id,
      brandId: `brand of ${id}`,
      name: id,
      enabled: true,
      canSend: true,
      health: "connected",
      ...part,
    }) as unknown as Channel;
  const before = [channel("a"), channel("b")];
  const brands = (...now: readonly Channel[]): readonly string[] => [...otherwiseReachable(before, now)];
  assert.deepEqual(brands(channel("a", { enabled: false }), channel("b")), ["brand of a"]);
  assert.deepEqual(brands(channel("a"), channel("b", { canSend: false })), ["brand of b"]);
  assert.deepEqual(brands(...before, channel("c")), ["brand of c"]);
  assert.deepEqual(brands(channel("a", { name: "Shop" }), channel("b")), ["brand of a"]);
  assert.deepEqual(brands(channel("a", { health: "failing" }), channel("b")), []);
  assert.deepEqual([...otherwiseReachable([], before)], []);
});
