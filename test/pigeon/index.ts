// Carrier pigeons: short texts over a loft that is asked by HTTP. The smallest whole channel, to be copied; see README.md.
import { setTimeout as pause } from "node:timers/promises";
import { createHash } from "node:crypto";
import { z } from "zod";
import type {
  Capabilities,
  ChannelKind,
  DeliveryResult,
  InboundMessage,
  ListeningIo,
  MessageChannel,
  ProviderCall,
} from "#contract/channel.ts";
import type { Reason } from "#contract/reasons.ts";

const settings = z.strictObject({
  /** The name our loft is known by; customers see it. */
  loft: z.string().min(1).max(100),
  /** Where the keeper of the lofts is asked. */
  url: z.url(),
  token: z.string().min(1).meta({ secret: true }),
});
export type PigeonSettings = z.infer<typeof settings>;

const can: Capabilities = {
  maxTextLength: 500,
  html: false,
  subject: false,
  copies: false,
  attachments: null,
  windowHours: null,
  firstContact: true,
  receipts: [],
};

/** A pigeon as the keeper hands it out. `answers`: the mark of the pigeon it answers. */
export const pigeon = z.object({
  mark: z.string().min(1).max(200),
  from: z.string().min(1).max(100),
  name: z.string().max(100).nullable(),
  text: z.string().max(10_000),
  answers: z.string().max(200).nullable(),
});
const landed = z.object({ pigeons: z.array(z.object({ number: z.number().int(), pigeon: z.unknown() })) });

/** What flies out: one pigeon to one loft. The keeper lets a mark fly to a loft once. */
export interface Flight {
  readonly mark: string;
  readonly to: string;
  readonly text: string;
  readonly answers: string | null;
}

const key = (mark: string): string => `pigeon:${mark}`;
const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

const message = (providerId: string, change: Partial<InboundMessage>): InboundMessage => ({
  kind: "message",
  providerId,
  sentAt: null,
  from: { value: "", name: null },
  replyTo: null,
  assurance: "none",
  verdicts: [],
  to: [],
  cc: [],
  subject: null,
  text: "",
  foldedText: "",
  html: null,
  files: [],
  thread: { tokens: [], references: [], own: [], number: null, stream: null },
  automatic: null,
  forwarded: null,
  language: null,
  warnings: [],
  ...change,
});

const unreadable: MessageChannel<PigeonSettings>["unreadable"] = (raw) =>
  message(hash(raw.bytes), { warnings: ["unreadable"] });

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch {
    return null;
  }
};

/** Texts of at most 500 characters; a character of two units is never cut. */
const pieces = (text: string, longest: number): string[] => {
  const found: string[] = [];
  let piece = "";
  for (const character of text) {
    if (piece.length + character.length > longest) {
      found.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...found, piece];
};

const refusal = (code: string, reason: Reason): ProviderCall => ({
  kind: "refused",
  keys: [],
  payload: { kind: "refused", code, reason, detail: "" } satisfies DeliveryResult,
});

const ask = (to: PigeonSettings, path: string, init: RequestInit): Promise<Response> =>
  fetch(new URL(path, to.url), { ...init, headers: { authorization: `Bearer ${to.token}` } });

const neverLeft = (error: unknown): boolean =>
  error instanceof Error && (error.cause as { readonly code?: string } | undefined)?.code === "ECONNREFUSED";

const deliver: MessageChannel<PigeonSettings>["deliver"] = async (call, to, io) => {
  if (call.kind === "refused") return call.payload as DeliveryResult;
  if (!(await io.begin()))
    return { kind: "tryLater", afterMs: null, code: "taken", reason: { code: "otherProcess", facts: {} }, detail: "" };
  try {
    const answer = await ask(to, "/pigeons", {
      method: "POST",
      body: JSON.stringify(call.payload),
      signal: AbortSignal.timeout(20_000),
    });
    if (answer.ok) return { kind: "accepted", providerId: null, detail: "", refused: [] };
    const detail = (await answer.text()).slice(0, 200);
    return answer.status === 429 || answer.status >= 500
      ? { kind: "tryLater", afterMs: null, code: String(answer.status), detail }
      : { kind: "refused", code: String(answer.status), detail };
  } catch (error) {
    return neverLeft(error)
      ? { kind: "tryLater", afterMs: null, code: "4.4.1", detail: "" }
      : { kind: "unknown", reason: { code: "noAnswer", facts: {} }, detail: "" };
  }
};

/** Takes what has landed since the cursor, one by one: stored first, then the next is asked for. */
const take = async (from: PigeonSettings, io: ListeningIo, stop: AbortSignal): Promise<void> => {
  const after = z
    .number()
    .catch(0)
    .parse(await io.cursor("after"));
  const answer = await ask(from, `/pigeons?loft=${encodeURIComponent(from.loft)}&after=${after}`, { signal: stop });
  if (!answer.ok) throw new Error(`the keeper says ${answer.status}`);
  const { pigeons } = landed.parse(await answer.json());
  io.health("connected", null);
  for (const { number, pigeon: one } of pigeons) {
    const bytes = Buffer.from(JSON.stringify(one));
    const raw = { bytes, receivedAt: io.now().toISOString(), transport: { by: "pigeon" } };
    await io.store(raw, hash(bytes), { name: "after", value: number });
  }
};

const listen: MessageChannel<PigeonSettings>["listen"] = async (from, io, stop) => {
  while (!stop.aborted) {
    try {
      await take(from, io, stop);
    } catch (error) {
      if (stop.aborted) return;
      io.health("failing", {
        reason: { code: "fetchFailed", facts: { folder: from.loft } },
        code: null,
        detail: error instanceof Error ? error.message : "",
      });
      await pause(1_000, undefined, { signal: stop }).catch(() => undefined);
    }
  }
};

export const pigeonChannel: MessageChannel<PigeonSettings> = {
  kind: "message",
  // A string first: where this folder is only looked at, no such kind is known.
  id: String("pigeon") as ChannelKind,
  settings,
  can,
  addresses: ({ loft }) => [loft],
  canSend: () => true,
  verify: () => false,
  unreadable,
  receive: async (raw) => {
    const read = pigeon.safeParse(parsed(raw.bytes));
    if (!read.success) return [unreadable(raw)];
    const { mark, from, name, text, answers } = read.data;
    return [
      message(hash(raw.bytes), {
        from: { value: from, name },
        // The keeper knows its pigeons.
        assurance: "proved",
        text,
        thread: {
          tokens: [],
          references: answers === null ? [] : [key(answers)],
          own: [key(mark)],
          number: null,
          stream: null,
        },
      }),
    ];
  },
  render: ({ messageToken, recipients, text, files, answers }) => {
    if (files.length > 0) return [refusal("files", { code: "notCarried", facts: {} })];
    if (recipients.length === 0) return [refusal("recipients", { code: "noRecipient", facts: {} })];
    const nearest = answers.find((each) => each.startsWith("pigeon:"))?.slice("pigeon:".length) ?? null;
    return pieces(text, can.maxTextLength ?? text.length).flatMap((piece, index) =>
      recipients.map((to): ProviderCall => {
        const mark = `${messageToken}.${index}`;
        return {
          kind: "pigeon",
          keys: [key(mark)],
          payload: { mark, to, text: piece, answers: nearest } satisfies Flight,
        };
      }),
    );
  },
  deliver,
  listen,
};
