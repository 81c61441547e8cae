// Calls through a real Asterisk beside what every voice channel promises (asterisk-voices.test.ts): a line and its answers, strangers, and what breaks on the way.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { samplesOf } from "#channels/phone/asterisk/wav.ts";
import type { VoiceSnapshot } from "#contract/voice.ts";
import { type AsteriskPeer, lacksAsterisk, startAsterisk } from "#test/peers/asterisk.ts";
import { attach, serveSounds } from "#test/peers/asterisk-voice.ts";
import { tones, tonesAlong } from "#test/peers/rtp.ts";
import { openTelephone, type Telephone } from "#test/peers/sip-caller.ts";

/** A snapshot promises no order. */
const inOrder = ({ legs, hubs, recordings }: VoiceSnapshot) => ({
  legs: legs.toSorted((a, b) => a.legId.localeCompare(b.legId)),
  hubs: hubs.map(({ hubId, members }) => ({
    hubId,
    members: members.toSorted((a, b) => a.legId.localeCompare(b.legId)),
  })),
  recordings,
});

describe("calls through Asterisk", { skip: lacksAsterisk() }, () => {
  let asterisk: AsteriskPeer;
  let sounds: Awaited<ReturnType<typeof serveSounds>>;
  let line: Telephone;
  let voice: Awaited<ReturnType<typeof attach>>;
  let count = 0;
  const fresh = (kind: string): string => `${kind}${(count += 1)}`;

  before(async () => {
    sounds = await serveSounds();
    // Where the trunk leads: known before Asterisk starts, because its files name it.
    const first = await openTelephone(1);
    const { port } = first;
    first.close();
    asterisk = await startAsterisk({ trunkPort: port });
    line = await openTelephone(asterisk.sipPort, port);
    voice = await attach(asterisk, sounds.url);
  });
  after(async () => {
    await voice?.engine.close(true);
    line?.close();
    sounds?.close();
    await asterisk?.stop();
  });

  /** Somebody calls and is answered. */
  const caller = async (number = "+4930111") => {
    const from = voice.told.length;
    const call = await line.call("4930222", { number, name: "Kim" });
    const { legId } = await voice.next("called", () => true, from);
    await voice.command({ do: "answer", legId });
    await call.answered;
    return { call, legId };
  };
  /** Somebody who is called by the trunk and answers. */
  const called = async (number: string) => {
    const legId = fresh("leg");
    const rings = line.rung();
    await voice.command({
      do: "ring",
      legId,
      to: { number, from: "+4930222" },
      callId: "c1",
      display: "Draht",
      timeoutSeconds: 30,
    });
    const call = await rings;
    call.answer();
    await voice.next("answered", (event) => event.legId === legId);
    return { call, legId };
  };

  test("a call arrives with who calls and what was dialled, is answered, hears sounds in turn, is heard pressing keys, and hangs up", async () => {
    const call = await line.call("4930222", { number: "+4930111", name: "Kim" });
    const arrived = await voice.next("called");
    assert.deepEqual(
      { by: arrived.by, from: arrived.from, name: arrived.name, to: arrived.to },
      { by: "trunk", from: "+4930111", name: "Kim", to: "4930222" },
    );
    const { legId } = arrived;
    assert.equal((await voice.engine.snapshot()).legs.find((leg) => leg.legId === legId)?.state, "arriving");
    await voice.command({ do: "answer", legId });
    await call.answered;
    const playId = fresh("play");
    const heard = call.media.hears(tones.prompt).then(() => call.media.hears(tones.other));
    await voice.command({
      do: "play",
      playId,
      legId,
      sounds: [sounds.add(tones.prompt, 1), sounds.add(tones.other, 1)],
      loop: false,
    });
    await heard;
    assert.equal((await voice.next("played", (event) => event.playId === playId)).how, "whole");
    call.media.press("42#");
    await voice.next("digit", (event) => event.legId === legId && event.digit === "#");
    const digits = voice.told.flatMap((event) =>
      event.what === "digit" && event.legId === legId ? [event.digit] : [],
    );
    assert.deepEqual(digits, ["4", "2", "#"]);
    await voice.command({ do: "sendDigits", legId, digits: "17" });
    await call.media.hearsKeys("17");
    call.hangUp();
    const ended = await voice.next("ended", (event) => event.legId === legId);
    assert.deepEqual([ended.cause, ended.byThem], ["normal", true]);
    assert.deepEqual((await voice.engine.snapshot()).legs, []);
  });

  test("what a caller says while they are asked is kept without the question, until they pause; keys are told afterwards, too", async () => {
    const { call, legId } = await caller();
    const [recordingId, playId] = [fresh("rec"), fresh("play")];
    await voice.command({ do: "watchTalking", legId, on: true });
    await voice.command({ do: "record", recordingId, of: { legId }, left: [legId], paused: false, mostSeconds: 60 });
    await voice.command({ do: "play", playId, legId, sounds: [sounds.add(tones.prompt, 1)], loop: true });
    await call.media.hears(tones.prompt);
    call.media.say(tones.customer);
    await voice.next("talking", (event) => event.legId === legId && event.on);
    await voice.command({ do: "stopPlay", playId });
    await call.media.hears();
    call.media.say(null);
    await voice.next("talking", (event) => event.legId === legId && !event.on);
    await voice.command({ do: "watchTalking", legId, on: false });
    await voice.command({ do: "stopRecord", recordingId });
    assert.equal((await voice.next("recorded", (event) => event.recordingId === recordingId)).failed, false);
    const samples = samplesOf(await voice.engine.recording(recordingId));
    assert.deepEqual(tonesAlong(samples ?? new Int16Array()), [tones.customer]);
    call.media.press("7");
    await voice.next("digit", (event) => event.legId === legId && event.digit === "7");
    await voice.command({ do: "forgetRecord", recordingId });
    call.hangUp();
    await voice.next("ended", (event) => event.legId === legId);
  });

  test("a number that is busy, refuses, is unknown or does not answer is told in our words", async () => {
    const cases = [
      [486, "Busy Here", "busy"],
      [603, "Decline", "rejected"],
      [404, "Not Found", "unknownNumber"],
      [503, "Service Unavailable", "unreachable"],
      [403, "Forbidden", "notAllowed"],
    ] as const;
    for (const [status, words, cause] of cases) {
      const legId = fresh("leg");
      const rings = line.rung();
      await voice.command({
        do: "ring",
        legId,
        to: { number: "+4930555", from: "+4930222" },
        callId: "c2",
        display: "Draht",
        timeoutSeconds: 30,
      });
      const call = await rings;
      assert.match(call.headers.get("from") ?? "", /^"Draht" <sip:\+4930222@/u);
      call.ring();
      await voice.next("ringing", (event) => event.legId === legId);
      call.refuse(status, words);
      const ended = await voice.next("ended", (event) => event.legId === legId);
      assert.deepEqual([ended.cause, ended.byThem], [cause, true], ended.code);
    }
    const legId = fresh("leg");
    const rings = line.rung();
    await voice.command({
      do: "ring",
      legId,
      to: { number: "+4930555", from: "+4930222" },
      callId: "c3",
      display: "Draht",
      timeoutSeconds: 1,
    });
    (await rings).ring();
    assert.equal((await voice.next("ended", (event) => event.legId === legId)).cause, "noAnswer");
  });

  test("what nobody should send does no harm: torture on the line, forged news, strangers; calls are taken after it", async () => {
    const crlf = (lines: readonly string[]): Uint8Array => Buffer.from(lines.join("\r\n"));
    const head = ["Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKt", "Max-Forwards: 70", "Call-ID: t@t", "CSeq: 1 INVITE"];
    const from = ["From: <sip:a@127.0.0.1>;tag=1", "To: <sip:b@127.0.0.1>"];
    // After RFC 4475: unterminated quotes, negative and vast lengths, unknown versions and schemes, many values, NUL, nothing at all.
    const torture: readonly Uint8Array[] = [
      new Uint8Array(),
      new Uint8Array(1_400).fill(0),
      Buffer.from("INVITE sip:b@127.0.0.1 SIP/2.0\r\n\r\n"),
      crlf(["INVITE sip:b@127.0.0.1 SIP/7.0", ...head, ...from, "Content-Length: 0", "", ""]),
      crlf(["INVITE sip:b@127.0.0.1 SIP/2.0", ...head, ...from, "Content-Length: -999", "", ""]),
      crlf(["INVITE sip:b@127.0.0.1 SIP/2.0", ...head, ...from, "Content-Length: 99999999999", "", "v=0"]),
      crlf(["INVITE nobodyKnowsThis:x SIP/2.0", ...head, ...from, "Content-Length: 0", "", ""]),
      crlf([
        "INVITE sip:b@127.0.0.1 SIP/2.0",
        ...head,
        'From: "Mr. X <sip:a@127.0.0.1>;tag=1',
        'To: "unterminated <sip:b>',
        "",
        "",
      ]),
      crlf([
        "INVITE sip:%00%00@127.0.0.1 SIP/2.0",
        ...head,
        ...from,
        "Content-Type: application/sdp",
        "Content-Length: 9",
        "",
        "v=0\r\nm=au",
      ]),
      crlf(["SIP/2.0 4294967301 better not break", ...head, ...from, "Content-Length: 0", "", ""]),
      crlf([
        "REGISTER sip:127.0.0.1 SIP/2.0",
        ...head,
        ...from,
        "Contact: *",
        "Expires: 0",
        "Content-Length: 0",
        "",
        "",
      ]),
      crlf([
        "INVITE sip:b@127.0.0.1 SIP/2.0",
        ...head,
        ...Array.from({ length: 200 }, (_, at) => `Route: <sip:r${at}@127.0.0.1;lr>`),
        ...from,
        "",
        "",
      ]),
    ];
    for (const bytes of torture) line.send(bytes);
    const { call, legId } = await caller("anonymous");
    call.hangUp();
    await voice.next("ended", (event) => event.legId === legId);
    assert.ok(!voice.told.some(({ what }) => what === "down"), "the connection stands");
  });

  test("a server that went and came back finds its calls: what they hear, with whom they talk, what is recorded; and goes on with them", async () => {
    const customer = await caller();
    const agent = await called("+4930333");
    const waiting = await caller("+4930112");
    const [hubId, recordingId] = [fresh("hub:"), fresh("rec")];
    const members = [customer, agent].map(({ legId }) => ({ legId, role: { as: "talks" } as const, muted: false }));
    customer.call.media.say(tones.customer);
    agent.call.media.say(tones.agent);
    await voice.command({ do: "hub", hubId, members });
    await voice.command({
      do: "record",
      recordingId,
      of: { hubId },
      left: [customer.legId],
      paused: false,
      mostSeconds: 60,
    });
    await voice.command({ do: "music", legId: waiting.legId, sounds: [sounds.add(tones.music, 1)] });
    await Promise.all([waiting.call.media.hears(tones.music), agent.call.media.hears(tones.customer)]);
    const before = await voice.engine.snapshot();
    await voice.engine.close(false);
    await assert.rejects(voice.engine.snapshot());
    // While nobody of ours is there the line says that all is busy.
    const refused = await line.call("4930222");
    assert.equal(await refused.ended, 503);
    voice = await attach(asterisk, sounds.url);
    assert.deepEqual(inOrder(await voice.engine.snapshot()), inOrder(before));
    await Promise.all([
      waiting.call.media.hears(tones.music),
      agent.call.media.hears(tones.customer),
      customer.call.media.hears(tones.agent),
    ]);
    await voice.command({ do: "stopRecord", recordingId });
    assert.equal((await voice.next("recorded", (event) => event.recordingId === recordingId)).failed, false);
    assert.ok((await voice.engine.recording(recordingId)).length > 44);
    await voice.command({ do: "forgetRecord", recordingId });
    await voice.command({ do: "hub", hubId, members: [] });
    for (const { legId, call } of [customer, agent, waiting]) {
      await voice.command({ do: "hangUp", legId, cause: "normal" });
      await call.ended;
    }
  });

  test("an Asterisk that is killed takes its calls with it, each is told, and the next one is used", async () => {
    const { legId } = await caller();
    await voice.command({ do: "device", deviceId: "device:1", display: "Kim" });
    const way = await voice.command({ do: "device", deviceId: "device:1", display: "Kim" });
    assert.ok(way.ok && way.way?.kind === "sip" && way.way.path === "/phone/sip?channel=ch1");
    const from = voice.told.length;
    await asterisk.kill();
    await voice.next("down", () => true, from);
    assert.equal((await voice.engine.command({ do: "hangUp", legId, cause: "normal" })).ok, false);
    await asterisk.start();
    await voice.next("up", () => true, from);
    const ended = await voice.next("ended", (event) => event.legId === legId, from);
    assert.deepEqual([ended.cause, ended.byThem], ["engineDown", false]);
    assert.deepEqual((await voice.engine.snapshot()).legs, []);
    // Softphones are known to it again, until they are revoked.
    const { user } = way.way;
    assert.match(await asterisk.tell("pjsip show endpoints"), new RegExp(user, "u"));
    await voice.command({ do: "revoke", deviceId: "device:1" });
    assert.doesNotMatch(await asterisk.tell("pjsip show endpoints"), new RegExp(user, "u"));
    const again = await caller();
    again.call.hangUp();
    await voice.next("ended", (event) => event.legId === again.legId);
  });
});
