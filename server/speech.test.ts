// Sounds of words: kept, bounded, found again after a restart; hostile words are only words. The speaker is the program's own (espeak-ng by npm), in its own process.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { lengthMs, readWav, wavOf } from "#lib/sound.ts";
import type { Log } from "#platform/log.ts";
import { broughtSpeaker } from "#platform/speech/espeak-brought.ts";
import { speechFailed, type Speaker, type SpokenWords } from "#platform/speech/speech.ts";
import { openRecorded } from "#server/speech-recorded.ts";
import { openSpeech, type Speech, type SpeechOptions } from "#server/speech.ts";

const lines: string[] = [];
const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (event, facts) => void lines.push(`${event} ${JSON.stringify(facts)}`),
  error: (event) => assert.fail(event),
  child: () => log,
};

/** Speaks a beep as long as its words, and notes what it was given. */
const beeper = (more: Partial<Speaker> = {}) => {
  const given: SpokenWords[] = [];
  let atOnce = 0;
  let most = 0;
  const speaker: Speaker = {
    name: "beeper",
    speak: async (words) => {
      given.push(words);
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      const hash = createHash("sha256").update(words.text).digest();
      return wavOf({ rate: 8_000, samples: Int16Array.from({ length: 4_000 }, (_, n) => hash[n % 32] ?? 0) });
    },
    close: async () => {},
    ...more,
  };
  return { speaker, given, most: () => most };
};

let folder = "";
const opened: Speech[] = [];
const open = async (more: Partial<SpeechOptions>): Promise<Speech> => {
  const speech = await openSpeech({ folder, speaker: null, listener: null, log, now: () => new Date(), ...more });
  opened.push(speech);
  return speech;
};
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "sounds-"));
});
after(async () => {
  for (const speech of opened) await speech.close();
  await rm(folder, { recursive: true, force: true });
});

