// Puts the whole server together and takes it apart again. Called by main.ts, and by tests that want it in their own process.
import { hostname } from "node:os";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { messageChannels } from "#channels/index.ts";
import { system } from "#contract/actor.ts";
import type { ListeningIo } from "#contract/channel.ts";
import type { AnyEvent } from "#contract/events.ts";
import { horizon } from "#modules/audit/reads.ts";
import { recordHealth } from "#modules/brands/actions.ts";
import { channelHealths } from "#modules/brands/reads.ts";
import { fileChecked } from "#modules/concerns/actions-files.ts";
import { outboxDepth, outboxLateSeconds } from "#modules/concerns/reads.ts";
import { beginByArrival } from "#modules/flows/actions-concerns.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { pushKeys } from "#modules/visitors/actions-push.ts";
import { openDb, type Tx } from "#platform/db/db.ts";
import { lead } from "#platform/db/leader.ts";
import { watchDatabase } from "#platform/db/watch.ts";
import { runReaction } from "#platform/events/cursor.ts";
import { openChecks, withChecks } from "#platform/files/checks.ts";
import { clamdScanner } from "#platform/files/clamd.ts";
import { openSecrets, withSecrets } from "#platform/files/secrets.ts";
import { withSmall } from "#platform/files/small.ts";
import { openIds } from "#platform/ids.ts";
import type { Bus } from "#platform/live/bus.ts";
import type { Follower } from "#platform/live/follow.ts";
import type { Log } from "#platform/log.ts";
import { createMetrics, type Metrics } from "#platform/metrics.ts";
import { newToken, openSecret } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";
import { type AppOptions, createApp } from "#server/app.ts";
import { secretsOf } from "#server/channel-secrets.ts";
import type { Config } from "#server/config.ts";
import { openCallPages } from "#server/call-pages.ts";
import { openCallsHeld, startCalls } from "#server/calls-start.ts";
import { connectChannels, type Connected } from "#server/connected.ts";
import type { Demo } from "#server/demo/demo.ts";
import { startDispatch } from "#server/dispatch.ts";
import { openDoors, type Door } from "#server/doors.ts";
import { startFlowEffects } from "#server/flow-effects.ts";
import { openFlowGround } from "#server/flow-ground.ts";
import { startIntake, type ConnectedChannel } from "#server/intake.ts";
import { endIntakeLeases, keepCursor, readCursor } from "#server/intake-store.ts";
import { endDeliveryLeases } from "#modules/concerns/actions-outbox.ts";
import { startJobs } from "#server/jobs.ts";
import { openCalendarFetch } from "#server/calendars.ts";
import { openLookUps, type LookUp } from "#server/look-ups.ts";
import { contactOf, startPush } from "#server/push.ts";
import { reactions } from "#server/reactions.ts";
import { openReader } from "#server/reader.ts";
import { startRouting } from "#server/routing.ts";
import {
  assertDurable,
  freePort,
  migrateStore,
  missingParts,
  openBus,
  openFiles,
  opening,
  openStore,
  whenThere,
} from "#server/starting.ts";
import { linksTo } from "#server/portal-links.ts";
import { StartProblem } from "#server/problem.ts";
import { startSpeech } from "#server/speech-parts.ts";

/** A running server. */
export interface Running {
  readonly deskUrl: string;
  readonly port: number;
  /** Where channels are come to. */
  readonly doors: readonly Pick<Door, "name" | "host" | "port">[];
  readonly demo: Demo | null;
  readonly world: World;
  /** Closes doors, finishes what is being worked on, stops the embedded store. */
  readonly stop: () => Promise<void>;
}

/** The desk's host as a person on this machine types it. */
const shownHost = (host: string): string =>
  ["0.0.0.0", "127.0.0.1", "::", "::1"].includes(host) ? "localhost" : host.includes(":") ? `[${host}]` : host;

