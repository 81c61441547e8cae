// First set-up, brands, channels and topics on a real PostgreSQL.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { system, type Who } from "#contract/actor.ts";
import { brand as brandShape, channel as channelShape, type Channel } from "#contract/brands.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { BrandId, ChannelId, TeamId, TopicId } from "#contract/ids.ts";
import { createTeam } from "#modules/agents/actions.ts";
import { signIn } from "#modules/agents/actions-sessions.ts";
import {
  addChannel,
  changeBrand,
  changeChannel,
  changeTopic,
  channelSettings,
  createBrand,
  createTopic,
  recordHealth,
  removeTopic,
  type ChannelInput,
} from "#modules/brands/actions.ts";
import {
  allBrands,
  allTopics,
  brandById,
  channelById,
  channelsOfBrand,
  enabledChannels,
  topicById,
} from "#modules/brands/reads.ts";
import { settingSet, setUp } from "#modules/settings/actions.ts";
import { publicSettings, settingGet } from "#modules/settings/reads.ts";
import { sql } from "#platform/db/db.ts";
import { channelKinds } from "#server/connected.ts";
import { openTestWorld, type TestWorld } from "#test/world.ts";

const facts = {
  demo: false,
  demoLogins: [],
  limits: { fileBytes: 1, filesPerMessage: 1, messageBytes: 1 },
  undoSeconds: 10,
  version: "test",
};
const who: Who = system;
let base: TestWorld;
let world: TestWorld & { readonly channelKinds: ReturnType<typeof channelKinds> };
before(async () => {
  base = await openTestWorld();
  world = { ...base, channelKinds: channelKinds() };
});
after(() => base.close());

const done = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) assert.fail(`refused: ${value.refused} ${value.field ?? ""}`);
  return value;
};
const refusedWith = (value: unknown): string | null =>
  isRefusal(value) ? [value.refused, value.field].filter(Boolean).join(" ") : null;

test("the first set-up happens once, whoever is faster, and its admin can sign in", async () => {
  assert.equal((await publicSettings({ db: world.db, facts })).needsSetUp, true);
  const input = {
    name: "Ada Brandt",
    email: "Ada@Kabel.example",
    password: "correct horse battery",
    brandName: "Kabel",
    language: "de" as const,
  };
  assert.equal(refusedWith(await setUp(world, { ...input, password: "Passwort2026!" })), "passwordTooWeak password");
  const results = await Promise.all(Array.from({ length: 5 }, () => setUp(world, input)));
  const refusals = results.map(refusedWith).filter((refusal) => refusal !== null);
  assert.deepEqual(
    refusals,
    Array.from({ length: 4 }, () => "alreadySetUp"),
  );
  assert.equal(refusedWith(await setUp(world, { ...input, email: "mallory@evil.example" })), "alreadySetUp");
  assert.equal((await publicSettings({ db: world.db, facts })).needsSetUp, false);
  const entered = done(
    await signIn(world, { email: input.email, password: input.password, remoteIp: "192.0.2.1", token: null }),
  );
  assert.deepEqual([entered.me.agent.role, entered.me.agent.handle, entered.me.brandIds], ["admin", "ada", []]);
  assert.deepEqual(
    (await allBrands(world.db)).map((brand) => brand.name),
    ["Kabel"],
  );
});

test("facts of the centre", async () => {
  assert.equal(await settingGet(world.db, "seeded"), null);
  await settingSet(world.db, "seeded", { at: "now" });
  await settingSet(world.db, "seeded", { at: "later" });
  assert.deepEqual(await settingGet(world.db, "seeded"), { at: "later" });
});

test("brands", async () => {
  const brand = done(await createBrand(world, who, { name: "Nordstrom", signature: "{agent}", language: "en" }));
  brandShape.parse(brand);
  assert.equal(refusedWith(await createBrand(world, who, { ...brand, name: "Nordstrom" })), "nameTaken name");
  assert.equal(refusedWith(await changeBrand(world, who, brand.id, { ...brand, name: "Kabel" })), "nameTaken name");
  assert.equal(
    done(await changeBrand(world, who, brand.id, { ...brand, name: "Nordstrom Service" })).name,
    "Nordstrom Service",
  );
  assert.equal((await brandById(world.db, brand.id))?.name, "Nordstrom Service");
  assert.equal(refusedWith(await changeBrand(world, who, world.newId() as BrandId, brand)), "notFound");
});

const mailbox = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  address: "service@kabel.example",
  aliases: [],
  displayName: "Kabel",
  imap: {
    host: "mail.kabel.example",
    port: 993,
    security: "tls",
    user: "service",
    password: "hunter2-imap",
    folders: ["INBOX"],
  },
  smtp: {
    host: "mail.kabel.example",
    port: 587,
    security: "starttls",
    user: "service",
    password: "hunter2-smtp",
    maxConnections: 2,
  },
  dkim: null,
  door: false,
  plusAddressing: true,
  trustedAuthservIds: [],
  trustedRelays: [],
  ...over,
});

