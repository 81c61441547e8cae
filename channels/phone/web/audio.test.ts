// Audio of telephones: bytes and samples, packets that come late or never, keys, files, and offers of strangers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import { heardBy, keptOf } from "./hearing.ts";
import { createJitter } from "./jitter.ts";
import { byteOf, frameBytes, loudness, mixed, quiet, sampleOf } from "./mulaw.ts";
import { heardThere, keyOf, pressed, readRtp, senderReport, shortTime, writeRtp } from "./rtp.ts";
import { readOffer, seenFromOutside } from "./sdp.ts";
import { framesOf, wavOf } from "./wav.ts";

test("every byte of the µ-law means a sample that is said by a byte of the same meaning, and no sample is far from its byte", () => {
  for (let byte = 0; byte < 256; byte += 1) assert.equal(sampleOf(byteOf(sampleOf(byte))), sampleOf(byte));
  fc.assert(
    fc.property(fc.integer({ min: -32_768, max: 32_767 }), (sample) => {
      const off = Math.abs(sampleOf(byteOf(sample)) - sample);
      // ITU-T G.711: steps of 8 near silence, of 1,024 where it is loudest, and nothing above 32,124.
      assert.ok(off <= Math.max(8, Math.abs(sample) / 16) + 4, `${sample}: ${off}`);
    }),
  );
});

test("a mix is the sum, cut where it is too loud; one alone is given as it is", () => {
  const [into, loud] = [new Uint8Array(frameBytes), new Uint8Array(frameBytes).fill(byteOf(30_000))];
  const soft = new Uint8Array(frameBytes).fill(byteOf(1_000));
  assert.equal(mixed([null, soft], into), soft);
  assert.equal(mixed([null, null], into), null);
  assert.equal(sampleOf(mixed([loud, loud], into)?.[0] ?? 0), 32_124);
  assert.ok(Math.abs(sampleOf(mixed([soft, soft], into)?.[7] ?? 0) - 2_000) < 70);
  assert.ok(loudness(loud) > 29_000 && loudness(new Uint8Array(9).fill(quiet)) === 0);
});

test("packets that come in any order, twice or never are given evenly, and what is lost is silence", () => {
  const jitter = createJitter();
  const packet = (value: number): Uint8Array => new Uint8Array(frameBytes).fill(value);
  for (const index of [0, 2, 1, 1, 4]) jitter.push((0xff_ff_ff_00 + index * 160) >>> 0, packet(index));
  const heard = Array.from({ length: 8 }, () => jitter.pop()?.[80] ?? null);
  assert.deepEqual(heard, [quiet, quiet, 0, 1, 2, quiet, 4, null]);
  for (let index = 0; index < 50; index += 1) jitter.push(index * 160, packet(7));
  let stored = 0;
  while (jitter.pop() !== null) stored += 1;
  assert.ok(stored <= 10, `a burst is no lasting delay: ${stored}`);
});

test("keys are said as RFC 4733 says them, and read again", () => {
  const packets = pressed("5#");
  assert.equal(packets.filter((one) => one?.marker === true).length, 2);
  assert.deepEqual([...new Set(packets.flatMap((one) => (one === null ? [] : [keyOf(one.payload)])))], ["5", "#"]);
  assert.equal(
    packets.filter((one) => one !== null && ((one.payload[1] ?? 0) & 0x80) !== 0).length,
    6,
    "the end, three times each",
  );
  assert.equal(keyOf(Buffer.from([16, 0, 0, 0])), null);
});

test("whatever arrives as a packet is read or is none", () => {
  const head = { payloadType: 0, marker: true, sequence: 65_535, timestamp: 4_294_967_295, source: 7 };
  const read = readRtp(writeRtp(Buffer.alloc(200), head, Buffer.from([1, 2, 3])));
  assert.deepEqual({ ...read, payload: [...(read?.payload ?? [])] }, { ...head, payload: [1, 2, 3] });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const packet = Buffer.from(bytes);
      readRtp(packet);
      heardThere(packet, 7, 0);
    }),
  );
});

