// The bench's filling leaves behind exactly what the real actions leave behind, column by column: else its figures would speak of another program.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import pg from "pg";
import { email } from "#channels/email/index.ts";
import { isRefusal } from "#contract/errors.ts";
import type { ConcernId, TeamId, TopicId } from "#contract/ids.ts";
import type { MailPayload } from "#channels/email/outbound.ts";
import { threadFor, type ThreadPlan } from "#lib/corpus/threads.ts";
import { createTopic } from "#modules/brands/actions.ts";
import { createTeam } from "#modules/agents/actions.ts";
import { system } from "#contract/actor.ts";
import { changeIn } from "#modules/concerns/actions-change.ts";
import { claimDeliveries, outboundOf, recordDelivery, rememberKeys } from "#modules/concerns/actions-outbox.ts";
import { note, reply } from "#modules/concerns/actions-reply.ts";
import { leavingSubject } from "#modules/concerns/model-compose.ts";
import { receive } from "#modules/concerns/actions.ts";
import { foldWords } from "#modules/search/actions.ts";
import { foldTally } from "#modules/concerns/actions-views.ts";
import { raw, sql } from "#platform/db/db.ts";
import { finishIntake, insertIntake } from "#server/intake-store.ts";
import { arrivalOf } from "#bench/fill/arrival.ts";
import { addresses, send } from "#bench/fill/fill.ts";
import { emptyRows, leaseMs, undoMs, type Centre, type FillCustomer } from "#bench/fill/rows.ts";
import { addThread } from "#bench/fill/thread.ts";
import { addCast, openTestWorld, type Cast, type TestWorld } from "#test/world.ts";

const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const startMs = Date.UTC(2026, 2, 3, 9);
const address = "service@elbkabel.example";
const settings = {
  address,
  aliases: [],
  displayName: "",
  imap: null,
  smtp: null,
  dkim: null,
  door: true,
  plusAddressing: true,
  trustedAuthservIds: [],
  trustedRelays: [],
};

interface Prepared {
  readonly world: TestWorld;
  readonly cast: Cast;
  readonly topic: { readonly id: TopicId; readonly teamId: TeamId };
}

const prepare = async (): Promise<Prepared> => {
  const world = await openTestWorld();
  world.setNow(new Date(startMs - 1000).toISOString());
  const cast = await addCast(world);
  const team = await createTeam(world, system, "Technik");
  assert.ok(!isRefusal(team));
  const topic = await createTopic(world, system, {
    parentId: null,
    name: "Internet",
    teamId: team.id,
    whenClosed: "reopen",
  });
  assert.ok(!isRefusal(topic));
  return { world, cast, topic: { id: topic.id, teamId: team.id } };
};

const agentsOf = (cast: Cast) => [
  { id: cast.anna.id, name: cast.anna.name, handle: "anna" },
  { id: cast.omar.id, name: cast.omar.name, handle: "omar" },
];

