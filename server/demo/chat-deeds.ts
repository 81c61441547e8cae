// What visitors of the demo's chats do, and what customers say when they are asked how it was: by the domain's own actions. Called by deeds.ts.
import { webchat } from "#channels/webchat/index.ts";
import { webchatSettings } from "#channels/webchat/settings.ts";
import type { Raw } from "#contract/channel.ts";
import type { ConcernId, IntakeId, MessageId } from "#contract/ids.ts";
import { uuidV7 } from "#lib/id.ts";
import { followName } from "#modules/concerns/actions-names.ts";
import { receive } from "#modules/concerns/actions.ts";
import { markAnswered, markSeen } from "#modules/concerns/actions-visitor.ts";
import { answerFor } from "#modules/concerns/reads-visitor.ts";
import { rowById } from "#modules/concerns/reads.ts";
import { askWhatIsDue, followResolution, giveRating, giveRatingInChat } from "#modules/ratings/actions.ts";
import { tokenFor } from "#modules/ratings/model.ts";
import { introduce, meet, settle, type Visitor } from "#modules/visitors/actions.ts";
import { askCode, tryCode } from "#modules/visitors/actions-codes.ts";
import { mailWhatIsUnread } from "#modules/visitors/actions-mail.ts";
import { sql } from "#platform/db/db.ts";
import { hashOf } from "#platform/files/small.ts";
import { viewerOf } from "#server/chat-seats.ts";
import type { Playing, Stage } from "#server/demo/deeds.ts";
import type { Step } from "#server/demo/script.ts";
import { insertDone } from "#server/intake-store.ts";

/** As CHAT_MAIL_SECONDS is, when nobody sets it. */
const mailAfterMs = 60_000;
/** A little later than anything that waits for a minute. */
export const unreadMs = mailAfterMs + 1_000;

const chatOf = ({ stage, playing }: Scene) => stage.chats[playing.script.brand];

/** A script on its stage. */
export interface Scene {
  readonly stage: Stage;
  readonly playing: Playing;
}

const visitorOf = async (scene: Scene): Promise<Visitor> => {
  const { stage, playing } = scene;
  const { script } = playing;
  const known = stage.visitors.get(script.chat?.visitor ?? "");
  if (known !== undefined) return known;
  const language = script.brand === "elb" ? "de" : "en";
  return meet(stage.world, { channelId: chatOf(scene).id, token: null, language });
};

const keep = ({ stage, playing }: Scene, visitor: Visitor): void =>
  void stage.visitors.set(playing.script.chat?.visitor ?? "", visitor);

/** The address by which answers in the chat go. */
export const chatAddress = async (scene: Scene): Promise<string> => (await visitorOf(scene)).address;

const customer = (name: string) => ({ kind: "customer", id: null, name }) as const;

/** They see what stands in the concern. */
export const see = async (scene: Scene, concernId: ConcernId): Promise<void> => {
  const visitor = await visitorOf(scene);
  const seq = Number.MAX_SAFE_INTEGER;
  await markSeen(scene.stage.world, customer(visitor.name), viewerOf(visitor), { concernId, seq });
};

/** They say something, or answer what they were asked: kept, read and received as server/intake-now.ts does. */
export const sayInChat = async (scene: Scene, step: Extract<Step, { kind: "say" }>): Promise<void> => {
  const { stage, playing } = scene;
  const { world } = stage;
  const chat = chatOf(scene);
  const visitor = await visitorOf(scene);
  const concernId = playing.concernId;
  const number = concernId === null ? null : ((await rowById(world.db, concernId))?.number ?? null);
  const { asked } = playing;
  const answering =
    step.answers === undefined || asked === null
      ? null
      : await answerFor(world.db, viewerOf(visitor), { ...asked, values: [...step.answers] }, visitor.language);
  if (step.answers !== undefined && answering === null)
    throw new Error(`the demo's visitor cannot answer so: ${step.answers.join(", ")}`);
  const answer = answering?.answer;
  playing.thread ??= uuidV7(step.atMs, Buffer.from(hashOf(Buffer.from(playing.script.key)), "hex").subarray(0, 10));
  const at = world.now().toISOString();
  const { address, name, language } = visitor;
  const said = {
    id: world.newId(),
    address,
    name,
    thread: playing.thread,
    number,
    text: answer?.text ?? step.text,
    files: [],
    parts: answer === undefined ? [] : [answer],
    language,
    at,
  };
  const bytes = Buffer.from(JSON.stringify(said));
  const raw: Raw = { bytes, receivedAt: at, transport: { by: "chat", remoteIp: "127.0.0.1" } };
  const [inbound] = await webchat.receive(raw, webchatSettings.parse({ origins: [], greeting: "" }), {
    now: world.now(),
    resolver: null,
  });
  if (inbound?.kind !== "message") throw new Error("what the demo's visitor says is no message");
  const id = world.newId() as IntakeId;
  const rawHash = hashOf(bytes);
  await world.db.transaction(async (tx) => {
    if (visitor.isNew) await settle(world, tx, visitor);
    if (answer !== undefined && !(await markAnswered(world, tx, answer.to))) throw new Error("it was answered before");
    const { providerId } = inbound;
    await insertDone(tx, {
      id,
      channelId: chat.id,
      brandId: chat.brandId,
      providerId,
      rawHash,
      bytes,
      transport: raw.transport,
      receivedAt: at,
    });
    const channel = { id: chat.id, kind: "webchat", brandId: chat.brandId } as const;
    await receive(world, tx, channel, { intakeId: id, rawHash, receivedAt: at }, inbound, []);
  });
  keep(scene, { ...visitor, isNew: false });
  playing.asked = null;
};

