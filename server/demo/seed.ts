// Fills the demo world at the first start: a year of a cable operator's customer service, by the domain's own actions. Called by server/demo/demo.ts.
import type { AgentActor } from "#contract/actor.ts";
import { system } from "#contract/actor.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { AgentId, BrandId, TeamId, TopicId } from "#contract/ids.ts";
import { emailSettings } from "#channels/email/settings.ts";
import { addAgent, changeAgent, createTeam } from "#modules/agents/actions.ts";
import { createField } from "#modules/fields/actions.ts";
import { setHours } from "#modules/hours/actions.ts";
import { addCalendar } from "#modules/hours/actions-calendars.ts";
import { addBrand, addChannel, createTopic } from "#modules/brands/actions.ts";
import { tendPromises } from "#modules/concerns/actions-tending.ts";
import { foldTally } from "#modules/concerns/actions-views.ts";
import { foldWords } from "#modules/search/actions.ts";
import { setRatingRule } from "#modules/ratings/actions.ts";
import { noRule } from "#modules/ratings/model.ts";
import { hashPassword } from "#platform/auth/password.ts";
import { sql } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";
import { channelKinds } from "#server/connected.ts";
import { backgroundScripts } from "#server/demo/background.ts";
import {
  demoAgents,
  demoBrands,
  demoCalendar,
  demoFields,
  demoLogins,
  demoTeams,
  demoTopics,
  type BrandKey,
} from "#server/demo/cast.ts";
import { play, type DemoChannel, type DemoChat, type Stage } from "#server/demo/deeds.ts";
import { ratingDelayMs } from "#server/demo/chat-deeds.ts";
import { addSiteChat } from "#server/demo/site.ts";
import { beginDemo, endDemo } from "#server/demo/marker.ts";
import { storyScripts } from "#server/demo/stories.ts";
import { startWalk } from "#server/demo/walk.ts";
import { addDemoAutomation } from "#server/demo/automation.ts";
import { addDemoFlows, connectLineService } from "#server/demo/flows.ts";
import { addDemoPromises } from "#server/demo/promises.ts";
import { addDemoTiers } from "#server/demo/tiers.ts";
import { addDemoRouting } from "#server/demo/routing.ts";
import { addDemoViews } from "#server/demo/views.ts";
import { makeLinks } from "#server/frames.ts";
import type { Reader } from "#server/reader.ts";

const dayMs = 86_400_000;
const yearMs = 366 * dayMs;
/** Since when the demo's brands ask for ratings. */
const askingDays = 60;
const ratingRule = { ...noRule, enabled: true, delayMinutes: ratingDelayMs / 60_000 };

const sure = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(`the demo world was refused: ${JSON.stringify(value)}`);
  return value;
};

export interface SeedOptions {
  readonly now: Date;
  readonly progress: (line: string) => void;
  /** Where the demo's channels hand over what they send. */
  readonly smtp: { readonly host: string; readonly port: number };
  /** Where the operator's own system answers, which flows ask. */
  readonly lineUrl: string;
  readonly reader: Reader;
  /** How many concerns besides the stories; 345 when absent. */
  readonly concerns?: number;
}

/** Makes the demo world, in about ten seconds; one that was begun and not finished is made anew. The caller has asked `hasDemo`. */
export const seedDemo = async (world: World, options: SeedOptions): Promise<void> => {
  await beginDemo(world);
  options.progress("making the demo world: a year at a cable operator");

  const walk = startWalk(world);
  const staged = { ...walk.world, links: makeLinks(world, null) };
  const scripts = [...storyScripts(options.now), ...backgroundScripts(options.now, options.concerns ?? 345)];
  const stage: { value: Stage | null } = { value: null };
  const asksSince = options.now.getTime() - askingDays * dayMs;
  walk.at(options.now.getTime() - yearMs, async () => {
    stage.value = {
      walk,
      world: staged,
      reader: options.reader,
      ...(await openHouse(staged, options)),
      concerns: new Map(),
      held: new Map(),
      playings: new Map(),
      visitors: new Map(),
      asksRatings: () => asksSince <= staged.now().getTime(),
    };
  });
  await walk.until(options.now.getTime() - yearMs, () => {});
  if (stage.value === null) throw new Error("the demo world did not open");
  const { channels } = stage.value;
  walk.at(asksSince, async () => {
    for (const { brandId } of Object.values(channels))
      sure(await setRatingRule(staged, system, brandId as BrandId, ratingRule));
  });
  // In order of time: the mails that are needed first are read first.
  for (const script of scripts.toSorted((a, b) => (a.steps[0]?.atMs ?? 0) - (b.steps[0]?.atMs ?? 0)))
    play(stage.value, script);
  const steps = scripts.reduce(
    (sum, script) => sum + script.steps.filter((step) => step.atMs <= options.now.getTime()).length,
    0,
  );
  let said = 0;
  await walk.until(options.now.getTime(), (done) => {
    const share = Math.min(0.99, done / (steps * 1.4));
    if (share < said + 0.25) return;
    said = Math.floor(share * 4) / 4;
    options.progress(`  ${Math.round(said * 100)} %`);
  });

  await tendPromises(staged);
  const lead = stage.value.agents.get("omar");
  if (lead === undefined) throw new Error("nobody leads in the demo world");
  await addDemoAutomation(staged, lead, stage.value.topics);
  await connectLineService(staged, options.lineUrl);
  const admin = demoAgents.find(({ role }) => role === "admin")?.handle ?? "";
  await addDemoFlows(staged, stage.value.agents.get(admin) ?? system, {
    brandId: channels.elb.brandId as BrandId,
    topics: stage.value.topics,
  });
  await foldWords(world);
  await foldTally(world);
  await world.db.run(sql`ANALYZE`);
  await leaveBernd(staged);
  await endDemo(world);
};