test("a report that is answered says how long the way is", () => {
  const now = 1_790_000_000_123;
  const ours = senderReport({ source: 7, nowMs: now, timestamp: 1, packets: 2, bytes: 3 });
  assert.equal(ours.readUInt32BE(8) % 65_536, shortTime(now) >>> 16);
  const answer = Buffer.alloc(32);
  answer[0] = 0x81;
  answer[1] = 201;
  answer.writeUInt16BE(7, 2);
  answer.writeUInt32BE(7, 8);
  answer[12] = 64;
  answer.writeUInt32BE(80, 20);
  answer.writeUInt32BE(shortTime(now), 24);
  answer.writeUInt32BE(65_536 / 20, 28);
  const heard = heardThere(answer, 7, now + 130);
  assert.ok(heard !== null && Math.abs((heard.rttMs ?? 0) - 80) < 2, JSON.stringify(heard));
  assert.deepEqual([heard.lossPercent, heard.jitterMs], [25, 10]);
  assert.equal(heardThere(answer, 8, now), null, "it is about another");
});

test("a file is read as it was written, and what is none is refused", () => {
  const bytes = Uint8Array.from({ length: 480 }, (_, index) => byteOf((index % 80) * 200));
  const frames = framesOf(wavOf(bytes, 1));
  assert.deepEqual(Buffer.concat([...(frames ?? [])]), Buffer.from(bytes));
  assert.equal(framesOf(wavOf(bytes, 2)), null, "two channels are no sound");
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => framesOf(noise) === null));
});

const offer = (...more: readonly string[]): string => {
  const print = Array.from({ length: 32 }, () => "AB").join(":");
  const lines = `v=0|o=- 1 1 IN IP4 0.0.0.0|s=-|t=0 0|m=audio 9 UDP/TLS/RTP/SAVPF 111 0 126|c=IN IP4 0.0.0.0|a=mid:0|a=ice-ufrag:abcd|\
a=ice-pwd:abcdefghijklmnopqrstuvwx|a=setup:actpass|a=rtpmap:126 telephone-event/8000|a=fingerprint:sha-256 ${print}`;
  return [...lines.split("|"), ...more, ""].join("\r\n");
};

test("of an offer only what is needed is left, and what is no offer of audio is refused", () => {
  const read = readOffer(
    offer(
      "a=extmap:1 urn:x",
      "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host evil",
      "a=candidate:1 1 udp 1 a.local 5000 typ host",
      "a=x:\u0000",
    ),
  );
  assert.ok(typeof read !== "string");
  assert.equal(read.keys, 126);
  assert.ok(read.sdp.includes("a=candidate:1 1 udp 1 192.0.2.1 5000 typ host\r\n"));
  assert.ok(!/extmap|local|evil|a=x|111/u.test(read.sdp), read.sdp);
  for (const bad of [
    "",
    "x",
    offer("m=video 9 UDP/TLS/RTP/SAVPF 96"),
    offer().replace(" 0 126", ""),
    offer().replace("UDP/TLS/", ""),
  ])
    assert.equal(typeof readOffer(bad), "string", bad);
  for (const line of ["a=ice-pwd", "a=fingerprint", "a=setup"])
    assert.equal(
      typeof readOffer(
        offer()
          .split("\r\n")
          .filter((each) => !each.startsWith(line))
          .join("\r\n"),
      ),
      "string",
      line,
    );
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => typeof readOffer(offer(text)) !== "undefined"));
  const outside = seenFromOutside("a=candidate:1 1 UDP 5 10.0.0.2 7000 typ host\r\n", "192.0.2.9");
  assert.ok(outside.includes("a=candidate:out 1 UDP 5 192.0.2.9 7000 typ host"));
});

test("nobody hears themselves or who is muted, and a whisper is heard by one and kept nowhere", () => {
  const role = fc.oneof(
    fc.constant({ as: "talks" } as const),
    fc.constant({ as: "listens" } as const),
    fc.constantFrom("a", "b", "c").map((to) => ({ as: "whispers", to }) as const),
  );
  const members = fc.tuple(
    ...["a", "b", "c", "d"].map((legId) => fc.record({ legId: fc.constant(legId), role, muted: fc.boolean() })),
  );
  fc.assert(
    fc.property(members, (all) => {
      for (const { legId } of all) {
        const heard = heardBy(legId, all);
        assert.ok(!heard.includes(legId));
        for (const other of all) {
          const isHeard =
            !other.muted && (other.role.as === "talks" || (other.role.as === "whispers" && other.role.to === legId));
          assert.equal(heard.includes(other.legId), isHeard && other.legId !== legId);
        }
      }
      for (const id of keptOf(all))
        assert.ok(all.some(({ legId, role: as, muted }) => legId === id && as.as === "talks" && !muted));
    }),
  );
});