/** They say who they are; with a code that came by mail, also that they read there. */
export const introduceIn = async (scene: Scene, step: Extract<Step, { kind: "introduce" }>): Promise<void> => {
  const { stage, playing } = scene;
  const { world } = stage;
  const { brandId } = chatOf(scene);
  const before = await visitorOf(scene);
  const email = step.email === "" ? before.email : step.email;
  const said = await introduce(world, before, { name: playing.script.customer.name, email }, brandId);
  keep(scene, said);
  // As the reaction does: what they have begun bears their name.
  const row = playing.concernId === null ? null : await rowById(world.db, playing.concernId);
  if (row !== null) await world.db.transaction((tx) => followName(world, tx, row.customerId, brandId));
  if (step.shown !== true || said.emailProved) return;
  const made = await askCode(world, said);
  if (!("code" in made) || made.code === null) return;
  const shown = await tryCode(world, said, brandId, made.code);
  if ("address" in shown) keep(scene, shown);
};

/** Sends what was said in chats and not seen there. */
export const mailLeft = ({ world }: Stage): Promise<void> =>
  mailWhatIsUnread(world, { afterMs: mailAfterMs, pageOf: (channelId) => `/chat/${channelId}` });

const hourMs = 3_600_000;

/** A concern may have been settled: the question is planned as the reaction does, asked when it is due, and answered if the script says so. `leave` sends mails. */
export const afterSettling = async (scene: Scene, leave: () => Promise<void>): Promise<void> => {
  const { stage, playing } = scene;
  const { world, walk } = stage;
  const row = playing.concernId === null ? null : await rowById(world.db, playing.concernId);
  if (row === null || row.status !== "resolved" || !stage.asksRatings()) return;
  const now = world.now();
  const of = { concernId: row.id, brandId: row.brandId, customerId: row.customerId };
  await world.db.transaction((tx) => followResolution(world, tx, of, now.toISOString()));
  const dueMs = now.getTime() + ratingDelayMs;
  walk.at(dueMs, async () => {
    await askWhatIsDue(world);
    await leave();
    const { rates } = playing.script;
    const id = rates === undefined ? null : await askedFor(stage, row.id);
    if (rates === undefined || id === null || playing.rated) return;
    playing.rated = true;
    walk.at(dueMs + Math.max(rates.afterMs, 2 * unreadMs), () => rate(scene, row.id, id, rates));
  });
  if (playing.script.chat === undefined) return;
  // A question that nobody has seen in the chat goes by mail where there is an address.
  walk.at(dueMs + unreadMs, async () => {
    await mailLeft(stage);
    await leave();
  });
};

/** How long after it was settled the demo's brands ask. */
export const ratingDelayMs = hourMs / 2;

const askedFor = async ({ world }: Stage, concernId: ConcernId): Promise<string | null> =>
  (
    await world.db.maybe<{ id: string }>(
      sql`SELECT data ->> 'id' AS id FROM event WHERE kind = 'rating.asked' AND concern_id = ${concernId} LIMIT 1`,
    )
  )?.id ?? null;

const rate = async (
  scene: Scene,
  concernId: ConcernId,
  id: string,
  { score, text }: { readonly score: number; readonly text: string },
): Promise<void> => {
  const { stage, playing } = scene;
  const { world } = stage;
  const visitor = playing.script.chat === undefined ? null : await visitorOf(scene);
  if (visitor === null || visitor.email !== "") {
    await giveRating(world, tokenFor(world.mac, id), { score, text });
    return;
  }
  // Back at the page, with the question in front of them.
  await see(scene, concernId);
  await giveRatingInChat(world, [visitor.address], id, { score, text });
};

/** What an answer in the chat asks by its parts: the last one of them. */
export const askedBy = (messageId: MessageId, words: string, parts: readonly unknown[] | undefined): Playing["asked"] =>
  parts === undefined || parts.length === 0
    ? null
    : { messageId, part: parts.length - 1 + (words.trim() === "" ? 0 : 1) };
