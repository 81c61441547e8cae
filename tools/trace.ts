// `npm run trace -- mail.eml …`: sends mails through the real road, in a scratch database, and prints each step with what it decided and
// the file and line of the function that decided it. Without a file a mail of the fixtures is used. Several files are received in turn.
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDoor } from "#channels/email/door.ts";
import { email } from "#channels/email/index.ts";
import { emailSettings } from "#channels/email/settings.ts";
import { converse } from "#channels/email/simClient.ts";
import { readMail } from "#channels/email/simMail.ts";
import { addressKindOf, type InboundMessage } from "#contract/channel.ts";
import { isRefusal } from "#contract/errors.ts";
import { uuidV7 } from "#lib/id.ts";
import { system, type AgentActor } from "#contract/actor.ts";
import { eventsAfter, horizon } from "#modules/audit/reads.ts";
import { addBrand, addChannel } from "#modules/brands/actions.ts";
import { allBrands } from "#modules/brands/reads.ts";
import { place, randomParts, type Placed } from "#modules/concerns/model-threading.ts";
import { openConcern } from "#modules/concerns/reads-open.ts";
import { findClues } from "#modules/concerns/store-evidence.ts";
import { normalise } from "#modules/customers/model.ts";
import { openDb, sql } from "#platform/db/db.ts";
import { migrate } from "#platform/db/migrate.ts";
import { openDiskFiles } from "#platform/files/disk.ts";
import { withSmall } from "#platform/files/small.ts";
import { silentLog } from "#platform/log.ts";
import { createMetrics } from "#platform/metrics.ts";
import { createDatabase, dropDatabase, startPostgres } from "#platform/postgres/postgres.ts";
import { newToken, secretFrom } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";
import { channelKinds } from "#server/connected.ts";
import { startIntake, type ConnectedChannel } from "#server/intake.ts";
import { openReader, type Reader } from "#server/reader.ts";
import { apply, emptyState } from "#web/state/apply.ts";
import { lineOf } from "./trace/line.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const given = process.argv.slice(2);
const files = given.length > 0 ? given : [join(root, "channels/email/fixtures/outlook-web-de.eml")];
const ours = "service@kabel.example";

let number = 0;
const step = (title: string, file: string, name: string, facts: Readonly<Record<string, unknown>>): void => {
  number += 1;
  console.log(`\n${number}. ${title}\n   ${lineOf(root, file, name)}`);
  const width = Math.max(...Object.keys(facts).map((key) => key.length));
  for (const [key, value] of Object.entries(facts)) console.log(`   ${key.padEnd(width)}  ${short(value)}`);
};

const short = (value: unknown): string => {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ");
  return line.length > 140 ? `${line.slice(0, 139)}…` : line;
};

const raws = files.map((path) => {
  try {
    return { path, bytes: readFileSync(path) };
  } catch (error) {
    console.error(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
});

const scratch = join(root, ".cache", "trace");
await mkdir(scratch, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), "draht-trace-"));
const store = await startPostgres({ dataDir: join(scratch, "postgres"), log: () => {}, settings: { fsync: "off" } });
const database = `trace_${process.pid}`;
const url = await createDatabase(store.url, database);
await migrate(url, join(root, "db", "migrations"));
const db = openDb(url, { max: 4, onError: () => {} });
const secret = secretFrom(Buffer.alloc(32, 1));
const world: World = {
  db,
  now: () => new Date(),
  newId: () => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))),
  newToken,
  mac: secret.mac,
  seal: secret.seal,
  open: secret.open,
  log: silentLog,
  files: withSmall(db, openDiskFiles(folder)),
  wake: () => {},
};

