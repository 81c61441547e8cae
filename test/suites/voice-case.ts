// What a voice channel brings to be tested, and the words its settings need. Called by voice-channel.ts and by channels/<x>/<x>.test.ts.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { FormField } from "#contract/channel-form.ts";
import type { VoiceChannel } from "#contract/channel.ts";
import type { DeviceWay, VoiceAnswer, VoiceCommand } from "#contract/voice.ts";
import { formOf } from "#server/channel-form.ts";
import type { Tone } from "#test/peers/tones.ts";
import type { Told } from "#test/peers/voicePlace.ts";

/** Somebody at the other end of a leg. */
export interface Talker {
  readonly legId: string;
  /** A tone, silence, or nothing at all. */
  readonly say: (tone: Tone | "silence" | null) => void;
  readonly press: (digits: string) => void;
  /** Resolves when exactly these tones are heard, steadily; rejects with what is heard instead. */
  readonly hears: (...tones: readonly Tone[]) => Promise<void>;
  /** What was heard since the last call, same neighbours once: "400", "400+600", "" for silence. */
  readonly history: () => readonly string[];
  /** Resolves when exactly these keys have been pressed towards them. */
  readonly untilKeys: (digits: string) => Promise<void>;
  readonly hangUp: () => Promise<void>;
}

/** An agent's softphone. */
export interface Device {
  /** Takes the leg that rings it. */
  readonly take: (legId: string) => Promise<Talker>;
  readonly refuse: (legId: string) => Promise<void>;
}

/** The engine at hand: how it is told things, and what it tells. */
export interface VoicePlace {
  readonly command: (command: VoiceCommand) => Promise<VoiceAnswer>;
  readonly told: Told;
}

/** What a channel brings to be tested. */
export interface VoiceCase<S> {
  readonly channel: VoiceChannel<S>;
  /** Every field is filled in, and every secret. */
  readonly full: S;
  /** The engine tells keys that were pressed while no server was there, as soon as one is. */
  readonly keepsKeys: boolean;
  /** Starts what is behind the channel. */
  readonly start: () => Promise<{
    readonly settings: S;
    /** Somebody calls from outside; resolves when `called` was told of them. */
    readonly call: (
      place: VoicePlace,
      from: { readonly from: string; readonly name: string; readonly to: string },
    ) => Promise<Talker>;
    /** A softphone that is reached that way. */
    readonly device: (place: VoicePlace, deviceId: string, way: DeviceWay) => Promise<Device>;
    readonly stop: () => Promise<void>;
  }>;
}

/** Registers the test of the settings and their words. */
export const settingsTest = <S>(subject: VoiceCase<S>): void => {
  const { channel } = subject;
  test(`${channel.id}: settings survive being written down and read again, and every field has its words in both languages`, async () => {
    assert.deepEqual(channel.settings.parse(JSON.parse(JSON.stringify(subject.full))), subject.full);
    assert.throws(() => channel.settings.parse({ ...subject.full, somethingElse: 1 }));
    for (const language of ["de", "en"]) {
      const words = JSON.parse(
        await readFile(new URL(`../../locales/${language}.json`, import.meta.url), "utf8"),
      ) as unknown;
      for (const key of wordKeys(channel)) {
        const found = key.split(".").reduce<unknown>((at, name) => (isRecord(at) ? at[name] : undefined), words);
        assert.ok(typeof found === "string" && found.trim() !== "", `${language}.json lacks ${key}`);
      }
    }
  });
};

const fieldsOf = <S>({
  settings,
}: VoiceChannel<S>): readonly { readonly path: readonly string[]; readonly field: FormField }[] =>
  formOf(settings).flatMap((field) => [
    { path: [field.name], field },
    ...(field.kind === "group" ? field.fields.map((inner) => ({ path: [field.name, inner.name], field: inner })) : []),
  ]);

const wordKeys = <S>(channel: VoiceChannel<S>): readonly string[] => [
  `channels.${channel.id}.name`,
  ...fieldsOf(channel).flatMap(({ path, field }) => {
    const start = ["channels", channel.id, ...path].join(".");
    const options = field.kind === "choice" ? field.options.map((option) => `${start}.options.${option}`) : [];
    return [`${start}.label`, `${start}.hint`, ...options];
  }),
];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