/** Where the demo's post box hands in its customers' mail: the open door, or where it is going to be. */
const smtpOf = (config: Config, doors: readonly Door[]): { readonly host: string; readonly port: number } => {
  const door = doors.find(({ kind }) => kind === "email") ?? config.doors.email;
  if (door === undefined) throw new Error("e-mail has no door");
  return { host: door.host, port: door.port };
};

/** Where those who read mail look names up: the demo world has its own. */
const readersDns = ({ dns, world }: Config): string => {
  if (typeof dns !== "string") return dns.join(",");
  return dns === "system" && world === "demo" ? "demo" : dns;
};

const migrations = fileURLToPath(new URL("../db/migrations/", import.meta.url));

/** Starts everything in the order of need. `say` tells the waiting person what happens; throws StartProblem for what an operator can mend. */
export const startServer = async (
  config: Config,
  options: {
    readonly log: Log;
    readonly say: (line: string) => void;
    readonly version: string;
    /** Resolves when the desk is built. */ readonly pages: Promise<void>;
  },
): Promise<Running> => {
  const { log, say } = options;
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed())
      await close().catch((error: unknown) =>
        log.warn("stop.failed", { error: error instanceof Error ? error.message : "unknown" }),
      );
  };
  try {
    const port = await freePort(config.host, config.port, "PORT");
    const publicUrl = config.publicUrl ?? `http://${shownHost(config.host)}:${port}`;
    for (const channel of messageChannels) {
      const door = config.doors[channel.id];
      if (door) await freePort(door.host, door.port, `${channel.door?.name}_PORT`);
    }
    if (config.world === "demo") await freePort("127.0.0.1", config.postPort, "POST_PORT");
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 }).catch((error: Error) => {
      throw new StartProblem(
        `DATA_DIR ${config.dataDir} cannot be made or opened: ${error.message}. Choose a folder this user may write to.`,
      );
    });

    const store = await openStore(config, say);
    if (store.embedded) closers.push(store.embedded.stop);
    await migrateStore(store.url, migrations, say);
    const db = openDb(store.url, {
      max: config.databaseConnections,
      onError: (error) => log.warn("db.connectionLost", { error: error.message }),
    });
    closers.push(db.close);
    await whenThere(log, () => assertDurable(db));
    const watch = watchDatabase(db, log);
    closers.push(watch.stop);

    const metrics = createMetrics({ withProcess: true });
    const secret = openSecret(config.dataDir, config.secret ?? undefined);
    const bus = await openBus(config, { db, log, mac: secret.mac });
    closers.push(bus.close);
    const node = newToken();
    const now = (): Date => new Date();
    const world: World = {
      db,
      now,
      newId: openIds(),
      newToken,
      mac: secret.mac,
      seal: secret.seal,
      open: secret.open,
      log,
      ...keepFiles({ config, db, now, log, settled: (tx, hash, held) => fileChecked(world, tx, hash, held) }),
      wake: (written) => bus.hint("events", undefined, written),
    };

    const speech = await speaking(closers, config, { log, now });
    const { flowGround, flowWorld, received } = withFlows(world);
    // The embedded store serves this process alone: whatever an earlier one held when it ended is in nobody's hands.
    if (store.embedded) await whenThere(log, () => Promise.all([endIntakeLeases(db), endDeliveryLeases(world)]));
    const connected = await whenThere(log, () => connectChannels(world));
    const { byId: channelById, freshen } = connected;
    const reader = openReader({
      timeMs: 5_000,
      memoryBytes: 256 * 1024 * 1024,
      processes: config.readers,
      idleMs: 60_000,
      log,
      dns: readersDns(config),
    });
    closers.push(reader.close);
    const { mostUnknown } = config;
    const intake = startIntake({ world, reader, channelById, metrics, concurrency: 16, mostUnknown, received });
    closers.push(intake.stop);

    let doors: readonly Door[] = [];
    let demo: Demo | null = null;
    if (config.world === "demo") {
      demo = await opening("POST_PORT", "127.0.0.1", config.postPort, async () =>
        (await import("#server/demo/demo.ts")).startDemo({
          world,
          config,
          smtp: () => smtpOf(config, doors),
          say,
        }),
      );
      closers.push(demo.stop);
      await connected.reload();
    }
    const dispatch = startDispatch({ world, channelById, freshen, metrics, concurrency: 8, publicUrl });
    closers.push(async () => {
      // What is under way is finished; what takes too long is cut off, and what that makes of it is still recorded.
      await dispatch.stop();
      for (const channel of messageChannels) await channel.close?.();
      await dispatch.stop();
    });

    doors = await openDoors({
      world,
      config,
      machine: hostname(),
      connected,
      away: watch.away,
      store: intake.store,
    });

    await options.pages;
    const asking = askingOf({ world, config, demo, metrics });
    const held = openCallsHeld();
    const callPages = openCallPages(bus);
    closers.push(async () => callPages.stop());
    const app = await opening("PORT", config.host, port, () =>
      createApp({
        config: { ...config, port, publicUrl },
        world,
        bus,
        node,
        connected,
        metrics,
        demo,
        ...asking,
        flowGround,
        calls: held,
        callPages,
        speech,
        version: options.version,
        away: watch.away,
        missing: () => missingParts({ db, away: watch.away, files: world.files, doors }),
      }),
    );
    closers.push(app.close);
    closers.push(async () => {
      await Promise.all(doors.map((door) => door.close()));
    });

    closers.push(wokenBy(bus, dispatch));
    const timing = { chatMailAfterMs: config.chatMailAfterMs, undoMs: config.undoMs, publicUrl };
    const jobs = await startJobs({ world, log, timing, connected, fetchCalendar: asking.fetchCalendar });
    closers.push(jobs.stop);
    closers.push(startReactions({ world: flowWorld, live: app.live, config, ...asking, connected, publicUrl }));
    const leading = startRouting({ world, follower: app.live.follower, atDesk: app.live.atDesk, log });
    closers.push(leading.stop);
    closers.push(startCalls({ world: flowWorld, connected, bus, app, speech, held, callPages, log, metrics, config }));
    closers.push(await startTelling({ world, connected, config, publicUrl, isHere: app.isHere, metrics }));

    closers.push(startListening({ world, connected, intake, log, bus, mostBytes: config.maxMailBytes }));
    measure({ metrics, world, intake, reader, leading });

    return { deskUrl: publicUrl, port: app.port, doors, demo, world, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Opens what speaks and listens; what ends it is among the closers. */
const speaking = async (
  closers: (() => Promise<void>)[],
  ...parts: Parameters<typeof startSpeech>
): ReturnType<typeof startSpeech> => {
  const speech = await startSpeech(...parts);
  closers.push(speech.close);
  return speech;
};

/** What is to be delivered is looked for at every hint that something was written; returns how to stop. */
const wokenBy = (bus: Bus, dispatch: { readonly wake: () => void }): (() => Promise<void>) => {
  const stop = bus.on("events", () => dispatch.wake());
  return async () => stop();
};

/** The world in which flows run, and what an arrival begins of them. */
const withFlows = (world: World) => {
  const flowGround = openFlowGround(world);
  const flowWorld: FlowWorld = { ...world, flowGround };
  const received = (tx: Tx, intakeId: string): Promise<void> => beginByArrival(flowWorld, tx, intakeId);
  return { flowGround, flowWorld, received };
};

/** Runs what follows from events, and what flows want done; returns how to stop. */
const startReactions = (options: {
  readonly world: FlowWorld;
  readonly live: { readonly follower: Follower<AnyEvent> };
  readonly config: Pick<Config, "acknowledge" | "chatPushAfterMs" | "undoMs">;
  readonly lookUp: LookUp;
  readonly connected: Connected;
  readonly publicUrl: string;
}): (() => Promise<void>) => {
  const { world, config, lookUp, connected } = options;
  const { follower } = options.live;
  const effects = startFlowEffects({ world, lookUp, connected, linkTo: linksTo(world, options.publicUrl), follower });
  const { acknowledge, chatPushAfterMs: pushAfterMs, undoMs } = config;
  const stops = reactions(world, { acknowledge, pushAfterMs, undoMs, recent: follower.recent }).map((reaction) => {
    const run = runReaction({ ...reaction, db: world.db, log: world.log, end: horizon });
    // Woken by what it wants only, when this process has it: there is nothing else for it to look for.
    const quiet = follower.subscribe(follower.upTo(), {
      wants: reaction.wants,
      give: (entries) => {
        if (entries.length > 0) run.wake();
      },
      reset: run.wake,
    });
    return async () => {
      quiet();
      await run.stop();
    };
  });
  return async () => void (await Promise.all([effects.stop(), ...stops.map((stop) => stop())]));
};

/** Browsers are told of answers from now on, by keys that are made if there are none; returns how to stop. */
const startTelling = async ({
  config,
  publicUrl,
  ...parts
}: Pick<Parameters<typeof startPush>[0], "world" | "connected" | "isHere" | "metrics"> & {
  readonly config: Pick<Config, "chatPushAfterMs" | "pushContact" | "pushInside">;
  readonly publicUrl: string;
}): Promise<() => Promise<void>> => {
  await pushKeys(parts.world);
  const push = startPush({
    ...parts,
    graceMs: config.chatPushAfterMs,
    contact: contactOf(config.pushContact, publicUrl),
    inside: config.pushInside,
  });
  return push.stop;
};

/** Where bytes are kept, and what holds them back until a virus scanner has looked at them. */
const keepFiles = ({
  config,
  ...parts
}: Pick<Parameters<typeof openChecks>[0], "db" | "now" | "log" | "settled"> & { readonly config: Config }): Pick<
  World,
  "files" | "checks" | "secrets"
> => {
  const { db, now } = parts;
  const files = withSecrets(db, withSmall(db, openFiles(config)));
  const scanner = config.clamd === null ? null : clamdScanner(config.clamd);
  const checked = scanner === null ? files : withChecks(db, files, now);
  return {
    files: checked,
    secrets: openSecrets({ db, files: checked, on: config.hideSecrets, log: parts.log }),
    checks: openChecks({ ...parts, files, scanner }),
  };
};

/** How flows' services and calendars are asked: those outside, and those inside that the operator named or the demo brings. */
const askingOf = (parts: {
  readonly world: World;
  readonly config: Pick<Config, "lookUpInside" | "calendarInside">;
  readonly demo: Demo | null;
  readonly metrics: Metrics;
}): Pick<AppOptions, "lookUp" | "fetchCalendar"> => {
  const asked = parts.metrics.counter("look_ups_total", "Services asked for flows, by what it came to", ["became"]);
  return {
    lookUp: openLookUps({
      world: parts.world,
      inside: [...parts.config.lookUpInside, ...(parts.demo?.lookUpInside ?? [])],
      count: (became) => asked.add({ became }),
    }),
    fetchCalendar: openCalendarFetch({ inside: parts.config.calendarInside }),
  };
};

/** What an operator watches beside what each part counts by itself; docs/guide/operate.md lists it. */
const measure = (parts: {
  readonly metrics: Metrics;
  readonly world: World;
  readonly intake: ReturnType<typeof startIntake>;
  readonly reader: ReturnType<typeof openReader>;
  readonly leading: ReturnType<typeof startRouting>;
}): void => {
  const { metrics, world, intake, reader, leading } = parts;
  metrics.gauge("routing_leads", "1: this process hands work out", () => (leading.leads() ? 1 : 0));
  metrics.gauge("intake_backlog", "Stored and not yet read", () => intake.backlog());
  metrics.gauge("intake_held_bytes", "Bytes of mails in this process's memory", () => intake.heldBytes());
  metrics.gauge("reading_processes", "Processes that read mail", () => reader.stats().processes);
  metrics.gauges("files_held", "Files that wait for the virus scanner", "of", async () => ({
    waiting: (await world.checks?.waiting()) ?? 0,
  }));
  metrics.gauges("outbox_deliveries", "Deliveries that have not left, by state", "state", () => outboxDepth(world.db));
  metrics.gauges("outbox_late_seconds", "How long the oldest delivery that is due has waited", "of", async () => ({
    oldest: await outboxLateSeconds(world.db),
  }));
  metrics.gauges("channels", "Connected channels that are switched on, by health", "health", () =>
    channelHealths(world.db),
  );
  metrics.gauges("database_connections", "Connections of this process's pool, by use", "use", async () => {
    const { total, idle, waiting } = world.db.stats();
    return { busy: total - idle, idle, waited_for: waiting };
  });
};

/** Fetches from mailboxes on one node at a time; starts anew when a channel is set otherwise. Returns how to stop. */
const startListening = (options: {
  readonly world: World;
  readonly connected: Awaited<ReturnType<typeof connectChannels>>;
  readonly intake: ReturnType<typeof startIntake>;
  readonly log: Log;
  readonly bus: Bus;
  readonly mostBytes: number;
}): (() => Promise<void>) => {
  const { world, connected, intake, log } = options;
  let restart: () => void = () => {};
  let stopped = false;
  let wanted = 0;
  const listeners = (): readonly ConnectedChannel[] =>
    connected
      .enabled()
      .filter((channel) => channel.implementation.listen !== undefined)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  /** How those who listen are set. Their health is said by themselves and is no reason to begin anew: it would change again with that. */
  const howSet = (): string =>
    JSON.stringify(listeners().map(({ id, kind, brandId, settings }) => [id, kind, brandId, settings]));
  let begunAs = "";
  // A change that could not be read at once is read as soon as the database is back.
  const reloadUntilDone = async (): Promise<void> => {
    const mine = ++wanted;
    while (!stopped && mine === wanted) {
      const done = await connected.reload().then(
        () => true,
        () => false,
      );
      if (done) return howSet() === begunAs ? undefined : restart();
      await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    }
  };
  const stopHints = options.bus.on("channels", () => {
    void reloadUntilDone();
  });

  const listenTo = async (channel: ConnectedChannel, signal: AbortSignal): Promise<void> => {
    const io: ListeningIo = {
      mostBytes: options.mostBytes,
      log: (level, event, facts) => log[level](event, { ...facts, channelId: channel.id }),
      now: world.now,
      secrets: secretsOf(world, channel.id),
      store: (raw, providerId, cursor) => intake.store(channel, raw, providerId, cursor),
      cursor: (name) => readCursor(world.db, channel.id, name),
      keepCursor: (cursor) => keepCursor(world.db, channel.id, cursor),
      health: (state, trouble) => {
        recordHealth(world, system, channel.id, state, trouble).catch((error: unknown) =>
          log.warn("channel.healthNotKept", { error: error instanceof Error ? error.message : "unknown" }),
        );
      },
    };
    await channel.implementation.listen?.(channel.settings as never, io, signal).catch((error: unknown) =>
      log.error("channel.listenFailed", {
        channelId: channel.id,
        error: error instanceof Error ? error.message : "unknown",
      }),
    );
  };

  const leadership = lead(world.db, 1, "listening", log, async (signal) => {
    while (!signal.aborted) {
      const round = new AbortController();
      restart = () => round.abort();
      const either = AbortSignal.any([signal, round.signal]);
      begunAs = howSet();
      await Promise.all([
        ...listeners().map((channel) => listenTo(channel, either)),
        new Promise<void>((resolve) => either.addEventListener("abort", () => resolve(), { once: true })),
      ]);
    }
  });
  return async () => {
    stopped = true;
    stopHints();
    await leadership.stop();
  };
};
