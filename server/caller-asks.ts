// What a caller asks for instead of waiting, by their page or the second screen: done by whoever holds the calls, and in writing by the chat's own road. Used by call-site.ts and second-pages.ts.
import { randomBytes } from "node:crypto";
import type { CallerAsk, CallerRoads } from "#contract/caller.ts";
import { isRefusal } from "#contract/errors.ts";
import type { ChatMessage } from "#contract/chat.ts";
import { callById } from "#modules/calls/reads.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";
import { joinByChat } from "#modules/concerns/actions-caller.ts";
import { headsOf } from "#modules/concerns/reads-heads.ts";
import { resolveCustomer } from "#modules/customers/actions.ts";
import { normalise } from "#modules/customers/model.ts";
import { moveOn } from "#modules/visitors/actions-moved.ts";
import { addressOf, introduce, meet, settle, wish as keepWish, type Visitor } from "#modules/visitors/actions.ts";
import { sessionHash } from "#platform/auth/session.ts";
import type { Gathered } from "#platform/gather.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { aroundPhone, dialsOut, isCallbackTime, maySwap, phoneHours, phoneOf } from "#server/caller-view.ts";
import type { Connected, ConnectedVoice } from "#server/connected.ts";
import type { ConnectedChannel } from "#server/intake.ts";
import type { Saying } from "#server/intake-now.ts";
import { words, type Language } from "#server/words.ts";

export interface Asking {
  readonly world: FlowWorld;
  readonly connected: Connected;
  readonly roads: CallerRoads;
  readonly takeNow: Gathered<Saying, ChatMessage | null>;
  readonly publicUrl: string;
}

/** Null: done. Else why not, by a code: over, badPhone, badTime, badEmail, failed, or what the switchboard says. */
export type Asked = { readonly refused: string } | { readonly refused: null; readonly chat: string | null };

const done: Asked = { refused: null, chat: null };

const callback = async (
  { world, connected, roads }: Asking,
  call: CallRecord,
  ask: { readonly number: string; readonly at: string | null },
): Promise<Asked> => {
  const channel = connected.voices().find(({ id }) => id === call.channelId);
  if (channel === undefined) return { refused: "over" };
  const typed = ask.number === "" ? call.number : normalise("phone", ask.number);
  if (typed === null && (ask.number !== "" || call.by !== "web")) return { refused: "badPhone" };
  if (typed !== null && !dialsOut(phoneOf(channel))) return { refused: "badPhone" };
  if (ask.at !== null) {
    const [around, hours] = await Promise.all([aroundPhone(world, channel), phoneHours(world, channel)]);
    if (!isCallbackTime(hours, around.zone, world.now(), new Date(ask.at))) return { refused: "badTime" };
  }
  const refused = await roads.wish({
    callId: call.id,
    wish: { what: "callback", number: typed as never, at: ask.at },
  });
  return refused === null ? done : { refused: refused === "notAllowed" ? "badPhone" : refused };
};

/** Whom a second screen goes on as: always the same for one call, and nobody who was there before, so that a screen shows nothing but its own concern. */
const screenVisitor = (world: FlowWorld, call: CallRecord, chat: ConnectedChannel): Visitor => {
  const hash = sessionHash(world.mac("screen-visitor", call.id));
  return {
    id: world.newId(),
    channelId: chat.id,
    address: addressOf(world, chat.id, hash),
    name: call.name,
    email: "",
    readsEmail: "",
    language: call.language,
    isNew: true,
    token: null,
    tokenHash: hash,
    signedId: null,
    emailProved: false,
    emailSigned: false,
    phone: "",
    createdAt: world.now().toISOString(),
    joinedTo: null,
    joined: [],
  };
};

