// What every voice channel promises, whatever engine is behind it: calls are made, keys pressed, and what is heard is measured. Called by
// channels/<x>/<x>.test.ts with its own callers and devices.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { HubMember, VoiceAnswer, VoiceCommand, VoiceEngine, VoiceSnapshot } from "#contract/voice.ts";
import { tonesOfWav } from "#test/peers/tones.ts";
import {
  createTold,
  holdElsewhere,
  ioOf,
  noSound,
  type SoundServer,
  soundOf,
  startSoundServer,
} from "#test/peers/voicePlace.ts";

import { type Device, settingsTest, type Talker, type VoiceCase, type VoicePlace } from "#test/suites/voice-case.ts";

export type { Talker, VoiceCase, VoicePlace } from "#test/suites/voice-case.ts";

const talks = (legId: string, muted = false): HubMember => ({ legId, role: { as: "talks" }, muted });

/** A snapshot promises no order. */
const inOrder = ({ legs, hubs, recordings }: VoiceSnapshot): VoiceSnapshot => ({
  legs: legs.toSorted((a, b) => a.legId.localeCompare(b.legId)),
  hubs: hubs
    .map(({ hubId, members }) => ({ hubId, members: members.toSorted((a, b) => a.legId.localeCompare(b.legId)) }))
    .toSorted((a, b) => a.hubId.localeCompare(b.hubId)),
  recordings: recordings.toSorted((a, b) => a.recordingId.localeCompare(b.recordingId)),
});