suite("sounds of words", () => {
  test("the same words are spoken once, also after a restart; as they are said, not as they are written", async () => {
    const { speaker, given } = beeper();
    const first = await open({ speaker });
    const [one, two] = await Promise.all([
      first.soundOf("Es sind 2 Minuten.", "de"),
      first.soundOf("Es sind 2 Minuten.", "de"),
    ]);
    assert.match(one ?? "", /^[0-9a-f]{64}$/);
    assert.equal(two, one);
    assert.deepEqual(given, [{ text: "Es sind zwei Minuten.", language: "de" }]);
    const wav = await first.sound(one ?? "");
    assert.equal(createHash("sha256").update(wav).digest("hex"), one);
    const again = await open({ speaker });
    assert.equal(await again.soundOf("Es sind zwei Minuten.", "de"), one);
    assert.equal(given.length, 1);
    assert.notEqual(await again.soundOf("Es sind 2 Minuten.", "en"), one);
    // Another voice is another sound.
    const other = await open({ speaker: { ...speaker, name: "other" } });
    assert.equal(await other.soundOf("Es sind 2 Minuten.", "de"), one);
    assert.equal(given.length, 3);
  });

  test("a damaged file, or one that is gone, is made again", async () => {
    const { speaker, given } = beeper();
    const speech = await open({ speaker });
    const id = (await speech.soundOf("Kaputt", "de")) ?? "";
    const whole = await speech.sound(id);
    await writeFile(
      join(folder, `${id}.wav`),
      whole.map(() => 7),
    );
    await assert.rejects(speech.sound(id));
    assert.equal(await speech.soundOf("Kaputt", "de"), id);
    assert.equal(given.length, 2);
    await rm(join(folder, `${id}.wav`));
    assert.equal(await speech.soundOf("Kaputt", "de"), id);
    assert.deepEqual(await speech.sound(id), whole);
  });

  test("the folder is bounded: what was not used for longest goes first", async () => {
    const { speaker } = beeper();
    const own = await mkdtemp(join(tmpdir(), "sounds-"));
    let ms = Date.now();
    const now = (): Date => new Date((ms += 1_000));
    const limits = { mostSounds: 10, mostBytes: 1_000_000 };
    const speech = await open({ speaker, folder: own, now, limits });
    const ids: string[] = [];
    for (const word of "eins zwei drei vier fünf sechs sieben acht neun zehn".split(" ")) {
      ids.push((await speech.soundOf(word, "de")) ?? "");
      await speech.sound(ids[0] ?? "");
    }
    await speech.soundOf("elf", "de");
    await speech.sound(ids[0] ?? "");
    await assert.rejects(speech.sound(ids[1] ?? ""));
    const left = (await readdir(own)).filter((name) => name.endsWith(".wav"));
    assert.equal(left.length, 9);
    assert.equal((await readdir(join(own, "said"))).length, 9);
    // What a crash left, and what was used longest ago by the files' own times, is gone after a start.
    await writeFile(join(own, "abc.tmp"), "half");
    await utimes(join(own, `${ids[0] ?? ""}.wav`), new Date(0), new Date(0));
    const again = await open({ speaker, folder: own, now, limits: { mostSounds: 8 } });
    await assert.rejects(again.sound(ids[0] ?? ""));
    assert.ok(!(await readdir(own)).includes("abc.tmp"));
    await rm(own, { recursive: true });
  });

  test("many at once: two are spoken at a time, and nobody is lost", async () => {
    const { speaker, most } = beeper();
    const speech = await open({ speaker });
    const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => speech.soundOf(`Platz ${n}`, "de")));
    assert.equal(new Set(ids).size, 60);
    assert.equal(most(), 2);
  });

  test("a speaker that is away, too slow or speaks rubbish: no sound, a line in the log without the words, and it is left alone for a while", async () => {
    let asked = 0;
    const { speaker } = beeper({
      speak: async () => {
        asked += 1;
        throw speechFailed("away", "nobody there");
      },
    });
    let ms = 1_000_000;
    const speech = await open({ speaker, now: () => new Date(ms) });
    lines.length = 0;
    assert.equal(await speech.soundOf("Geheimnis von Kim", "de"), null);
    assert.equal(await speech.soundOf("Noch eins", "de"), null);
    assert.equal(asked, 1);
    ms += 10_000;
    assert.equal(await speech.soundOf("Geheimnis von Kim", "de"), null);
    assert.equal(asked, 2);
    assert.match(lines.join(), /"reason":"away"/);
    assert.doesNotMatch(lines.join(), /Geheimnis/);
    assert.equal(await (await open({})).soundOf("Hallo", "de"), null);
    assert.deepEqual((await open({ speaker })).can, { speak: true, listen: false });
    await assert.rejects(speech.keep(new TextEncoder().encode("no sound")));
    await assert.rejects(speech.sound("0".repeat(64)));
    await assert.rejects(speech.sound("../../etc/passwd"));
  });

  test("a recording is played instead of what a speaker would say; without its bytes, the speaker speaks", async () => {
    const { speaker, given } = beeper();
    const wav = wavOf({ rate: 8_000, samples: new Int16Array(80).fill(5) });
    const soundId = createHash("sha256").update(wav).digest("hex");
    let there = true;
    const speech = await open({
      speaker,
      recorded: async (text) =>
        text === "Willkommen!"
          ? {
              soundId,
              wav: async () => {
                if (!there) throw new Error("the store is away");
                return wav;
              },
            }
          : null,
    });
    assert.equal(await speech.soundOf("Willkommen!", "de"), soundId);
    assert.deepEqual(await speech.sound(soundId), Buffer.from(wav));
    assert.equal(given.length, 0);
    await rm(join(folder, `${soundId}.wav`));
    await assert.rejects(speech.sound(soundId));
    there = false;
    assert.notEqual(await speech.soundOf("Willkommen!", "de"), soundId);
    assert.equal(given.length, 1);
  });

  test("recordings in a folder: put there, changed, broken and taken away while the program runs", async () => {
    const own = await mkdtemp(join(tmpdir(), "recordings-"));
    let ms = 0;
    const later = (): number => (ms += 20_000);
    const now = (): Date => new Date(ms);
    const speech = await open({ speaker: beeper().speaker, now, recorded: await openRecorded(own, { log, now }) });
    const spoken = await speech.soundOf("Noch 2 Minuten.", "de");
    const record = (samples: number, rate = 16_000): Promise<void> =>
      writeFile(join(own, "de", "wait.wav"), wavOf({ rate, samples: new Int16Array(samples).fill(700) }));
    await writeFile(join(own, "de", "wait.txt"), "  Noch zwei Minuten.\n");
    await record(16_000);
    later();
    const first = (await speech.soundOf("Noch 2 Minuten.", "de")) ?? "";
    assert.notEqual(first, spoken);
    const read = readWav(await speech.sound(first));
    assert.deepEqual([read?.rate, read?.samples.length], [8_000, 8_000]);
    assert.notEqual(await speech.soundOf("Noch 3 Minuten.", "de"), first);
    assert.notEqual(await speech.soundOf("Noch 2 Minuten.", "en"), first);
    await record(32_000);
    const second = await speech.soundOf("Noch 2 Minuten.", "de");
    assert.ok(second !== first && second !== spoken);
    lines.length = 0;
    await writeFile(join(own, "de", "wait.wav"), "this is no sound");
    assert.equal(await speech.soundOf("Noch 2 Minuten.", "de"), spoken);
    assert.equal(await speech.soundOf("Noch 2 Minuten.", "de"), spoken);
    assert.equal(lines.length, 1, "said once");
    assert.match(lines[0] ?? "", /badRecording.*de.wait\.wav.*unreadable/);
    await rm(join(own, "de", "wait.txt"));
    await record(16_000);
    later();
    assert.equal(await speech.soundOf("Noch 2 Minuten.", "de"), spoken);
    await rm(own, { recursive: true });
  });

  test("the speaker that comes with the program speaks both languages, and hostile words are only words", async () => {
    const speech = await open({ speaker: broughtSpeaker({ de: "de", en: "en", wordsAMinute: 150 }) });
    const lengthOf = async (text: string, language: "de" | "en"): Promise<number> => {
      const id = await speech.soundOf(text, language);
      const sound = id === null ? null : readWav(await speech.sound(id));
      if (sound !== null) assert.equal(sound.rate, 8_000);
      return sound === null ? 0 : lengthMs(sound);
    };
    const german = await lengthOf("Guten Tag, willkommen bei uns.", "de");
    assert.ok(german > 1_000 && german < 5_000, `${german} ms`);
    assert.ok((await lengthOf("Welcome to our service.", "en")) > 800);
    // A minute of silence by markup, phonemes in brackets, a command by a control character: nothing of it is done.
    const hello = await lengthOf("hallo", "de");
    assert.ok((await lengthOf('<break time="60s"/>hallo', "de")) < 6_000);
    assert.ok((await lengthOf("[[h@loU]] hallo", "de")) > hello);
    assert.ok((await lengthOf("\u0001100S hallo \u0000", "de")) < 6_000);
    assert.equal(await lengthOf("... 👍 \u200b", "de"), 0);
    // A voice that is not there is no sound, and no silence.
    const none = await open({ speaker: broughtSpeaker({ de: "xx", en: "en", wordsAMinute: 150 }) });
    assert.equal(await none.soundOf("Hallo", "de"), null);
  });
});