const byActions = async (
  { world, cast, topic }: Prepared,
  plan: ThreadPlan,
  resolvedAfterMs: number,
): Promise<void> => {
  const agents = [cast.anna, cast.omar];
  const holder = agents[(plan.steps.find((step) => step.kind !== "in")?.agent ?? 0) % 2] ?? cast.anna;
  let id: ConcernId | null = null;
  let answers: Parameters<typeof arrivalOf>[0]["answers"] = null;
  let taken = false;
  let lastMs = startMs;
  for (const [index, step] of plan.steps.entries()) {
    const atMs = startMs + step.afterMs;
    if (step.kind !== "in" && !taken && id !== null) {
      taken = true;
      world.setNow(new Date(atMs - 1).toISOString());
      const concernId: ConcernId = id;
      await world.db.transaction((tx) =>
        changeIn(world, tx, holder, {
          id: concernId,
          change: { status: "open", topicId: topic.id, assigneeId: holder.id, priority: "high", tags: ["messung"] },
        }),
      );
    }
    world.setNow(new Date(atMs).toISOString());
    const at = world.now().toISOString();
    if (step.kind === "in") {
      const messageId = `${index}.${(1001).toString(36)}@${plan.customer.address.split("@")[1]}`;
      const mail = arrivalOf({
        customer: plan.customer,
        client: plan.client,
        subject: plan.subject,
        text: step.text,
        files: step.files,
        messageId,
        atMs,
        answers,
        to: { name: "Elbkabel", address },
      });
      const intakeId = world.newId() as never;
      const lease = world.newId();
      await insertIntake(world.db, {
        id: intakeId,
        channelId: cast.channel.id,
        providerId: messageId,
        rawHash: hashOf(new TextEncoder().encode(messageId)),
        bytes: null,
        transport: { by: "smtp", remoteIp: "198.51.100.7", mailFrom: plan.customer.address, recipients: [address] },
        receivedAt: at,
        lease,
        leaseMs: 1000,
      });
      const files = await Promise.all(
        mail.files.map(async (file) => ({
          name: file.name,
          inlineId: file.inlineId,
          stored: await world.files.put(file.bytes),
        })),
      );
      await world.db.transaction(async (tx) => {
        const arrival = { id: intakeId, channelId: cast.channel.id, brandId: cast.brandId, lease };
        await finishIntake(tx, arrival, "done", null, [mail.providerId]);
        await receive(
          world,
          tx,
          cast.channel,
          { intakeId, rawHash: hashOf(new TextEncoder().encode(messageId)), receivedAt: at },
          mail,
          files,
        );
      });
      id = (await world.db.one<{ id: ConcernId }>(sql`SELECT id FROM concern`)).id;
    } else if (id !== null && step.kind === "note") {
      await note(world, agents[step.agent % 2] ?? cast.anna, {
        id,
        text: step.text,
        html: null,
        uploads: [],
        key: world.newId(),
      });
    } else if (id !== null && step.kind === "out") {
      const isLast = index === plan.steps.length - 1 && plan.isSettled;
      await reply(world, agents[step.agent % 2] ?? cast.anna, {
        id,
        channelId: cast.channel.id,
        to: [plan.customer.address],
        cc: [],
        text: step.text,
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: step.isQuestion || !isLast ? "waiting" : "resolved",
        key: world.newId(),
        undoMs,
      });
      world.setNow(new Date(atMs + undoMs).toISOString());
      for (const claim of await claimDeliveries(world, { limit: 10, leaseMs })) {
        const outbound = await outboundOf(world, claim);
        assert.ok(outbound);
        const call = email.render(outbound, settings)[0];
        assert.ok(call);
        await rememberKeys(world, claim, call.keys);
        await recordDelivery(world, claim, {
          kind: "accepted",
          providerId: null,
          detail: "250 2.0.0 queued",
          refused: [],
        });
        const { mail } = call.payload as MailPayload;
        answers = {
          token: outbound.replyToken ?? "",
          messageId: mail.messageId.slice(1, -1),
          quoted:
            `${leavingSubject(`Re: ${mail.subject.replace(/^Re: /, "").replace(/ \[#\d+\]$/, "")}`, 1001)}\n${outbound.text}`.trimEnd(),
        };
      }
    }
    lastMs = atMs;
  }
  world.setNow(new Date(lastMs + resolvedAfterMs).toISOString());
  const concernId = id;
  assert.ok(concernId !== null);
  await world.db.transaction((tx) => changeIn(world, tx, holder, { id: concernId, change: { status: "resolved" } }));
  await foldWords(world);
};

const byFilling = async (
  { world, cast, topic }: Prepared,
  plan: ThreadPlan,
  resolvedAfterMs: number,
): Promise<void> => {
  const centre: Centre = {
    brand: { id: cast.brandId, name: "Elbkabel", signature: "{agent}\n{brand}", language: "de" },
    channel: { id: cast.channel.id, address },
    agents: agentsOf(cast),
    newId: world.newId,
    newToken: world.newToken,
    mac: world.mac,
    hashOf,
  };
  const rows = emptyRows();
  const customers = new Map<string, FillCustomer>();
  addThread(rows, centre, customers, {
    plan,
    number: 1001,
    startMs,
    topic,
    priority: "high",
    tags: ["messung"],
    resolvedAfterMs,
    endMs: startMs + 400 * 86_400_000,
  });
  addresses(rows, centre, customers, new Set());
  const client = new pg.Client({ connectionString: world.db.url });
  await client.connect();
  await send(client, rows, { messages: 0, threads: 0, number: 1001, customers, words: new Set() });
  await client.end();
};

const tables = [
  "customer",
  "address",
  "concern",
  "concern_tally",
  "concern_label_tally",
  "concern_mention",
  "party",
  "message",
  "message_body",
  "message_search",
  "search_word",
  "attachment",
  "delivery",
  "reference",
  "reply_token",
  "intake",
  "intake_item",
  "event",
];
// What depends on the moment of writing or on chance alone.
const left: Readonly<Record<string, readonly string[]>> = {
  event: ["seq"],
  delivery: ["lease_token"],
  intake: ["lease_until"],
};

/** Every row of every table with ids and tokens replaced by the order in which they appear. */
const dump = async (world: TestWorld): Promise<string[]> => {
  await foldTally(world);
  const names = new Map<string, string>();
  const lines: string[] = [];
  for (const table of tables) {
    const rows = await world.db.rows<{ row: Record<string, unknown>; seq: number }>(
      table === "event"
        ? sql`SELECT to_jsonb(t) AS row FROM event t WHERE concern_id IS NOT NULL OR customer_id IS NOT NULL ORDER BY seq`
        : sql`SELECT to_jsonb(t) AS row FROM ${raw(table)} t`,
    );
    const texts = rows.map(({ row }) => {
      for (const column of left[table] ?? []) delete row[column];
      return JSON.stringify(row);
    });
    // Rows without an order of their own are ordered by what they say, ids aside.
    const bare = (text: string): string =>
      text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "#").replace(/[a-z2-7]{26}/g, "@");
    if (table !== "event") texts.sort((a, b) => (bare(a) < bare(b) ? -1 : 1));
    for (const text of texts)
      lines.push(
        `${table} ${text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|(?<![0-9a-z])[a-z2-7]{26}(?![0-9a-z])/g, (id) => {
          const name = names.get(id) ?? `#${names.size + 1}`;
          names.set(id, name);
          return name;
        })}`,
      );
  }
  return lines;
};

for (const index of [3, 11, 20]) {
  test(`one thread by the actions and by the filling (${index})`, async () => {
    const [actions, filling] = [await prepare(), await prepare()];
    const plan = threadFor("fill", index, {
      language: "de",
      startMs,
      agents: agentsOf(actions.cast),
      customers: 10,
      length: 4 + (index % 4),
    });
    const resolvedAfterMs = 86_400_000;
    await byActions(actions, plan, resolvedAfterMs);
    await byFilling(filling, plan, resolvedAfterMs);
    const [one, other] = [await dump(actions.world), await dump(filling.world)];
    assert.ok(one.length > 20);
    for (const [i, wanted] of one.entries()) assert.equal(other[i], wanted);
    assert.equal(other.length, one.length);
    await actions.world.close();
    await filling.world.close();
  });
}