/** Of one call and what it went on as there is one message, however often it is asked for: its id follows from both. */
const messageIdOf = ({ mac }: Pick<FlowWorld, "mac">, callId: string, how: string): string => {
  const proof = Buffer.from(mac("call-moved", `${callId}\n${how}`)).subarray(0, 16);
  proof[6] = ((proof[6] ?? 0) & 0x0f) | 0x40;
  proof[8] = ((proof[8] ?? 0) & 0x3f) | 0x80;
  const hex = proof.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

/** Says it in the call's concern, by the brand's chat, as the visitor. */
const sayThere = async (
  { world, takeNow }: Asking,
  chat: ConnectedChannel,
  visitor: Visitor,
  call: CallRecord,
  said: { readonly how: "chat" | "mail"; readonly text: string; readonly email: string },
): Promise<boolean> => {
  const { concernId, customerId } = call;
  const [head] = concernId === null ? [] : await headsOf(world.db, [concernId]);
  if (concernId === null || head === undefined) return false;
  const { address, name } = visitor;
  const isIn = await world.db.transaction(async (tx) => {
    if (visitor.isNew) await settle(world, tx, visitor);
    const who = { kind: "customer", id: null, name } as const;
    const customer = await resolveCustomer(world, tx, who, {
      kind: "chat",
      value: address,
      name,
      language: call.language,
      assurance: "proved",
      brandId: call.brandId,
      ofCustomer: customerId,
    });
    return (
      !isRefusal(customer) && joinByChat(world, tx, who, { concernId, customerId: customer.customerId, name, address })
    );
  });
  if (!isIn) return false;
  if (said.email !== "") {
    await introduce(world, { ...visitor, isNew: false }, { name, email: said.email }, call.brandId);
    await keepWish(world, { ...visitor, isNew: false }, "email");
  }
  const at = world.now().toISOString();
  const id = messageIdOf(world, call.id, said.how);
  const message = await takeNow({
    channel: chat,
    raw: {
      bytes: Buffer.from(
        JSON.stringify({
          id,
          address,
          name,
          thread: id,
          number: head.number,
          text: said.text,
          files: [],
          parts: [],
          language: call.language,
          at,
        }),
      ),
      receivedAt: at,
      transport: { by: "chat", remoteIp: "" },
    },
    files: [],
    concernId: concernId,
    who: [address, `#${head.number}`],
    first: () => Promise.resolve(true),
  });
  return message !== null;
};

/** The chat's link that shows this concern alone, in whichever browser opens it; for ten minutes, once. */
const linkInto = async (
  { world, publicUrl }: Asking,
  chat: ConnectedChannel,
  visitor: Visitor,
): Promise<string | null> => {
  const token = randomBytes(32).toString("base64url");
  const browser = { ...visitor, isNew: false, tokenHash: sessionHash(token) };
  await world.db.transaction((tx) => settle(world, tx, browser));
  const moved = await moveOn(world, browser);
  return moved === null ? null : `${publicUrl}/chat/${chat.id}#${moved.word}`;
};

/** The brand's chat: the one where the browser is somebody, else its first. */
export const chatFor = (connected: Connected, brandId: string, wanted: string | null): ConnectedChannel | null => {
  const all = connected.enabled().filter((channel) => channel.kind === "webchat" && channel.brandId === brandId);
  return all.find(({ id }) => id === wanted) ?? all[0] ?? null;
};

/** Goes on in writing: first the call becomes that and has a concern, then the words stand there. The same again gives another link. */
const goOn = async (
  asking: Asking,
  call: CallRecord,
  said: { readonly how: "chat" | "mail"; readonly text: string; readonly email: string },
  own: Visitor | null,
): Promise<Asked> => {
  const { world, connected, roads } = asking;
  const chat = chatFor(connected, call.brandId, own?.channelId ?? null);
  if (chat === null || (!maySwap(call) && call.movedTo !== said.how)) return { refused: "over" };
  const refused =
    call.movedTo === said.how ? null : await roads.wish({ callId: call.id, wish: { what: "moved", to: said.how } });
  if (refused !== null) return { refused };
  const now = (await callById(world.db, call.id))?.call ?? call;
  const visitor = own ?? screenVisitor(world, now, chat);
  if (!(await sayThere(asking, chat, visitor, now, said))) return { refused: "failed" };
  if (said.how === "mail") return done;
  return { refused: null, chat: own === null ? await linkInto(asking, chat, visitor) : null };
};

/** Does what is asked. `own`: the page's own visitor, who goes on as themselves; null: a second screen. */
export const askOf = async (
  asking: Asking,
  call: CallRecord,
  ask: CallerAsk,
  at: { readonly language: Language; readonly own: Visitor | null },
): Promise<Asked> => {
  const { language, own } = at;
  switch (ask.what) {
    case "hangUp":
    case "noCallback": {
      const refused = await asking.roads.wish({ callId: call.id, wish: { what: ask.what } });
      return refused === null ? done : { refused };
    }
    case "callback":
      return callback(asking, call, ask);
    case "chat":
      return goOn(asking, call, { how: "chat", text: words(language, "second.wroteChat"), email: "" }, own);
    case "mail": {
      const email = normalise("email", ask.email);
      return email === null ? { refused: "badEmail" } : goOn(asking, call, { how: "mail", text: ask.text, email }, own);
    }
  }
};

/** Who a page's browser is, by the token it keeps, in the brand's chat, or of the telephone alone where there is none. Written down. */
export const callerOf = async (
  { world, connected }: Pick<Asking, "world" | "connected">,
  phone: ConnectedVoice,
  given: {
    readonly token: string | null;
    readonly chat: string | null;
    readonly language: Language;
    readonly name: string;
  },
): Promise<{ readonly visitor: Visitor; readonly token: string }> => {
  const channelId = chatFor(connected, phone.brandId, given.chat)?.id ?? phone.id;
  const met = await meet(world, { channelId, token: given.token, language: given.language });
  const name = met.name === "" ? given.name : met.name;
  const visitor = { ...met, name };
  if (met.isNew) await world.db.transaction((tx) => settle(world, tx, visitor));
  return { visitor: { ...visitor, isNew: false }, token: met.token ?? given.token ?? "" };
};
