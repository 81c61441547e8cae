// Sounds over HTTP: only at addresses the centre made, only for who is inside.
import assert from "node:assert/strict";
import fastify from "fastify";
import { after, test } from "node:test";
import { wavOf } from "#lib/sound.ts";
import { mountSounds, soundPath } from "#server/speech-door.ts";

const id = "5".repeat(64);
const wav = wavOf({ rate: 8_000, samples: new Int16Array(10) });
const mac = (purpose: string, text: string): string =>
  `${purpose}${text}`.replaceAll(/[^a-z2-7]/g, "b").padEnd(52, "c");
const app = fastify();
mountSounds(app, { sound: async (each) => (each === id ? wav : Promise.reject(new Error("none"))) }, mac);
after(() => app.close());

const get = (url: string, headers: Record<string, string> = {}, remoteAddress = "127.0.0.1") =>
  app.inject({ method: "GET", url, headers, remoteAddress });

test("who is inside and has the address gets the sound, which never changes", async () => {
  for (const from of ["127.0.0.1", "::1", "::ffff:10.0.0.7", "192.168.1.4", "fd00::1"]) {
    const answer = await get(soundPath(mac, id), {}, from);
    assert.equal(answer.statusCode, 200, from);
    assert.equal(answer.headers["content-type"], "audio/wav");
    assert.match(String(answer.headers["cache-control"]), /immutable/);
    assert.deepEqual(answer.rawPayload, Buffer.from(wav));
  }
});

test("for everybody else, and at every other address, there is nothing", async () => {
  const right = soundPath(mac, id);
  for (const [url, headers, from] of [
    [right, {}, "8.8.8.8"],
    [right, {}, "2a00:1450::1"],
    [right, { "x-forwarded-for": "203.0.113.9" }, "127.0.0.1"],
    [right, { forwarded: "for=203.0.113.9" }, "127.0.0.1"],
    [right.replace(/.{4}\.wav$/, "aaaa.wav"), {}, "127.0.0.1"],
    [soundPath(mac, "6".repeat(64)), {}, "127.0.0.1"],
    [`/sounds/${id}.wav`, {}, "127.0.0.1"],
    ["/sounds/..%2f..%2fetc%2fpasswd", {}, "127.0.0.1"],
  ] as const)
    assert.equal((await get(url, headers, from)).statusCode, 404, `${url} ${from}`);
});