/** The real reader, whose result is printed on its way, with the clues the database has at that moment. */
const watched = (reader: Reader): Reader => ({
  ...reader,
  read: async (kind, raw, settings, now) => {
    const begun = performance.now();
    const reading = await reader.read(kind, raw, settings, now);
    const ms = Math.round(performance.now() - begun);
    if ("unreadable" in reading) {
      step("could not be read: kept with its original", "channels/email/unreadable.ts", "unreadable", {
        why: reading.unreadable,
        detail: reading.detail,
      });
      return reading;
    }
    for (const each of reading.inbound) {
      if (each.kind === "message") await tell(each, ms);
      else
        step(`news about something we sent, in ${ms} ms`, "channels/email/bounce.ts", "readReport", {
          state: each.state,
          recipient: each.recipient,
          code: each.code,
          references: each.references,
        });
    }
    return reading;
  },
});

const tell = async (message: InboundMessage, ms: number): Promise<void> => {
  step(`read in a process of its own, in ${ms} ms`, "channels/email/inbound.ts", "receive", {
    id: message.providerId,
    from: `${message.from.name ?? ""} <${message.from.value}>`.trim(),
    subject: message.subject ?? "",
    text: message.text,
    folded: `${message.foldedText.split("\n").length - 1} lines of quote and signature`,
    html: message.html === null ? "none" : `${message.html.length} characters, made harmless`,
    files: message.files.map((file) => `${file.name} (${file.bytes.byteLength} bytes)`),
    automatic: message.automatic ?? "no, a person",
    warnings: message.warnings,
  });
  step("who wrote it", "channels/email/authenticity.ts", "judge", {
    assurance: message.assurance,
    ...Object.fromEntries(
      message.verdicts.map((verdict) => [
        verdict.check,
        [verdict.result, verdict.reason?.code, ...Object.values(verdict.reason?.facts ?? {}), verdict.detail]
          .filter(Boolean)
          .join(" "),
      ]),
    ),
  });
  const kind = addressKindOf.email;
  const clues = await findClues(db, {
    channelKind: "email",
    kind,
    senderNorm: normalise(kind, message.from.value) ?? "",
    brandId: (await allBrands(db))[0]?.id ?? world.newId(),
    randomParts: randomParts(message.thread.tokens),
    references: message.thread.references,
    number: message.thread.number,
    own: message.thread.own,
    burst: null,
  });
  const placed: Placed = place(message.assurance, clues);
  step("where it belongs", "modules/concerns/model-threading.ts", "place", {
    "reply tokens": message.thread.tokens,
    answers: message.thread.references,
    "number in subject": message.thread.number ?? "none",
    "found in the database": clues.map((clue) => `${clue.via} → ${clue.concernId}`),
    decision:
      placed.kind === "new"
        ? "a new concern: nothing ties it to another (a burst of the same sender may still join it)"
        : placed.kind === "thread"
          ? `into ${placed.concernId}, by ${placed.via}`
          : `an answer of agent ${placed.agentId}`,
  });
};

try {
  const brand = await addBrandAndChannel();
  const reader = openReader({
    timeMs: 5_000,
    memoryBytes: 256 * 1024 * 1024,
    processes: 1,
    idleMs: 60_000,
    log: silentLog,
    dns: "off",
  });
  const intake = startIntake({
    world,
    reader: watched(reader),
    channelById: (id) => (id === brand.connected.id ? brand.connected : undefined),
    metrics: createMetrics({ withProcess: false }),
    concurrency: 1,
    mostUnknown: 0,
  });
  const door = await openDoor({
    port: 0,
    host: "127.0.0.1",
    name: "trace.draht.example",
    tls: null,
    accepts: async (address) => (address === ours ? { channel: brand.connected.id } : null),
    store: async (raw, providerId) => {
      const outcome = await intake.store(brand.connected, raw, providerId);
      const row = await db.maybe<{ id: string; hash: string }>(
        sql`SELECT id, raw_hash AS hash FROM intake WHERE provider_id = ${providerId}`,
      );
      step("stored and committed; only now the door says 250", "server/intake-store.ts", "insertIntakes", {
        outcome,
        intake: row?.id,
        "provider's id": providerId,
        "bytes kept as": row?.hash,
      });
      return outcome;
    },
    log: () => {},
    now: world.now,
  });
  for (const { path, bytes } of raws) await receiveOne(path, bytes, door.port, intake.settled, brand.who);
  await door.close();
  await intake.stop();
  await reader.close();
} finally {
  await db.close();
  await dropDatabase(store.url, database);
  await store.stop();
  await rm(folder, { recursive: true, force: true });
}

