// What every message channel promises, whatever provider is behind it. Called by channels/<x>/<x>.test.ts with its own provider.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import type { z } from "zod";
import type {
  DeliveryResult,
  Inbound,
  MessageChannel,
  Outbound,
  ProviderCall,
  Raw,
  ReadingIo,
} from "#contract/channel.ts";
import type { FormField } from "#contract/channel-form.ts";
import { formOf, secretPaths } from "#server/channel-form.ts";

/** A provider on loopback: what the channel talks to in the suite. */
export interface Provider<S> {
  /** Settings that lead to it. */
  readonly settings: S;
  /** The next delivery meets this: put off, refused for good, or the connection lost after everything was sent. */
  readonly meet: (next: "later" | "refused" | "lost") => void;
  /** What customers have received so far, oldest first. */
  readonly received: () => readonly { readonly to: readonly string[]; readonly text: string }[];
  /** The customer answers what came last; resolves with the bytes as our transport would get them. */
  readonly answer: (text: string) => Promise<Raw>;
  readonly stop: () => Promise<void>;
}

/** What a channel brings to be tested. */
export interface ChannelCase<S> {
  readonly channel: MessageChannel<S>;
  /** Every secret is set; nothing that is contacted with them answers. */
  readonly unreachable: S;
  readonly inbound: readonly {
    readonly name: string;
    readonly raw: Raw;
    readonly settings: S;
    readonly golden: string | null;
  }[];
  /** A request whose signature is right for its settings; null: the channel has no webhooks. */
  readonly webhook: { readonly settings: S; readonly request: Parameters<MessageChannel<S>["verify"]>[0] } | null;
  /** An address that can be written to. */
  readonly customer: string;
  /** What a rendered call holds; null: a refusal, which the provider never sees. */
  readonly measure: (call: ProviderCall) => {
    readonly characters: number;
    readonly files: number;
    readonly fileBytes: number;
    readonly html: boolean;
    readonly copies: number;
  } | null;
  /** Null: there is none, because what we say is kept by ourselves until it is fetched. */
  readonly provider: (() => Promise<Provider<S>>) | null;
}

const now = new Date("2026-11-24T12:00:00.000Z");
const reading: ReadingIo = { now, resolver: null };

