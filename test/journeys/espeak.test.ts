// The espeak-ng of this machine speaks German and English, and takes what is written for words: no markup, no phonemes. A journey because npm cannot bring it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lengthMs, readWav } from "#lib/sound.ts";
import { espeakSpeaker } from "#platform/speech/espeak.ts";
import { whereIs } from "#platform/speech/program.ts";
import { lacking, peerPath } from "#tools/test/peers.ts";

test("the espeak-ng of this machine is found and speaks", { skip: lacking("espeak-ng") }, async () => {
  const path = await whereIs("espeak-ng", process.env["PATH"] ?? "");
  assert.ok(path !== null && path === peerPath("espeak-ng"));
  const speaker = espeakSpeaker(path, { de: "de", en: "en", wordsAMinute: 150 });
  const spoken = async (text: string, language: "de" | "en"): Promise<number> => {
    const read = readWav(await speaker.speak({ text, language }));
    assert.ok(read);
    assert.equal(read.rate, 8_000);
    return lengthMs(read);
  };
  for (const [text, language] of [
    ["Guten Tag.", "de"],
    ["Good morning.", "en"],
  ] as const) {
    const short = await spoken(text, language);
    assert.ok(short > 300 && short < 3_000, `${text} took ${short} ms`);
  }
  assert.ok((await spoken('<break time="60s"/> [[h@loU]] hallo', "de")) < 8_000);
});