/** Brands, channels, teams, topics, agents and their views. */
const openHouse = async (
  world: World,
  options: SeedOptions,
): Promise<Pick<Stage, "channels" | "chats" | "agents" | "topics">> => {
  const teams = new Map<string, TeamId>();
  for (const name of demoTeams) teams.set(name, sure(await createTeam(world, system, name)).id);
  const calendar = sure(await addCalendar(world, system, demoCalendar));
  const more = {
    elb: {},
    harbour: {
      holidays: {
        state: null,
        part: "none" as const,
        times: { how: "closed" as const },
        own: [],
        calendars: [calendar.id],
        named: [],
      },
    },
  };
  const channels = new Map<BrandKey, DemoChannel>();
  const chats = new Map<BrandKey, DemoChat>();
  for (const [key, brand] of Object.entries(demoBrands) as [BrandKey, (typeof demoBrands)[BrandKey]][]) {
    const { id } = await world.db.transaction((tx) =>
      addBrand(world, tx, system, { name: brand.name, signature: brand.signature, language: brand.language }),
    );
    sure(await setHours(world, system, { owner: { kind: "brand", id }, hours: { ...brand.hours, ...more[key] } }));
    const settings = emailSettings.parse({
      address: brand.address,
      aliases: brand.aliases,
      displayName: brand.displayName,
      imap: null,
      smtp: { ...options.smtp, security: "none", user: null, password: null, maxConnections: 4 },
      dkim: null,
      door: true,
      plusAddressing: true,
      trustedAuthservIds: [],
      trustedRelays: [],
    });
    const channel = sure(
      await addChannel({ ...world, channelKinds: channelKinds() }, system, {
        brandId: id,
        kind: "email",
        name: brand.displayName,
        enabled: true,
        settings,
      }),
    );
    channels.set(key, { id: channel.id, brandId: id, settings });
    chats.set(key, { id: await addSiteChat(world, key, id), brandId: id });
  }
  const elb = channels.get("elb");
  const harbour = channels.get("harbour");
  const [elbChat, harbourChat] = [chats.get("elb"), chats.get("harbour")];
  if (!elb || !harbour || !elbChat || !harbourChat) throw new Error("a brand is missing");
  const topics = new Map<string, TopicId>();
  for (const topic of demoTopics) {
    const parent = topic.key.includes(".") ? (topics.get(topic.key.split(".")[0] ?? "") ?? null) : null;
    topics.set(
      topic.key,
      sure(
        await createTopic(world, system, {
          parentId: parent,
          name: topic.name,
          teamId: teams.get(topic.team) ?? null,
          whenClosed: topic.whenClosed,
        }),
      ).id,
    );
  }
  for (const { topic, ...field } of demoFields)
    sure(
      await createField(world, system, {
        ...field,
        choices: [...field.choices],
        topicId: topic === undefined ? null : (topics.get(topic) ?? null),
      }),
    );
  const password = await hashPassword(demoLogins[0]?.password ?? "");
  const agents = new Map<string, AgentActor>();
  for (const agent of demoAgents) {
    const brandIds = agent.brand === null ? [] : [{ elb, harbour }[agent.brand].brandId as BrandId];
    const teamIds = agent.teams.flatMap((name) => teams.get(name) ?? []);
    const made = await world.db.transaction(async (tx) =>
      sure(
        await addAgent(world, tx, system, {
          name: agent.name,
          handle: agent.handle,
          email: `${agent.handle}@elbkabel.example`,
          role: agent.role,
          active: true,
          teamIds,
          brandIds,
          password,
          language: agent.language,
        }),
      ),
    );
    agents.set(agent.handle, { kind: "agent", id: made.id, name: agent.name, role: agent.role, brandIds });
  }
  await addDemoViews(world, agents, topics);
  await addDemoTiers(world);
  await addDemoPromises(world, topics);
  await addDemoRouting(world, {
    brands: { elb: elb.brandId as BrandId, harbour: harbour.brandId as BrandId },
    teams,
    topics,
    agents,
  });
  return { channels: { elb, harbour }, chats: { elb: elbChat, harbour: harbourChat }, agents, topics };
};

/** Who has left can no longer sign in. */
const leaveBernd = async (world: World): Promise<void> => {
  for (const agent of demoAgents) {
    if (agent.hasLeft !== true) continue;
    const row = await world.db.one<{ id: AgentId }>(sql`SELECT id FROM agent WHERE handle = ${agent.handle}`);
    sure(
      await changeAgent(world, system, row.id, {
        name: agent.name,
        handle: agent.handle,
        email: `${agent.handle}@elbkabel.example`,
        role: agent.role,
        active: false,
        teamIds: [],
        brandIds: [],
        password: null,
      }),
    );
  }
};
