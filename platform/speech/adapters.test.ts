// What speaks and listens elsewhere: a program that is started, services over HTTP, a service over a WebSocket. Each peer is a small real one on this machine, also the bad ones.
import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { WebSocketServer, type WebSocket } from "ws";
import { lengthMs, readWav, wavOf } from "#lib/sound.ts";
import { espeakSpeaker, isEspeakVoice } from "#platform/speech/espeak.ts";
import { httpListener, httpSpeaker } from "#platform/speech/http.ts";
import { whereIs } from "#platform/speech/program.ts";
import { speechReason, type Speaker } from "#platform/speech/speech.ts";
import { voskListener } from "#platform/speech/vosk.ts";

const closers: (() => unknown)[] = [];
after(async () => {
  for (const close of closers) await close();
});

const sound = (seconds: number, rate = 8_000): Uint8Array =>
  wavOf({ rate, samples: Int16Array.from({ length: rate * seconds }, (_, n) => (n % 40) * 100) });

const reasonOf = async (work: Promise<unknown>): Promise<string | null> =>
  work.then(
    () => null,
    (error: unknown) => speechReason(error) ?? `no failure of speech: ${String(error)}`,
  );
const spoken = async (speaker: Speaker, text: string, language: "de" | "en" = "de") => {
  const read = readWav(await speaker.speak({ text, language }));
  assert.ok(read);
  assert.equal(read.rate, 8_000);
  return lengthMs(read);
};

suite("a program of its own", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "speak-"));
    closers.push(() => rm(folder, { recursive: true, force: true }));
  });
  /** Writes down how it was started and what it was told, and does as the script says. */
  const program = async (name: string, then: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(
      path,
      `#!${process.execPath}
const fs = require("node:fs");
const words = fs.readFileSync(0);
fs.writeFileSync(${JSON.stringify(path)} + ".said", JSON.stringify({ args: process.argv.slice(2), words: words.toString(), env: Object.keys(process.env) }));
${then}`,
    );
    await chmod(path, 0o700);
    return path;
  };
  const voices = { de: "de", en: "en-us+f3", wordsAMinute: 150 };
  const speaks = `process.stdout.write(Buffer.from(${JSON.stringify(Buffer.from(sound(1, 22_050)).toString("base64"))}, "base64"));`;

  test("words by standard input and never as arguments, nothing of our environment; what comes is a sound for telephones", async () => {
    const path = await program("good", speaks);
    const speaker = espeakSpeaker(path, voices);
    const hostile = '--path=/etc; $(touch x) `id` "hallo" [[h@loU]] <break/> \u0001 -v mb';
    assert.ok(Math.abs((await spoken(speaker, hostile, "en")) - 1_000) < 2);
    const said = JSON.parse(await readFile(`${path}.said`, "utf8")) as { args: string[]; words: string; env: string[] };
    assert.deepEqual(said.args, ["--stdin", "--stdout", "-b", "1", "-s", "150", "-v", "en-us+f3"]);
    assert.equal(said.words, '--path=/etc; $(touch x) id "hallo" h@loU break/ -v mb');
    assert.deepEqual(
      said.env.filter((name) => /SECRET|TOKEN|KEY|DATABASE|PATH/.test(name)),
      [],
    );
    await spoken(speaker, "x".repeat(1_000_000));
    const long = JSON.parse(await readFile(`${path}.said`, "utf8")) as { words: string };
    assert.equal(long.words.length, 3_000);
    for (const bad of ["-x", "../de", "de;id", "de de", "", "DE"]) assert.equal(isEspeakVoice(bad), false, bad);
  });

  test("one that is not there, fails, says nothing, says rubbish, or never ends", async () => {
    assert.equal(
      await reasonOf(espeakSpeaker(join(folder, "none"), voices).speak({ text: "a", language: "de" })),
      "away",
    );
    for (const [name, then, reason] of [
      ["fails", "process.exit(3)", "refused"],
      ["silent", "", "unreadable"],
      ["rubbish", "console.log('x'.repeat(1000))", "unreadable"],
      [
        "much",
        "const b = Buffer.alloc(1e6); const w = () => { while (process.stdout.write(b)); process.stdout.once('drain', w); }; w()",
        "tooLong",
      ],
    ] as const) {
      const speaker = espeakSpeaker(await program(name, then), voices);
      assert.equal(await reasonOf(speaker.speak({ text: "a", language: "de" })), reason, name);
    }
    const path = await program("endless", "setInterval(() => {}, 1000)");
    const speaker = espeakSpeaker(path, voices);
    assert.equal(await reasonOf(speaker.speak({ text: "a", language: "de" }, AbortSignal.abort())), "tooSlow");
    const speaking = reasonOf(speaker.speak({ text: "a", language: "de" }));
    await speaker.close();
    assert.equal(await speaking, "tooSlow");
  });

  test("what is nowhere is not found", async () => {
    assert.equal(await whereIs("no-such-program", process.env["PATH"] ?? ""), null);
  });
});