/** Registers the tests. */
export function voiceChannelSuite<S>(subject: VoiceCase<S>): void {
  const { channel } = subject;
  let folder = "";
  let engine: VoiceEngine;
  let told = createTold();
  let behind: Awaited<ReturnType<VoiceCase<S>["start"]>>;
  let sounds: SoundServer;
  const attach = async (): Promise<void> => {
    told = createTold();
    engine = await channel.attach(behind.settings, ioOf(folder, told, sounds.urlOf));
    await told.until("up");
  };
  const place: VoicePlace = {
    command: (command) => engine.command(command),
    get told() {
      return told;
    },
  };
  const does = async (command: VoiceCommand): Promise<Extract<VoiceAnswer, { ok: true }>> => {
    const answer = await engine.command(command);
    if (!answer.ok) throw new Error(`${command.do}: ${answer.why}, ${answer.detail}`);
    return answer;
  };
  const hub = (hubId: string, ...members: readonly HubMember[]): Promise<unknown> =>
    does({ do: "hub", hubId, members: [...members] });
  const play = (legId: string, playId: string, ...ids: readonly string[]): Promise<unknown> =>
    does({ do: "play", legId, playId, sounds: [...ids], loop: false });
  /** Somebody has called and was answered. */
  const caller = async (): Promise<Talker> => {
    const talker = await behind.call(place, { from: "+49301234567", name: "Anna Berg", to: "+49800111222" });
    await does({ do: "answer", legId: talker.legId });
    await told.until("answered", ({ legId }) => legId === talker.legId);
    return talker;
  };
  const softphone = async (deviceId: string): Promise<Device> => {
    const { way } = await does({ do: "device", deviceId, display: "Omar" });
    assert.ok(way, "a device learns how it reaches the engine");
    return behind.device(place, deviceId, way);
  };
  let count = 0;
  const fresh = (what: string): string => `${what}:${(count += 1)}`;
  const ring = async (deviceId: string, timeoutSeconds = 30): Promise<string> => {
    const legId = fresh("agent");
    await does({ do: "ring", legId, to: { deviceId }, callId: "call", display: "Anna Berg", timeoutSeconds });
    await told.until("ringing", (event) => event.legId === legId);
    return legId;
  };
  /** An agent's device that was rung and has taken the call. */
  const agent = async (): Promise<Talker> => {
    const deviceId = fresh("device");
    const device = await softphone(deviceId);
    const legId = await ring(deviceId);
    const talker = await device.take(legId);
    await told.until("answered", (event) => event.legId === legId);
    return talker;
  };
  /** Resolves when so much has been heard there, by the engine's own clock. */
  const soundingFor = async ({ legId }: Talker, ms: number): Promise<void> => {
    const playId = fresh("play");
    await play(legId, playId, soundOf(null, ms));
    await told.until("played", (event) => event.playId === playId);
  };
  const part = async (...talkers: readonly Talker[]): Promise<void> => {
    for (const { legId } of talkers) await does({ do: "hangUp", legId, cause: "normal" });
    for (const { legId } of talkers) await told.until("ended", (event) => event.legId === legId);
  };
  const named = (name: string, body: () => Promise<void>): void => {
    test(`${channel.id}: ${name}`, { timeout: 90_000 }, body);
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "voices-"));
    sounds = await startSoundServer();
    behind = await subject.start();
    await attach();
  });
  after(async () => {
    await engine.close(true);
    await behind.stop();
    await sounds.stop();
    await rm(folder, { recursive: true, force: true });
  });

  settingsTest(subject);

  named("a call is told, answered, and hears sounds one after the other", async () => {
    const anna = await behind.call(place, { from: "+49301234567", name: "Anna Berg", to: "+49800111222" });
    const called = await told.until("called", ({ legId }) => legId === anna.legId);
    assert.equal(called.from, "+49301234567");
    assert.ok(
      !told.all.some((event) => event.what === "answered" && event.legId === anna.legId),
      "it waits to be taken",
    );
    await does({ do: "answer", legId: anna.legId });
    await told.until("answered", ({ legId }) => legId === anna.legId);
    const playId = fresh("play");
    await play(anna.legId, playId, soundOf(800, 300), soundOf(1_000, 300));
    await anna.hears(800);
    await anna.hears(1_000);
    assert.equal((await told.until("played", (event) => event.playId === playId)).how, "whole");
    await anna.hears();
    await part(anna);
  });

  named(
    "music is interrupted by sounds and goes on after them; a sound can be stopped, and one that is not there fails",
    async () => {
      const anna = await caller();
      await does({ do: "music", legId: anna.legId, sounds: [soundOf(600, 2_000)] });
      await anna.hears(600);
      const first = fresh("play");
      await play(anna.legId, first, soundOf(800, 300));
      await anna.hears(800);
      await told.until("played", ({ playId, how }) => playId === first && how === "whole");
      await anna.hears(600);
      const second = fresh("play");
      await does({ do: "play", legId: anna.legId, playId: second, sounds: [soundOf(1_000, 200)], loop: true });
      await anna.hears(1_000);
      await does({ do: "stopPlay", playId: second });
      await told.until("played", ({ playId, how }) => playId === second && how === "stopped");
      await anna.hears(600);
      const third = fresh("play");
      await play(anna.legId, third, noSound);
      await told.until("played", ({ playId, how }) => playId === third && how === "failed");
      await does({ do: "music", legId: anna.legId, sounds: null });
      await anna.hears();
      await part(anna);
    },
  );

  named("keys are told in their order, and pressed towards the other side", async () => {
    const anna = await caller();
    anna.press("19*#0");
    await told.until("digit", ({ legId, digit }) => legId === anna.legId && digit === "0");
    const digits = told.all.flatMap((event) =>
      event.what === "digit" && event.legId === anna.legId ? [event.digit] : [],
    );
    assert.equal(digits.join(""), "19*#0");
    await does({ do: "sendDigits", legId: anna.legId, digits: "42#" });
    await anna.untilKeys("42#");
    await part(anna);
  });

  named("two in a hub hear each other; who is muted is not heard, and still hears", async () => {
    const [anna, omar] = [await caller(), await agent()];
    anna.say(400);
    omar.say(600);
    const hubId = fresh("hub");
    await hub(hubId, talks(anna.legId), talks(omar.legId));
    await Promise.all([anna.hears(600), omar.hears(400)]);
    await hub(hubId, talks(anna.legId), talks(omar.legId, true));
    await Promise.all([anna.hears(), omar.hears(400)]);
    await hub(hubId, talks(anna.legId), talks(omar.legId));
    await anna.hears(600);
    await part(anna, omar);
  });

  named("a supervisor listens unheard, whispers to one alone, and talks to all", async () => {
    const [anna, omar, eva] = [await caller(), await agent(), await agent()];
    anna.say(400);
    omar.say(600);
    eva.say(1_000);
    const hubId = fresh("hub");
    const two = [talks(anna.legId), talks(omar.legId)];
    await hub(hubId, ...two, { legId: eva.legId, role: { as: "listens" }, muted: false });
    await Promise.all([anna.hears(600), omar.hears(400), eva.hears(400, 600)]);
    anna.history();
    await hub(hubId, ...two, { legId: eva.legId, role: { as: "whispers", to: omar.legId }, muted: false });
    await Promise.all([omar.hears(400, 1_000), eva.hears(400, 600), anna.hears(600)]);
    assert.ok(!anna.history().some((heard) => heard.includes("1000")), "what is whispered is heard by one alone");
    await hub(hubId, ...two, talks(eva.legId));
    await Promise.all([anna.hears(600, 1_000), omar.hears(400, 1_000), eva.hears(400, 600)]);
    await hub(hubId, ...two);
    await Promise.all([anna.hears(600), omar.hears(400), eva.hears()]);
    await part(anna, omar, eva);
  });

  named("who is held hears music and nobody else, comes back, and moves to another hub by being in it", async () => {
    const [anna, omar, eva] = [await caller(), await agent(), await agent()];
    anna.say(400);
    omar.say(600);
    eva.say(1_000);
    const [first, second] = [fresh("hub"), fresh("hub")];
    await does({ do: "music", legId: anna.legId, sounds: [soundOf(1_500, 2_000)] });
    await hub(first, talks(anna.legId), talks(omar.legId));
    await Promise.all([anna.hears(600), omar.hears(400)]);
    await hub(first, talks(omar.legId));
    await Promise.all([anna.hears(1_500), omar.hears()]);
    await hub(first, talks(anna.legId), talks(omar.legId));
    await Promise.all([anna.hears(600), omar.hears(400)]);
    await hub(second, talks(anna.legId), talks(eva.legId));
    await Promise.all([anna.hears(1_000), eva.hears(400), omar.hears()]);
    const { hubs } = await engine.snapshot();
    assert.deepEqual(
      hubs.find(({ hubId }) => hubId === first)?.members.map(({ legId }) => legId),
      [omar.legId],
    );
    await hub(second);
    await anna.hears(1_500);
    assert.ok(!(await engine.snapshot()).hubs.some(({ hubId }) => hubId === second), "an empty hub is gone");
    await part(anna, omar, eva);
  });

  named("a sound in a hub is heard beside the others, by the one it is for", async () => {
    const [anna, omar] = [await caller(), await agent()];
    anna.say(400);
    omar.say(600);
    await hub(fresh("hub"), talks(anna.legId), talks(omar.legId));
    await Promise.all([anna.hears(600), omar.hears(400)]);
    omar.history();
    const playId = fresh("play");
    await does({ do: "play", legId: anna.legId, playId, sounds: [soundOf(1_200, 400)], loop: true });
    await anna.hears(600, 1_200);
    await does({ do: "stopPlay", playId });
    await anna.hears(600);
    assert.ok(!omar.history().some((heard) => heard.includes("1200")));
    await part(anna, omar);
  });

  named("a device rings until it is taken, refused, given up, or the time is over", async () => {
    const deviceId = fresh("device");
    const device = await softphone(deviceId);
    const late = await ring(deviceId, 1);
    const ended = await told.until("ended", ({ legId }) => legId === late);
    assert.deepEqual([ended.cause, ended.byThem], ["noAnswer", false]);
    const refused = await ring(deviceId);
    await device.refuse(refused);
    const refusal = await told.until("ended", ({ legId }) => legId === refused);
    assert.deepEqual([refusal.cause, refusal.byThem], ["rejected", true]);
    const givenUp = await ring(deviceId);
    await does({ do: "hangUp", legId: givenUp, cause: "normal" });
    assert.equal((await told.until("ended", ({ legId }) => legId === givenUp)).byThem, false);
    const legId = await ring(deviceId);
    const omar = await device.take(legId);
    await told.until("answered", (event) => event.legId === legId);
    await play(legId, fresh("play"), soundOf(800, 1_000));
    await omar.hears(800);
    await part(omar);
  });

  named("who hangs up is told, with how it was", async () => {
    const [anna, berta] = [await caller(), await caller()];
    await anna.hangUp();
    const byThem = await told.until("ended", ({ legId }) => legId === anna.legId);
    assert.deepEqual([byThem.cause, byThem.byThem], ["normal", true]);
    await soundingFor(berta, 200);
    await does({ do: "hangUp", legId: berta.legId, cause: "normal" });
    const byUs = await told.until("ended", ({ legId }) => legId === berta.legId);
    assert.deepEqual([byUs.cause, byUs.byThem], ["normal", false]);
    const quality = told.all.find((event) => event.what === "quality" && event.legId === berta.legId);
    assert.ok(quality?.what === "quality" && quality.mos > 3.5 && quality.mos <= 4.5, "how it sounded is told before");
    assert.ok(told.all.indexOf(quality) < told.all.indexOf(byUs), "the end is the last of a leg");
  });

  named(
    "a recording has customers on the left, agents on the right, and nothing of what is said while it is paused",
    async () => {
      const [anna, omar] = [await caller(), await agent()];
      const hubId = fresh("hub");
      const recordingId = fresh("recording");
      const record = (paused: boolean): Promise<unknown> =>
        does({ do: "record", recordingId, of: { hubId }, left: [anna.legId], paused, mostSeconds: 60 });
      anna.say(400);
      omar.say(600);
      await hub(hubId, talks(anna.legId), talks(omar.legId));
      await Promise.all([anna.hears(600), omar.hears(400)]);
      await record(false);
      await soundingFor(anna, 400);
      await record(true);
      assert.equal((await engine.snapshot()).recordings.find((each) => each.recordingId === recordingId)?.paused, true);
      anna.say(800);
      await omar.hears(800);
      await soundingFor(anna, 200);
      anna.say(1_000);
      await omar.hears(1_000);
      await record(false);
      await soundingFor(anna, 400);
      await does({ do: "stopRecord", recordingId });
      const recorded = await told.until("recorded", (event) => event.recordingId === recordingId);
      assert.equal(recorded.failed, false);
      assert.ok(recorded.seconds > 0.5 && recorded.seconds < 30, String(recorded.seconds));
      const [left = [], right = []] = tonesOfWav(await engine.recording(recordingId));
      assert.ok(left.includes("400") && left.includes("1000"), `left: ${left.join(", ")}`);
      assert.ok(!left.some((heard) => heard.includes("800") || heard.includes("600")), `left: ${left.join(", ")}`);
      assert.ok(right.includes("600"), `right: ${right.join(", ")}`);
      assert.ok(!right.some((heard) => /400|800|1000/u.test(heard)), `right: ${right.join(", ")}`);
      await does({ do: "forgetRecord", recordingId });
      await assert.rejects(engine.recording(recordingId));
      await part(anna, omar);
    },
  );

  named("words that are left have one channel, and are whole when the caller hangs up", async () => {
    const anna = await caller();
    const recordingId = fresh("recording");
    anna.say(400);
    await does({
      do: "record",
      recordingId,
      of: { legId: anna.legId },
      left: [anna.legId],
      paused: false,
      mostSeconds: 60,
    });
    await soundingFor(anna, 400);
    await anna.hangUp();
    await told.until("recorded", (event) => event.recordingId === recordingId && !event.failed);
    const [words = [], ...others] = tonesOfWav(await engine.recording(recordingId));
    assert.equal(others.length, 0);
    assert.ok(words.includes("400"), words.join(", "));
    await does({ do: "forgetRecord", recordingId });
    const short = fresh("recording");
    const berta = await caller();
    berta.say(600);
    await does({
      do: "record",
      recordingId: short,
      of: { legId: berta.legId },
      left: [],
      paused: false,
      mostSeconds: 1,
    });
    const over = await told.until("recorded", (event) => event.recordingId === short);
    assert.ok(over.seconds <= 1.2, "no longer than it may be");
    await does({ do: "forgetRecord", recordingId: short });
    await part(berta);
  });

  named("the same command again changes nothing", async () => {
    const deviceId = fresh("device");
    const device = await softphone(deviceId);
    const [anna, legId] = [await caller(), await ring(deviceId)];
    await does({ do: "ring", legId, to: { deviceId }, callId: "call", display: "Anna Berg", timeoutSeconds: 30 });
    const omar = await device.take(legId);
    await told.until("answered", (event) => event.legId === legId);
    await does({ do: "ring", legId, to: { deviceId }, callId: "call", display: "Anna Berg", timeoutSeconds: 30 });
    await does({ do: "answer", legId: anna.legId });
    const playId = fresh("play");
    await play(anna.legId, playId, soundOf(800, 300));
    await play(anna.legId, playId, soundOf(800, 300));
    await told.until("played", (event) => event.playId === playId);
    await anna.hears();
    assert.deepEqual(
      anna.history().filter((heard) => heard !== ""),
      ["800"],
      "it is heard once",
    );
    const hubId = fresh("hub");
    anna.say(400);
    omar.say(600);
    for (const _ of [1, 2]) await hub(hubId, talks(anna.legId), talks(legId));
    await Promise.all([anna.hears(600), omar.hears(400)]);
    for (const talker of [anna, omar])
      for (const _ of [1, 2]) await does({ do: "hangUp", legId: talker.legId, cause: "normal" });
    for (const { legId: id } of [anna, omar]) {
      await told.until("ended", (event) => event.legId === id);
      const of = told.all.filter((event) => "legId" in event && event.legId === id).map(({ what }) => what);
      for (const once of ["ringing", "called", "answered", "ended", "played"])
        assert.ok(of.filter((what) => what === once).length <= 1, `${once} is told once`);
    }
  });

  named("what cannot be done is refused, and why is said", async () => {
    const why = async (command: VoiceCommand): Promise<string> => {
      const answer = await engine.command(command);
      return answer.ok ? "done" : answer.why;
    };
    const sound = soundOf(800, 100);
    assert.equal(await why({ do: "answer", legId: "nobody" }), "unknownLeg");
    assert.equal(await why({ do: "play", legId: "nobody", playId: "p", sounds: [sound], loop: false }), "unknownLeg");
    assert.equal(await why({ do: "hub", hubId: "h", members: [talks("nobody")] }), "unknownLeg");
    assert.equal(
      (await engine.snapshot()).hubs.some(({ hubId }) => hubId === "h"),
      false,
    );
    const ringing = { do: "ring", callId: "", display: "", timeoutSeconds: 5 } as const;
    assert.equal(await why({ ...ringing, legId: fresh("agent"), to: { deviceId: "nowhere" } }), "unknownDevice");
    if (!channel.can(behind.settings).dialsOut)
      assert.equal(
        await why({ ...ringing, legId: fresh("agent"), to: { number: "+4930123", from: "+49800111222" } }),
        "notAble",
      );
    const deviceId = fresh("device");
    await softphone(deviceId);
    await does({ do: "revoke", deviceId });
    assert.equal(await why({ ...ringing, legId: fresh("agent"), to: { deviceId } }), "unknownDevice");
    assert.equal(await why({ do: "stopPlay", playId: "never" }), "done");
    assert.equal(await why({ do: "dance" } as unknown as VoiceCommand), "failed");
  });

  named("talking is told while it is watched, and so is media that does not come", async () => {
    const anna = await caller();
    await does({ do: "watchTalking", legId: anna.legId, on: true });
    anna.say(400);
    await told.until("talking", ({ legId, on }) => legId === anna.legId && on);
    anna.say("silence");
    await told.until("talking", ({ legId, on }) => legId === anna.legId && !on);
    anna.say(null);
    await told.until("silent", ({ legId, on }) => legId === anna.legId && on);
    anna.say("silence");
    await told.until("silent", ({ legId, on }) => legId === anna.legId && !on);
    await part(anna);
  });

  named("a server that lets go and attaches again finds everything, and hears what it missed", async () => {
    const [anna, omar] = [await caller(), await agent()];
    anna.say(400);
    omar.say(600);
    const hubId = fresh("hub");
    await hub(hubId, talks(anna.legId), talks(omar.legId));
    await Promise.all([anna.hears(600), omar.hears(400)]);
    const before = await engine.snapshot();
    await engine.close(false);
    anna.history();
    anna.press("7");
    await omar.hears(400);
    await attach();
    if (subject.keepsKeys) await told.until("digit", ({ legId, digit }) => legId === anna.legId && digit === "7");
    assert.deepEqual(inOrder(await engine.snapshot()), inOrder(before));
    const leg = before.legs.find(({ legId }) => legId === omar.legId);
    assert.deepEqual([leg?.state, leg?.callId, leg?.hubId], ["connected", "call", hubId]);
    assert.ok(before.legs.find(({ legId }) => legId === anna.legId)?.caller, "and who called");
    await hub(hubId, talks(anna.legId), talks(omar.legId, true));
    await anna.hears();
    await part(anna, omar);
  });

  named("a server that is killed leaves callers talking, and the next one hears how it ended", async () => {
    await engine.close(false);
    const held = await holdElsewhere(channel, behind.settings, folder, sounds);
    await held.told.until("up");
    let lives = true;
    const there: VoicePlace = {
      command: (command) => (lives ? held : engine).command(command),
      get told() {
        return lives ? held.told : told;
      },
    };
    const anna = await behind.call(there, { from: "+49301234567", name: "Anna Berg", to: "+49800111222" });
    const berta = await behind.call(there, { from: "+49301234568", name: "Berta Berg", to: "+49800111222" });
    for (const { legId } of [anna, berta]) {
      await held.command({ do: "answer", legId });
      await held.told.until("answered", (event) => event.legId === legId);
    }
    const hubId = fresh("hub");
    await held.command({ do: "hub", hubId, members: [talks(anna.legId), talks(berta.legId)] });
    anna.say(400);
    berta.say(600);
    await Promise.all([anna.hears(600), berta.hears(400)]);
    await held.kill();
    lives = false;
    anna.say(800);
    await berta.hears(800);
    berta.say(1_000);
    await anna.hears(1_000);
    await attach();
    const { legs, hubs } = await engine.snapshot();
    assert.deepEqual(legs.map(({ legId }) => legId).toSorted(), [anna.legId, berta.legId].toSorted());
    assert.equal(hubs.find((each) => each.hubId === hubId)?.members.length, 2);
    await anna.hangUp();
    await told.until("ended", ({ legId, byThem }) => legId === anna.legId && byThem);
    await berta.hears();
    await part(berta);
  });
}