async function receiveOne(
  path: string,
  bytes: Buffer,
  port: number,
  settled: () => Promise<void>,
  who: AgentActor,
): Promise<void> {
  number = 0;
  const mail = await readMail(bytes);
  const before = await horizon(db);
  console.log(`\n${basename(path)}: ${bytes.length} bytes`);
  step("the door takes it", "channels/email/door.ts", "openDoor", {
    "MAIL FROM": mail.from?.address ?? "",
    "RCPT TO": ours,
  });
  const answer = await converse(
    { host: "127.0.0.1", port },
    { hello: "trace.example", from: mail.from?.address ?? "", to: [ours], raw: bytes },
  );
  await settled();
  const { events } = await eventsAfter(db, before, 1_000);
  step(
    "one transaction: customer, concern, message, and what is said of it",
    "modules/concerns/actions.ts",
    "receive",
    Object.fromEntries(
      events.map((event) => [
        `event ${event.seq}`,
        `${event.kind}${event.concernId === null ? "" : ` in ${event.concernId}`}`,
      ]),
    ),
  );
  let state = emptyState(who.id);
  for (const event of events) state = apply(state, event);
  const concernId = events.find((event) => event.concernId !== null)?.concernId;
  const row = concernId ? state.rows[concernId] : undefined;
  step("the desk's reducer", "web/state/apply.ts", "apply", {
    "list row": row
      ? `#${row.number} ${row.customerName}: ${row.subject} (${row.status})`
      : "unchanged: this desk has not loaded the row; it is told to look again",
    snippet: row?.snippet ?? "",
    "lists to fetch again": state.hints.lists,
  });
  if (concernId) {
    const links = { file: () => "", html: () => "", raw: () => "", whole: () => "" };
    const opened = await openConcern({ ...world, links }, who, concernId);
    if (!isRefusal(opened))
      step("opened at the desk", "modules/concerns/reads-open.ts", "openConcern", {
        messages: opened.messages.map((message) => `${message.seq} ${message.direction} ${message.author.name}`),
        parties: opened.concern.parties.map((party) => `${party.name} <${party.value}> ${party.role}`),
        "answer by": opened.ways.map((way) => `${way.channelName} → ${way.value}`),
      });
  }
  console.log(`\n   the sender was told: ${answer}`);
}

/** A brand with one mailbox, and an agent who sees it. */
async function addBrandAndChannel(): Promise<{ readonly connected: ConnectedChannel; readonly who: AgentActor }> {
  const brand = await db.transaction((tx) =>
    addBrand(world, tx, system, { name: "Kabel", signature: "{agent}", language: "de" }),
  );
  if (isRefusal(brand)) throw new Error(brand.refused);
  const settings = emailSettings.parse({
    address: ours,
    aliases: [],
    displayName: "Kabel",
    imap: null,
    smtp: { host: "127.0.0.1", port: 9, security: "none", user: null, password: null, maxConnections: 1 },
    dkim: null,
    door: true,
    plusAddressing: true,
    trustedAuthservIds: [],
    trustedRelays: [],
  });
  const channel = await addChannel({ ...world, channelKinds: channelKinds() }, system, {
    brandId: brand.id,
    kind: "email",
    name: ours,
    enabled: true,
    settings,
  });
  if (isRefusal(channel)) throw new Error(channel.refused);
  const connected = {
    id: channel.id,
    kind: "email" as const,
    brandId: brand.id,
    settings,
    ownAddresses: [],
    sendingTrouble: null,
    implementation: email as unknown as ConnectedChannel["implementation"],
  };
  return {
    connected,
    who: { kind: "agent", id: world.newId() as AgentActor["id"], name: "Lena", role: "admin", brandIds: [] },
  };
}