/** A service on this machine; `answer` gets the body as it came. */
const serve = async (
  answer: (body: Buffer, request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> => {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => answer(Buffer.concat(parts), request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

suite("services over HTTP", () => {
  test("speaking: OpenAI's way, and a plain one", async () => {
    const asked: unknown[] = [];
    const base = await serve((body, request, response) => {
      asked.push([request.url, request.headers.authorization, JSON.parse(body.toString())]);
      response.setHeader("content-type", "audio/wav").end(sound(2, 24_000));
    });
    const openai = httpSpeaker({ url: `${base}/v1/audio/speech`, key: "k-1", model: null }, { de: "nova", en: null });
    assert.ok(Math.abs((await spoken(openai, "Hallo <b>")) - 2_000) < 2);
    const plain = httpSpeaker({ url: `${base}/say`, key: null, model: "thorsten" }, { de: null, en: "amy" });
    await spoken(plain, "Hi", "en");
    await spoken(plain, "Hallo");
    assert.deepEqual(asked, [
      ["/v1/audio/speech", "Bearer k-1", { model: "tts-1", input: "Hallo b", voice: "nova", response_format: "wav" }],
      ["/say", undefined, { text: "Hi", language: "en", voice: "amy", model: "thorsten" }],
      ["/say", undefined, { text: "Hallo", language: "de", model: "thorsten" }],
    ]);
    assert.ok(!openai.name.includes("k-1"), "its name stands in the log");
  });

  test("listening: the sound and what is likely go there, the text and how sure come back", async () => {
    const asked: string[] = [];
    const answers = [
      { text: " Störung. " },
      { text: "x", confidence: 0.25 },
      { text: "y", segments: [{ avg_logprob: Math.log(0.5) }, { avg_logprob: Math.log(0.5) }] },
    ];
    const base = await serve((body, request, response) => {
      asked.push(`${request.headers.authorization ?? ""} ${body.toString("latin1")}`);
      response.end(JSON.stringify(answers[asked.length - 1]));
    });
    const listener = httpListener({ url: `${base}/v1/audio/transcriptions`, key: "k-2", model: null });
    const hints = { language: "de", phrases: ["Rechnung", 'Umzug"\r\n--x'] } as const;
    assert.deepEqual(await listener.listen(sound(1), hints), { text: "Störung.", confidence: null });
    assert.deepEqual(await listener.listen(sound(1), { ...hints, phrases: [] }), { text: "x", confidence: 0.25 });
    assert.equal((await listener.listen(sound(1), hints)).confidence?.toFixed(3), "0.500");
    const [first = "", second = ""] = asked;
    assert.match(first, /^Bearer k-2 /);
    for (const part of [
      'name="model"\r\n\r\nwhisper-1',
      'name="language"\r\n\r\nde',
      'name="prompt"\r\n\r\nRechnung, Umzug" --x\r\n',
      "RIFF",
    ])
      assert.ok(first.includes(part), part);
    assert.ok(!second.includes('name="prompt"'));
  });

  test("bad services: refused, away, rubbish, too much, a redirect; each is a failure that says why and nothing else", async () => {
    const ways: Readonly<Record<string, (response: ServerResponse) => void>> = {
      refused: (response) => response.writeHead(401).end("no"),
      away: (response) => response.writeHead(503).end(),
      unreadable: (response) => response.end("<html>"),
      tooLong: (response) => {
        response.setHeader("content-length", "70000000");
        const part = Buffer.alloc(1_000_000);
        const more = (): void => {
          while (response.write(part));
          response.once("drain", more);
        };
        more();
      },
    };
    const hit: string[] = [];
    const base = await serve((_, request, response) => {
      hit.push(request.url ?? "");
      const way = ways[(request.url ?? "").slice(1)];
      if (way) way(response);
      else response.writeHead(302, { location: `${base}/inside` }).end();
    });
    for (const reason of Object.keys(ways)) {
      const service = { url: `${base}/${reason}`, key: null, model: null };
      assert.equal(
        await reasonOf(httpSpeaker(service, { de: null, en: null }).speak({ text: "a", language: "de" })),
        reason,
      );
      assert.equal(await reasonOf(httpListener(service).listen(sound(0.1), { language: "de", phrases: [] })), reason);
    }
    assert.notEqual(
      await reasonOf(
        httpSpeaker({ url: `${base}/moved`, key: "k", model: null }, { de: null, en: null }).speak({
          text: "a",
          language: "de",
        }),
      ),
      null,
    );
    assert.ok(!hit.includes("/inside"), "where it leads is not followed");
    const gone = { url: "http://127.0.0.1:1/", key: null, model: null };
    assert.equal(await reasonOf(httpListener(gone).listen(sound(0.1), { language: "de", phrases: [] })), "away");
    const endless = await serve(() => {});
    const cut = AbortSignal.timeout(50);
    assert.equal(
      await reasonOf(httpListener({ ...gone, url: endless }).listen(sound(0.1), { language: "de", phrases: [] }, cut)),
      "tooSlow",
    );
  });
});

suite("a service over a WebSocket", () => {
  const listen = async (heard: (data: Buffer, socket: WebSocket) => void): Promise<string> => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    server.on("connection", (socket) => socket.on("message", (data: Buffer) => heard(data, socket)));
    await new Promise((resolve) => server.once("listening", resolve));
    closers.push(() => {
      for (const client of server.clients) client.terminate();
      server.close();
    });
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const hints = { language: "de", phrases: [] } as const;

  test("as vosk-server speaks: its rate, sound in parts, an end; sentences are joined", async () => {
    const told: string[] = [];
    let bytes = 0;
    const url = await listen((data, socket) => {
      if (data[0] === 0x7b) told.push(data.toString());
      else bytes += data.length;
      if (data.toString().includes("config")) return;
      if (data.toString().includes("eof")) {
        socket.send(JSON.stringify({ result: [{ conf: 0.5, word: "bitte" }], text: "bitte" }));
        socket.close();
      } else if (bytes === 16_000)
        socket.send(JSON.stringify({ result: [{ conf: 1, word: "störung" }], text: "störung" }));
      else socket.send(JSON.stringify({ partial: "stö" }));
    });
    assert.deepEqual(await voskListener(url, null).listen(sound(1.5), hints), {
      text: "störung bitte",
      confidence: 0.75,
    });
    assert.equal(bytes, 24_000);
    assert.deepEqual(told, ['{"config":{"sample_rate":8000,"words":true}}', '{"eof" : 1}']);
  });

  test("one that hangs up, says rubbish, says nothing, or is not there", async () => {
    const hangsUp = await listen((_, socket) => socket.terminate());
    assert.equal(await reasonOf(voskListener(hangsUp, null).listen(sound(0.5), hints)), "away");
    const rubbish = await listen((_, socket) => socket.send("<html>"));
    assert.equal(await reasonOf(voskListener(rubbish, null).listen(sound(0.5), hints)), "unreadable");
    const mute = await listen(() => {});
    assert.equal(
      await reasonOf(voskListener(mute, null).listen(sound(0.5), hints, AbortSignal.timeout(50))),
      "tooSlow",
    );
    const closing = voskListener(mute, null);
    const listening = reasonOf(closing.listen(sound(0.5), hints));
    await closing.close();
    assert.equal(await listening, "away");
    assert.equal(await reasonOf(voskListener("ws://127.0.0.1:1", null).listen(sound(0.5), hints)), "away");
    assert.equal(await reasonOf(voskListener(mute, null).listen(new Uint8Array(9), hints)), "unreadable");
  });
});
