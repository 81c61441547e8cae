// An engine over a real Asterisk as a test wants it: sounds by HTTP, everything that it told, a wait for what it will tell. Called by test/journeys/asterisk.test.ts.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { attachAsterisk } from "#channels/phone/asterisk/engine.ts";
import { merged } from "#channels/phone/asterisk/wav.ts";
import type { VoiceEngine, VoiceEvent } from "#contract/voice.ts";
import type { AsteriskPeer } from "#test/peers/asterisk.ts";

/** Sounds by their hash, served as the switchboard serves them. */
export const serveSounds = async () => {
  const sounds = new Map<string, Uint8Array>();
  const server = createServer((request, response) => {
    const wav = sounds.get(/([0-9a-f]{64})\.wav$/u.exec(request.url ?? "")?.[1] ?? "");
    response.writeHead(wav === undefined ? 404 : 200, { "content-type": "audio/wav" });
    response.end(wav);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (sound: string) => `http://127.0.0.1:${port}/${sound}.wav`,
    add: (hertz: number, seconds: number): string => {
      const samples = Int16Array.from({ length: seconds * 8_000 }, (_, index) =>
        Math.round(8_000 * Math.sin((2 * Math.PI * hertz * index) / 8_000)),
      );
      const wav = merged([{ offsetMs: 0, side: "left", samples }], 1);
      const sound = createHash("sha256").update(wav).digest("hex");
      sounds.set(sound, wav);
      return sound;
    },
    close: () => server.close(),
  };
};

/** An engine and everything it told. */
export const attach = async (asterisk: AsteriskPeer, url: (sound: string) => string) => {
  const told: VoiceEvent[] = [];
  const ears = new Set<() => void>();
  const engine: VoiceEngine = await attachAsterisk(
    { url: asterisk.url, user: asterisk.user, password: asterisk.password, app: asterisk.app, trunk: "trunk" },
    {
      log: () => undefined,
      now: () => new Date(),
      channelId: "ch1",
      folder: "/nowhere",
      sound: () => Promise.reject(new Error("by HTTP")),
      soundUrl: url,
      tell: (event) => {
        told.push(event);
        for (const ear of ears) ear();
      },
    },
    { qualityEveryMs: 300 },
  );
  const next = <W extends VoiceEvent["what"]>(
    what: W,
    fits: (event: Extract<VoiceEvent, { what: W }>) => boolean = () => true,
    from = 0,
  ): Promise<Extract<VoiceEvent, { what: W }>> =>
    new Promise((resolve, reject) => {
      const look = (): boolean => {
        const found = told
          .slice(from)
          .find((event): event is Extract<VoiceEvent, { what: W }> => event.what === what && fits(event as never));
        if (found === undefined) return false;
        clearTimeout(late);
        ears.delete(look);
        resolve(found);
        return true;
      };
      const late = setTimeout(() => {
        ears.delete(look);
        reject(
          new Error(
            `${what} was not told; told was ${told
              .slice(-8)
              .map((event) => JSON.stringify(event))
              .join("\n")}`,
          ),
        );
      }, 40_000);
      if (!look()) ears.add(look);
    });
  const command: VoiceEngine["command"] = async (order) => {
    const answer = await engine.command(order);
    assert.deepEqual(answer.ok ? "done" : answer, "done", JSON.stringify(order));
    return answer;
  };
  await next("up");
  return { engine, told, next, command };
};