/** Registers the tests. */
export function messageChannelSuite<S>(subject: ChannelCase<S>): void {
  const { channel } = subject;
  const secrets = secretValues(channel.settings, subject.unreachable);

  test(`${channel.id}: settings survive being written down and read again`, () => {
    assert.deepEqual(channel.settings.parse(JSON.parse(JSON.stringify(subject.unreachable))), subject.unreachable);
    assert.throws(() => channel.settings.parse({ ...subject.unreachable, somethingElse: 1 }));
    if (subject.provider !== null)
      assert.ok(secrets.length > 0, "no field is marked secret, or the case leaves them empty");
  });

  test(`${channel.id}: every field of the settings has its words in both languages`, async () => {
    for (const language of ["de", "en"]) {
      const words = JSON.parse(
        await readFile(new URL(`../../locales/${language}.json`, import.meta.url), "utf8"),
      ) as unknown;
      for (const key of wordKeys(channel)) {
        const found = key.split(".").reduce<unknown>((at, part) => (isRecord(at) ? at[part] : undefined), words);
        assert.ok(typeof found === "string" && found.trim() !== "", `${language}.json lacks ${key}`);
      }
    }
  });

  test(`${channel.id}: a tampered or unsigned request is refused`, () => {
    const { webhook } = subject;
    if (webhook === null) {
      assert.equal(channel.verify({ headers: {}, body: new Uint8Array() }, subject.unreachable), false);
      assert.equal(
        channel.verify({ headers: { "x-signature": "x" }, body: Buffer.from("{}") }, subject.unreachable),
        false,
      );
      return;
    }
    const { request, settings } = webhook;
    assert.equal(channel.verify(request, settings), true);
    assert.equal(channel.verify({ ...request, headers: {} }, settings), false);
    for (let index = 0; index < request.body.length; index += 1) {
      const body = Buffer.from(request.body);
      body[index] = (body[index] ?? 0) ^ 1;
      assert.equal(channel.verify({ ...request, body }, settings), false, `byte ${index}`);
    }
    for (const [name, value] of Object.entries(request.headers)) {
      if (value === undefined || !/sign|hmac|secret|token/i.test(name)) continue;
      for (const bad of [
        "",
        `${value}0`,
        value.slice(1),
        value.toUpperCase() === value ? value.toLowerCase() : value.toUpperCase(),
      ])
        if (bad !== value)
          assert.equal(
            channel.verify({ ...request, headers: { ...request.headers, [name]: bad } }, settings),
            false,
            `${name}: ${bad}`,
          );
    }
  });

  test(`${channel.id}: the same bytes give the same result, other bytes another id`, async () => {
    const ids = new Map<string, string>();
    for (const { name, raw, settings } of subject.inbound) {
      const first = await channel.receive(raw, settings, reading);
      const again = await channel.receive({ ...raw, bytes: Uint8Array.from(raw.bytes) }, settings, {
        ...reading,
        now: new Date(now.getTime() + 86_400_000),
      });
      assert.deepEqual(again, first, name);
      assert.ok(first.length > 0, `${name} gave nothing`);
      for (const { providerId } of first) {
        assert.ok(providerId !== "", name);
        assert.equal(ids.get(providerId) ?? name, name, `${providerId} stands for two`);
        ids.set(providerId, name);
      }
    }
  });

  test(`${channel.id}: goldens`, async () => {
    let compared = 0;
    for (const { name, raw, settings, golden } of subject.inbound) {
      if (golden === null) continue;
      compared += 1;
      assert.deepEqual(plain(await channel.receive(raw, settings, reading)), JSON.parse(golden), name);
    }
    assert.ok(compared > 0, "no golden was compared");
  });

  test(`${channel.id}: bytes of any kind are read or said to be unreadable, never thrown at anybody`, async () => {
    const settings = subject.inbound[0]?.settings ?? subject.unreachable;
    const samples = subject.inbound.slice(0, 5).map(({ raw }) => Buffer.from(raw.bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 400 }),
        fc.nat(1_000_000),
        fc.nat(1_000),
        async (noise, place, which) => {
          const sample = samples[which % samples.length] ?? Buffer.alloc(0);
          const cut = place % (sample.length + 1);
          for (const bytes of [
            noise,
            Buffer.concat([sample.subarray(0, cut), noise, sample.subarray(cut)]),
            sample.subarray(0, cut),
          ]) {
            const raw: Raw = { bytes, receivedAt: now.toISOString(), transport: { by: "test" } };
            const read = await channel.receive(raw, settings, reading);
            assert.ok(read.length > 0, "a message vanished");
            assert.equal(channel.unreadable(raw).kind, "message");
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test(`${channel.id}: render is pure and never exceeds what the channel can do`, () => {
    fc.assert(
      fc.property(outbounds(subject), (outbound) => {
        const calls = channel.render(outbound, subject.unreachable);
        assert.ok(calls.length > 0, "a message vanished");
        assert.deepEqual(channel.render(structuredClone(outbound), subject.unreachable), calls);
        const other = channel.render({ ...outbound, messageToken: `${outbound.messageToken}x` }, subject.unreachable);
        for (const call of calls)
          for (const key of call.keys)
            assert.ok(!other.some((each) => each.keys.includes(key)), `${key} stands for two messages`);
        const copy = channel.render({ ...outbound, deliveryToken: `${outbound.deliveryToken}x` }, subject.unreachable);
        assert.deepEqual(
          copy.flatMap((call) => call.keys),
          calls.flatMap((call) => call.keys),
          "an answer to one recipient's copy is an answer to the message",
        );
        for (const call of calls) within(subject, call);
      }),
      { numRuns: 150 },
    );
  });

  const { provider: startProvider } = subject;
  if (startProvider === null) {
    test(`${channel.id}: what is kept has arrived, and is not called sent when somebody else has done it`, async () => {
      const [call] = channel.render(message(subject.customer), subject.unreachable);
      assert.ok(call);
      const taken = { ...recorder().io, begin: async () => false };
      assert.equal((await channel.deliver(call, subject.unreachable, taken)).kind, "tryLater");
      assert.equal((await channel.deliver(call, subject.unreachable, recorder().io)).kind, "accepted");
    });
    return;
  }

  test(`${channel.id}: what is sent arrives, and the customer's answer finds its way back`, async () => {
    const provider = await startProvider();
    try {
      const [call] = channel.render(message(subject.customer), provider.settings);
      assert.ok(call);
      const taken = { ...recorder().io, begin: async () => false };
      assert.equal((await channel.deliver(call, provider.settings, taken)).kind, "tryLater");
      assert.deepEqual(provider.received(), [], "what somebody else sends by now is not sent here");
      const result = await channel.deliver(call, provider.settings, recorder().io);
      assert.equal(result.kind, "accepted", JSON.stringify(result));
      const last = provider.received().at(-1);
      assert.ok(last !== undefined, "nothing arrived");
      assert.ok(last.text.includes("Das Bild ist wieder da: äöüß €."), last.text);
      assert.deepEqual(last.to, [subject.customer]);
      const [answer] = await channel.receive(await provider.answer("Danke, läuft!"), provider.settings, reading);
      assert.equal(answer?.kind, "message");
      assert.match(answer.text, /Danke, läuft!/);
      assert.equal(answer.from.value, subject.customer);
      const known =
        answer.thread.references.some((key) => call.keys.includes(key)) ||
        answer.thread.tokens.includes("replytokenreplytoken2345");
      assert.ok(known || answer.thread.stream !== null, `nothing leads back: ${JSON.stringify(answer.thread)}`);
      assert.equal(answer.automatic, null);
    } finally {
      await channel.close?.();
      await provider.stop();
    }
  });

  test(`${channel.id}: put off, refused, lost and unreachable are told apart, and no secret is said`, async () => {
    const provider = await startProvider();
    const { io, said } = recorder();
    const deliver = async (settings: S): Promise<DeliveryResult> => {
      const [call] = channel.render(message(subject.customer), settings);
      assert.ok(call);
      const result = await channel.deliver(call, settings, io);
      said.push(JSON.stringify(result));
      return result;
    };
    try {
      const before = provider.received().length;
      provider.meet("later");
      assert.equal((await deliver(provider.settings)).kind, "tryLater");
      provider.meet("refused");
      assert.equal((await deliver(provider.settings)).kind, "refused");
      provider.meet("lost");
      assert.equal((await deliver(provider.settings)).kind, "unknown");
      assert.equal((await deliver(subject.unreachable)).kind, "tryLater");
      assert.equal(provider.received().length, before);
      assert.equal((await deliver(provider.settings)).kind, "accepted", "a delivery after trouble");
      quiet(said, secrets);
    } finally {
      await channel.close?.();
      await provider.stop();
    }
  });

  if (channel.listen !== undefined)
    test(`${channel.id}: listening says that it fails, says no secret, and ends when told to`, async () => {
      const { io, said } = recorder();
      const stop = new AbortController();
      const failing = Promise.withResolvers<void>();
      const listening = channel.listen?.(
        subject.unreachable,
        {
          ...io,
          store: () => Promise.reject(new Error("nothing was there to store")),
          cursor: () => Promise.resolve(null),
          keepCursor: () => Promise.resolve(),
          health: (state, trouble) => {
            said.push(`${state} ${JSON.stringify(trouble)}`);
            if (state === "failing") failing.resolve();
          },
        },
        stop.signal,
      );
      await failing.promise;
      stop.abort();
      await listening;
      quiet(said, secrets);
    });
}

function within<S>(subject: ChannelCase<S>, call: ProviderCall): void {
  const size = subject.measure(call);
  if (size === null) return;
  const { can } = subject.channel;
  if (can.maxTextLength !== null) assert.ok(size.characters <= can.maxTextLength, `${size.characters} characters`);
  if (!can.html) assert.equal(size.html, false);
  if (!can.copies) assert.equal(size.copies, 0);
  assert.ok(size.files <= (can.attachments?.maxCount ?? 0), `${size.files} files`);
  assert.ok(size.fileBytes <= (can.attachments?.maxTotalBytes ?? 0), `${size.fileBytes} bytes of files`);
}

function message(to: string): Outbound {
  return {
    deliveryId: "0198a000-0000-7000-8000-000000000001",
    concernNumber: 4711,
    at: now.toISOString(),
    fromName: "Kabel Nord",
    to: [{ value: to, name: null }],
    cc: [],
    recipients: [to],
    subject: "Kein Bild",
    text: "Guten Tag,\n\nDas Bild ist wieder da: äöüß €.\n",
    html: null,
    files: [],
    replyToken: "replytokenreplytoken2345",
    messageToken: "messagetokenmessage234",
    deliveryToken: "deliverytokendelivery234",
    answers: [],
    automatic: false,
  };
}

function outbounds<S>(subject: ChannelCase<S>): fc.Arbitrary<Outbound> {
  const limit = subject.channel.can.attachments;
  const large = new Uint8Array((limit?.maxTotalBytes ?? 0) + 1);
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constant("ä".repeat((subject.channel.can.maxTextLength ?? 10_000) + 1)),
  );
  const file = fc.record({
    name: fc.string({ unit: "binary", maxLength: 60 }),
    mediaType: fc.oneof(fc.constant("image/png"), fc.string({ maxLength: 30 })),
    inlineId: fc.option(fc.string({ maxLength: 20 })),
    bytes: fc.oneof(
      { weight: 20, arbitrary: fc.uint8Array({ maxLength: 20 }) },
      { weight: 1, arbitrary: fc.constant(large) },
    ),
  });
  const person = fc.record({
    value: fc.constant(subject.customer),
    name: fc.option(fc.string({ unit: "binary", maxLength: 60 })),
  });
  return fc.record({
    deliveryId: fc.uuid(),
    concernNumber: fc.nat(),
    at: fc.constant(now.toISOString()),
    fromName: fc.string({ unit: "binary", maxLength: 60 }),
    to: fc.array(person, { maxLength: 3 }),
    cc: fc.array(person, { maxLength: 3 }),
    recipients: fc.array(fc.constant(subject.customer), { maxLength: 1 }),
    subject: text,
    text,
    html: fc.option(text),
    files: fc.oneof(
      { weight: 20, arbitrary: fc.array(file, { maxLength: 4 }) },
      {
        weight: 1,
        arbitrary: fc.array(file, { minLength: (limit?.maxCount ?? 0) + 1, maxLength: (limit?.maxCount ?? 0) + 2 }),
      },
    ),
    replyToken: fc.option(fc.constant("replytokenreplytoken2345")),
    messageToken: fc.constantFrom("messagetokenmessage234", "messagetokenmessage567"),
    deliveryToken: fc.constantFrom("deliverytokendelivery234", "deliverytokendelivery567"),
    answers: fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constant("mid:a@b.example")), {
      maxLength: 40,
    }),
    automatic: fc.boolean(),
  });
}

function recorder(): { readonly io: Parameters<MessageChannel<unknown>["deliver"]>[2]; readonly said: string[] } {
  const said: string[] = [];
  return {
    said,
    io: {
      now: () => now,
      log: (level, event, facts) => void said.push(JSON.stringify([level, event, facts])),
      begin: async () => true,
    },
  };
}

function quiet(said: readonly string[], secrets: readonly string[]): void {
  assert.ok(said.length > 0, "nothing was said at all");
  for (const line of said)
    for (const secret of secrets)
      assert.ok(!line.includes(secret), `a secret stands in ${line.replaceAll(secret, "***")}`);
}

/** Inbound as goldens hold it: bytes by length and hash. */
function plain(inbound: readonly Inbound[]): unknown {
  const shortened = (value: unknown): unknown => {
    if (value instanceof Uint8Array)
      return { bytes: value.length, sha256: createHash("sha256").update(value).digest("hex").slice(0, 16) };
    if (Array.isArray(value)) return value.map(shortened);
    if (!isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shortened(part)]));
  };
  return JSON.parse(JSON.stringify(shortened(inbound))) as unknown;
}

/** Every field of the form by its path, as the desk draws it. */
const fieldsOf = (settings: z.ZodType): readonly { readonly path: readonly string[]; readonly field: FormField }[] =>
  formOf(settings).flatMap((field) => [
    { path: [field.name], field },
    ...(field.kind === "group" ? field.fields.map((inner) => ({ path: [field.name, inner.name], field: inner })) : []),
  ]);

function wordKeys<S>(channel: MessageChannel<S>): readonly string[] {
  const keys = [`channels.${channel.id}.name`];
  for (const { path, field } of fieldsOf(channel.settings)) {
    const start = ["channels", channel.id, ...path].join(".");
    keys.push(`${start}.label`, `${start}.hint`);
    if (field.kind === "choice") keys.push(...field.options.map((option) => `${start}.options.${option}`));
  }
  return keys;
}

function secretValues(settings: z.ZodType, value: unknown): readonly string[] {
  const at = (path: readonly string[]): unknown =>
    path.reduce<unknown>((here, part) => (isRecord(here) ? here[part] : undefined), value);
  return secretPaths(settings)
    .map(at)
    .filter((secret): secret is string => typeof secret === "string" && secret !== "");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
