// A hotline over a real Asterisk, as its people live it: somebody who wrote a mail calls by telephone, answers a flow by keys, waits, opens the second screen by the code that the voice says, takes a callback that
// keeps the place, talks to an agent in a real browser and is passed on to another. All of it is one concern.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { CallRules } from "#contract/call-rules.ts";
import type { Call } from "#contract/calls.ts";
import type { BrandId, ChannelId, FlowId } from "#contract/ids.ts";
import { plainRules } from "#test/calls.ts";
import { addFlow } from "#test/flow-help.ts";
import { asks, both, flowOf } from "#test/flows.ts";
import { type AsteriskPeer, lacksAsterisk, startAsterisk } from "#test/peers/asterisk.ts";
import { tones, tonesAlong } from "#test/peers/rtp.ts";
import { openTelephone, type SipCall, type Telephone } from "#test/peers/sip-caller.ts";
import { wavOfTone } from "#test/peers/tones.ts";
import { plainBrowser } from "#test/portal.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import type { BrowserDesk } from "#test/screens/browser.ts";
import { hears, microphone, watchLines } from "#test/screens/microphone.ts";
import { ada, omar, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

const ours = "+4930222";
const karins = "+4930111222";
/** What the agents' microphones say. */
const spoken = 1_000;

/** Something that speaks: each sentence is a tone, and kept. */
const startSpeaker = async () => {
  const said: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      said.push((JSON.parse(Buffer.concat(parts).toString()) as { text: string }).text);
      response.writeHead(200, { "content-type": "audio/wav" }).end(wavOfTone(1_200, 200));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { said, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/speak`, stop: () => server.close() };
};

/** The two sides of a recording. */
const sidesOf = (wav: Buffer): readonly [Int16Array, Int16Array] => {
  const both = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));
  return [both.filter((_, index) => index % 2 === 0), both.filter((_, index) => index % 2 === 1)];
};

const digits = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"];
const digitsIn = (words: string): string =>
  (words.match(/\p{L}+/gu) ?? [])
    .map((word) => digits.indexOf(word))
    .filter((digit) => digit >= 0)
    .join("");

const fault = flowOf(
  [
    asks(
      "what",
      {
        kind: "choice",
        options: [
          { id: "black", label: both("Das Bild ist schwarz") },
          { id: "slow", label: both("Das Internet ist langsam") },
        ],
      },
      "over",
      { text: both("Was ist los?") },
    ),
    {
      id: "over",
      do: "handOver",
      text: both("Ich verbinde Sie."),
      topicId: null,
      queueId: null,
      skills: [],
      priority: null,
      subject: both("Störung am Telefon"),
    },
  ],
  { entries: [{ entry: { by: "first" }, brandIds: [], media: ["voice"], hours: "open" }] },
);

describe("a hotline over Asterisk", { skip: lacksAsterisk() }, () => {
  let folder: string;
  let speaker: Awaited<ReturnType<typeof startSpeaker>>;
  let asterisk: AsteriskPeer;
  let line: Telephone;
  let centre: ScreenCentre;
  let omars: BrowserDesk;
  let adas: BrowserDesk;
  let brandId: BrandId;
  let channelId: ChannelId;
  let flow: FlowId;

  /** The telephone, with these rules. */
  const phoneWith = (rules: Partial<CallRules>) => {
    const { hostname, port } = new URL(asterisk.url);
    const { app: application, user, password } = asterisk;
    const way = { host: hostname, port: Number(port), security: "none", user, password, application };
    return {
      brandId,
      kind: "phone" as const,
      name: "Hotline",
      enabled: true,
      settings: {
        numbers: [ours],
        asterisk: { ...way, trunk: "trunk", mostLegs: 20 },
        web: { bindAddress: "127.0.0.1", publicAddress: null, udpPort: 0, iceServers: [], mostLegs: 20 },
        rules: { ...plainRules, comfort: [], recording: "announced", dialFromHour: 0, dialToHour: 24, ...rules },
      },
    };
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "draht-hotline-"));
    speaker = await startSpeaker();
    const first = await openTelephone(1);
    const { port } = first;
    first.close();
    asterisk = await startAsterisk({ trunkPort: port });
    line = await openTelephone(asterisk.sipPort, port);
    centre = await startScreenCentre({ UNDO_SECONDS: "0", SPEAKER: speaker.url }, await microphone(folder, spoken));
    const { desk } = centre;
    const [brand] = await desk.call(api.brands.list);
    brandId = brand?.id ?? assert.fail();
    channelId = (await desk.call(api.brands.addChannel, { body: phoneWith({}) })).id;
    const { revision } = await desk.call(api.routing.book);
    await desk.call(api.routing.setBook, {
      body: {
        was: revision,
        book: bookWith([bookQueue(1, { name: "Störungen", offerSeconds: 600 })], {
          kinds: { voice: { wrapUpSeconds: 600, restSeconds: 0 }, callback: { wrapUpSeconds: 600, restSeconds: 0 } },
          dispositions: [{ id: idOf<never>(81), name: "Gelöst" }],
        }),
      },
    });
    flow = await addFlow(desk, fault);
    [omars, adas] = await Promise.all([centre.open({ login: omar }), centre.open({ login: ada })]);
    for (const { page } of [omars, adas]) {
      await watchLines(page);
      await page.goto(`${centre.server.url}/desk/open`);
      await page.locator(".list-head").waitFor();
    }
  });
  after(async () => {
    await centre?.stop();
    line?.close();
    speaker?.stop();
    await asterisk?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const callIs = async (fits: (call: Call) => boolean): Promise<Call> => {
    const event = await centre.feed.event((one) => one.kind === "call.changed" && fits(one.data.call));
    return event.kind === "call.changed" ? event.data.call : assert.fail();
  };
  const isSaid = async (words: RegExp): Promise<string> => {
    for (let tries = 0; tries < 600; tries += 1) {
      const found = speaker.said.find((one) => words.test(one));
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return assert.fail(`never said, only: ${speaker.said.join(" | ")}`);
  };
  /** A recording as the desk plays it. */
  const heard = async (id: string): Promise<Buffer> => {
    const file = await fetch(`${centre.server.url}/api/recordings/${id}`, { headers: { cookie: centre.desk.cookie } });
    assert.equal(file.status, 200);
    return Buffer.from(await file.arrayBuffer());
  };
  const comes = async ({ page }: BrowserDesk): Promise<void> => {
    await Promise.all(["q", "a"].map((key) => page.keyboard.press(key)));
    await page.locator(".nav .presence-words", { hasText: "Verfügbar" }).waitFor();
    await page.getByText("Telefon bereit").first().waitFor({ state: "attached" });
  };
  const takes = async (page: Page): Promise<void> => {
    await page.locator(".offer[data-first]", { hasText: "Karin" }).waitFor();
    await page.keyboard.press("Control+j");
    await page.locator(".call-bar").waitFor();
  };

  test("from the mail to the wrap-up in one concern", async () => {
    const { desk } = centre;
    const row = await centre.writes({ from: "Karin <karin@kunde.test>", subject: "Bild schwarz", text: "Seit heute." });
    await desk.call(api.customers.addAddress, {
      params: { id: row.customerId ?? assert.fail() },
      body: { kind: "phone", value: karins },
    });

    const call = await line.call(ours, { number: karins, name: "Karin" });
    await call.answered;
    await isSaid(/Was ist los/);
    call.media.press("1");
    const waits = await callIs(({ state }) => state === "waiting");
    assert.equal(waits.concernId, row.id, "it is the concern of the mail");
    await isSaid(/auf einem Bildschirm/);
    call.media.press("2");
    const code = digitsIn(await isSaid(/Code/)).slice(0, 6);
    const screen = plainBrowser(centre.server.url);
    await screen.get("/w");
    const { path } = await screen.press("Meinen Anruf zeigen", { code });
    let shown = await screen.get(path);
    assert.match(shown.words, /Sie warten am Telefon/);
    // The place is shown when the routing has said it.
    for (let tries = 0; tries < 200 && !shown.words.includes("als Nächstes dran"); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      shown = await screen.get(path);
    }
    assert.match(shown.words, /Sie sind als Nächstes dran/);
    await screen.get(`${path}/callback`);
    await screen.press("Zurückrufen lassen", { number: karins });
    const first = await callIs(({ id, end }) => id === waits.id && end !== null);
    assert.equal(first.end, "callback");
    const planned = await screen.get(path);
    assert.match(planned.words, /rufen wir .* an/);
    call.hangUp();

    const back: Promise<SipCall> = line.rung();
    await comes(omars);
    await takes(omars.page);
    const again = await back;
    again.answer();
    again.media.say(tones.customer);
    for (let tenth = 0; tenth < 10; tenth += 1) await again.media.hears(spoken);
    await hears(omars.page, tones.customer);
    const talks = await callIs(({ direction, state }) => direction === "out" && state === "talking");
    assert.equal(talks.concernId, row.id);
    assert.equal(talks.waitingSince ?? waits.waitingSince, waits.waitingSince, "the place was kept");

    await comes(adas);
    const { page } = omars;
    await page.keyboard.press("Escape");
    await Promise.all([",", "t"].map((key) => page.keyboard.press(key)));
    await page.getByRole("dialog").waitFor();
    await page.keyboard.type("Ada");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Weiterleiten an Ada Brandt" }).waitFor();
    await page.keyboard.press("Control+Enter");
    await takes(adas.page);
    await page.locator(".call-bar").waitFor({ state: "detached" });
    // A second of it.
    for (let tenth = 0; tenth < 10; tenth += 1) await again.media.hears(spoken);
    await hears(adas.page, tones.customer);

    again.hangUp();
    await adas.page.locator(".call-bar").waitFor({ state: "detached" });
    await adas.page.locator(".wrap-up legend", { hasText: "Was wurde daraus?" }).waitFor();
    const ended = await callIs(
      ({ id, end, recordings }) => id === talks.id && end !== null && recordings.every(({ state }) => state === "kept"),
    );
    assert.equal(ended.end, "talked");
    assert.ok(speaker.said.includes("Gespräche werden aufgezeichnet."), "they were told first");
    assert.equal(ended.recordings.length, 2, "each talk is kept");
    for (const { id, seconds } of ended.recordings) {
      assert.ok(seconds > 0.5);
      const [left, right] = sidesOf(await heard(id));
      assert.ok(tonesAlong(left).includes(tones.customer), "the customer is on the left");
      assert.ok(tonesAlong(right).includes(spoken), "who talked with them on the right");
      assert.ok(!tonesAlong(right).includes(tones.customer) && !tonesAlong(left).includes(spoken));
    }
    const { concern, messages } = await desk.call(api.concerns.open, { params: { id: row.id } });
    assert.equal(concern.row.subject, "Bild schwarz");
    assert.ok(messages.length >= 3, "the mail, the call and who answered it");
  });

  test("when it is closed words can be left, by telephone as by machine: they are a concern with what was said, played at the desk", async () => {
    const { desk } = centre;
    const never = Array.from({ length: 7 }, () => []);
    await desk.call(api.openingHours.set, {
      body: {
        owner: { kind: "brand", id: brandId },
        hours: { timeZone: "Europe/Berlin", weekly: never, exceptions: [] },
      },
    });
    const call = await line.call(ours, { number: "+4930111333", name: "Rosa" });
    await call.answered;
    await isSaid(/eine Nachricht zu hinterlassen/);
    call.media.press("2");
    await isSaid(/sprechen Sie nach dem Ton/);
    const speaks = await callIs(({ state, parties }) => state === "voicemail" && parties.length > 0);
    call.media.say(tones.customer);
    // By the line's own clock: a second and a half of words.
    for (let tenth = 0; tenth < 15; tenth += 1) await call.media.hears();
    call.hangUp();
    const over = await callIs(
      ({ id, recordings }) => id === speaks.id && recordings.some(({ state }) => state === "kept"),
    );
    assert.equal(over.end, "voicemail");
    const { concern, messages } = await desk.call(api.concerns.open, {
      params: { id: over.concernId ?? assert.fail() },
    });
    assert.equal(concern.row.waitingSince === null, false, "somebody has to call back");
    assert.ok(messages.some(({ files }) => files.some(({ mediaType }) => mediaType.startsWith("audio/"))));
    const words = await heard(over.recordings[0]?.id ?? assert.fail());
    assert.ok(
      tonesAlong(new Int16Array(words.buffer.slice(words.byteOffset + 44, words.byteOffset + words.length))).includes(
        tones.customer,
      ),
    );
    // Nobody is to call her back in what follows.
    await desk.call(api.concerns.change, {
      params: { id: concern.row.id },
      body: { status: "resolved" },
    });
  });

  test("where that is the rule the customer is rung first; and an agent who calls a number from its concern is heard there", async () => {
    const { desk } = centre;
    await desk.call(api.openingHours.set, { body: { owner: { kind: "brand", id: brandId }, hours: null } });
    await desk.call(api.flows.remove, { params: { id: flow } });
    await desk.call(api.brands.changeChannel, {
      params: { id: channelId },
      body: phoneWith({ callbackFirst: "customer", recording: "never" }),
    });
    const number = "+4930111444";
    const call = await line.call(ours, { number, name: "Karin" });
    await call.answered;
    const waits = await callIs(({ number: from, state }) => from === number && state === "waiting");
    call.media.press("1");
    await isSaid(/unter der Nummer .* zurückrufen/);
    call.media.press("1");
    const first = await callIs(({ id, end }) => id === waits.id && end !== null);
    assert.equal(first.end, "callback");
    call.hangUp();

    const back: Promise<SipCall> = line.rung();
    const { page } = omars;
    await page.keyboard.press("Escape");
    await comes(omars);
    const again = await back;
    await page.locator(".offer[data-first]", { hasText: "Karin" }).waitFor();
    assert.equal(await page.locator(".call-bar").count(), 0, "nobody of us has taken it");
    again.answer();
    again.media.say(tones.customer);
    await isSaid(/mit Ihrem Rückruf/);
    // From now on it is no callback but a call that waits: what is offered is another card.
    await page.getByRole("article", { name: /Anruf/ }).waitFor();
    await page.keyboard.press("Control+j");
    await page.locator(".call-bar").waitFor();
    await again.media.hears(spoken);
    await hears(page, tones.customer);
    const talked = await callIs(
      ({ direction, state, concernId }) => direction === "out" && state === "talking" && concernId === waits.concernId,
    );
    again.hangUp();
    await callIs(({ id, end }) => id === talked.id && end === "talked");
    await page.locator(".call-bar").waitFor({ state: "detached" });

    await page.keyboard.press("Escape");
    await comes(omars);
    const dialled: Promise<SipCall> = line.rung();
    await page
      .getByRole("button", { name: /anrufen$/ })
      .first()
      .click();
    const third = await dialled;
    third.answer();
    third.media.say(tones.customer);
    await third.media.hears(spoken);
    await hears(page, tones.customer);
    assert.match(third.headers.get("from") ?? "", /4930222/, "by the brand's number");
    third.hangUp();
    const own = await callIs(
      ({ id, end, concernId }) => end === "talked" && concernId === waits.concernId && id !== talked.id,
    );
    assert.equal(own.direction, "out");
  });
});