test("a channel's secrets are sealed, never sent back, kept when left out, and bound to their host", async () => {
  const [brand] = await allBrands(world.db);
  assert.ok(brand);
  const input: ChannelInput = { brandId: brand.id, kind: "email", name: "Service", enabled: true, settings: mailbox() };
  const channel: Channel = done(await addChannel(world, who, input));
  channelShape.parse(channel);
  assert.deepEqual([channel.address, channel.canSend, channel.health], ["service@kabel.example", true, "off"]);

  const stored = JSON.stringify(await world.db.rows(sql`SELECT * FROM channel`)) + JSON.stringify(await world.events());
  assert.ok(!stored.includes("hunter2"), "neither the table nor the event log knows a password");
  const seen = done(await channelSettings(world, channel.id)).settings as {
    imap: { password: unknown; host: string };
    smtp: { password: unknown };
  };
  assert.deepEqual([seen.imap.host, seen.imap.password, seen.smtp.password], ["mail.kabel.example", null, null]);
  const passwords = async (): Promise<unknown[]> => {
    const { settings } = (await channelById(world, world.db, channel.id)) as unknown as {
      settings: { imap: { password: string }; smtp: { password: string } | null };
    };
    return [settings.imap.password, settings.smtp?.password];
  };
  assert.deepEqual(await passwords(), ["hunter2-imap", "hunter2-smtp"]);

  done(await changeChannel(world, who, channel.id, { ...input, name: "Post", settings: seen }));
  assert.deepEqual(await passwords(), ["hunter2-imap", "hunter2-smtp"]);
  const stolen = await changeChannel(world, who, channel.id, {
    ...input,
    settings: { ...seen, imap: { ...seen.imap, host: "evil.example" } },
  });
  assert.equal(refusedWith(stolen), "invalidInput settings.imap.password");
  done(
    await changeChannel(world, who, channel.id, {
      ...input,
      settings: { ...seen, imap: { ...seen.imap, host: "imap.kabel.example", password: "new-imap" } },
    }),
  );
  assert.deepEqual(await passwords(), ["new-imap", "hunter2-smtp"]);

  assert.equal(
    refusedWith(await addChannel(world, who, { ...input, settings: mailbox({ address: "nonsense" }) })),
    "invalidInput settings.address",
  );
  assert.equal(
    refusedWith(await addChannel(world, who, { ...input, settings: mailbox({ surprise: 1 }) }))?.startsWith(
      "invalidInput settings",
    ),
    true,
    "unknown fields do not slip in",
  );
  assert.equal(
    refusedWith(await addChannel(world, who, { ...input, brandId: world.newId() as BrandId })),
    "notFound brandId",
  );
  const mute = done(
    await changeChannel(world, who, channel.id, { ...input, enabled: false, settings: mailbox({ smtp: null }) }),
  );
  assert.deepEqual([mute.canSend, mute.enabled], [false, false]);
  assert.deepEqual(await enabledChannels(world, world.db), []);
  assert.deepEqual(
    (await channelsOfBrand(world.db, brand.id)).map((one) => one.id),
    [channel.id],
  );
  assert.equal(await channelById(world, world.db, world.newId() as ChannelId), null);
});

test("health is written when it changes, and only then", async () => {
  const [channel] = await world.db.rows<{ id: ChannelId }>(sql`SELECT id FROM channel`);
  assert.ok(channel);
  const before = (await world.events()).length;
  await recordHealth(world, who, channel.id, "failing", { reason: null, code: "4.7.8", detail: "login refused" });
  await recordHealth(world, who, channel.id, "failing", { reason: null, code: "4.7.8", detail: "login refused" });
  await recordHealth(world, who, channel.id, "connected", null);
  const said = (await world.events()).slice(before);
  assert.deepEqual(
    said.map((event) => (event.kind === "channel.changed" ? event.data.channel.health : event.kind)),
    ["failing", "connected"],
  );
});

test("topics are a tree", async () => {
  const topic = { parentId: null, teamId: null, whenClosed: "reopen" as const };
  const root = done(await createTopic(world, who, { ...topic, name: "Fernsehen" }));
  const below = done(await createTopic(world, who, { ...topic, name: "Kein Bild", parentId: root.id }));
  const deeper = done(await createTopic(world, who, { ...topic, name: "Nur ein Sender", parentId: below.id }));
  assert.equal(
    refusedWith(await changeTopic(world, who, root.id, { ...root, parentId: deeper.id })),
    "unknownTopic parentId",
  );
  assert.equal(
    refusedWith(await createTopic(world, who, { ...topic, name: "X", parentId: world.newId() as TopicId })),
    "unknownTopic parentId",
  );
  assert.equal(
    refusedWith(await createTopic(world, who, { ...topic, name: "X", teamId: world.newId() as TeamId })),
    "unknownTeam teamId",
  );
  const team = done(await createTeam(world, who, "Technik"));
  assert.equal(
    done(await changeTopic(world, who, below.id, { ...below, teamId: team.id, whenClosed: "follow-up" })).teamId,
    team.id,
  );
  assert.equal((await topicById(world.db, below.id))?.whenClosed, "follow-up");
  assert.equal(refusedWith(await removeTopic(world, who, below.id)), "topicInUse", "a topic lies below");
  done(await removeTopic(world, who, deeper.id));
  done(await removeTopic(world, who, below.id));
  assert.equal(refusedWith(await removeTopic(world, who, below.id)), "notFound");
  assert.deepEqual(
    (await allTopics(world.db)).map((one) => one.name),
    ["Fernsehen"],
  );
  const crossing = await Promise.all(
    [0, 1].map(async (i) => done(await createTopic(world, who, { ...topic, name: `T${i}` }))),
  );
  const [a, b] = crossing;
  assert.ok(a && b);
  const both = await Promise.all([
    changeTopic(world, who, a.id, { ...a, parentId: b.id }),
    changeTopic(world, who, b.id, { ...b, parentId: a.id }),
  ]);
  const refusals = both.map(refusedWith).filter((refusal) => refusal !== null);
  assert.deepEqual(refusals, ["unknownTopic parentId"], "two moves at once close no circle");
});
