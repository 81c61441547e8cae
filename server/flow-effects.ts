// Does what running flows want done outside: look-ups, codes, links, times, timers; and tells those that have rested. On every node. Started by server/start.ts.
import type { AnyEvent } from "#contract/events.ts";
import type { FlowOutcome } from "#contract/flow-runs.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import type { FlowRunId } from "#contract/ids.ts";
import {
  claimDue,
  keepClaims,
  makeCode,
  mayMailLink,
  tellCode,
  tellOutcome,
  tellRested,
  tellSlow,
  type Claim,
} from "#modules/flows/actions-effects.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { timesIn } from "#modules/flows/model-times.ts";
import { wordsOf } from "#modules/flows/model-words.ts";
import { runOf } from "#modules/flows/reads-running.ts";
import { allHours, hoursOf } from "#modules/hours/reads.ts";
import type { Follower } from "#platform/live/follow.ts";
import { mailByBrand } from "#server/brand-mail.ts";
import type { Connected } from "#server/connected.ts";
import type { LookUp } from "#server/look-ups.ts";
import { words } from "#server/words.ts";

export interface FlowEffects {
  /** Something may be due: look now. */
  readonly wake: () => void;
  /** Claims nothing more; resolves when what was under way has been told, or after 8 seconds. */
  readonly stop: () => Promise<void>;
}

/** After so long without a sign somebody else does it; signs are given so often. */
const leaseMs = 6_000;
const signEveryMs = 2_000;
const atOnce = 32;
const lookEveryMs = 1_000;
const stopMs = 8_000;
/** What takes longer is said to take longer. */
const momentMs = 1_500;
const restsAtOnce = 100;
/** A mail server that puts us off is asked again: as often as a worker loses what it has in hand. */
const mostMails = 4;

interface Parts {
  readonly world: FlowWorld;
  readonly lookUp: LookUp;
  readonly connected: Connected;
  /** Makes a link by which a run goes on elsewhere. */
  readonly linkTo: (runId: FlowRunId) => Promise<string>;
}

/** Does one effect; null: it is told already, or is tried again when its lease has ended. */
const outcomeOf = async (parts: Parts, claim: Claim): Promise<FlowOutcome | null> => {
  const { world } = parts;
  const { what } = claim;
  switch (what.do) {
    case "lookUp": {
      const slow = setTimeout(() => {
        tellSlow(world, claim).catch((error: unknown) => warn(world, claim, error));
      }, momentMs);
      try {
        const looked = await parts.lookUp(what, `${claim.runId}-${claim.number}`);
        return looked.became === "found"
          ? { of: "lookUp", became: "found", body: looked.body }
          : { of: "lookUp", became: looked.became };
      } finally {
        clearTimeout(slow);
      }
    }
    case "sendCode":
      return mailCode(parts, claim, what.email);
    case "tryCode":
      await tellCode(world, { ...claim, what });
      return null;
    case "times": {
      const run = await runOf(world.db, claim.runId);
      const place = { id: run?.place.channelId ?? "", brandId: run?.place.brandId ?? "" };
      return { of: "times", times: timesIn(hoursOf(await allHours(world.db), place), world.now(), what) };
    }
    case "link":
      return { of: "link", url: await parts.linkTo(claim.runId) };
    case "mailLink":
      return mailLink(parts, claim, what);
    case "timer":
      return { of: "timer" };
  }
};

const mailCode = async ({ world, connected }: Parts, claim: Claim, email: string): Promise<FlowOutcome | null> => {
  const made = await makeCode(world, claim, email);
  // Whoever asks hears the same whether a mail goes there or not.
  if (made === null) return { of: "sendCode", became: "sent" };
  const { code, run } = made;
  const became = await mailByBrand(
    world,
    connected,
    {
      brandId: run.place.brandId,
      mailId: mailIdOf(claim),
      at: world.now().toISOString(),
      email,
      subject: (brand) => words(run.state.language, "flowMail.codeSubject", { brand }),
      text: (brand) => words(run.state.language, "flowMail.codeText", { brand, code }),
    },
    "flow.mailNotSent",
  );
  return became === "later" && claim.tries < mostMails ? null : { of: "sendCode", became: "sent" };
};

/** The same for the same effect, so that a mail that leaves twice can be recognised. */
const mailIdOf = ({ runId, number }: Claim): string =>
  `${runId.slice(0, 24)}${number.toString(16).padStart(12, "0").slice(-12)}`;

const mailLink = async (
  parts: Parts,
  claim: Claim,
  what: Extract<Claim["what"], { do: "mailLink" }>,
): Promise<FlowOutcome | null> => {
  const { world, connected } = parts;
  const run = await mayMailLink(world, claim, what.email);
  if (run === null) return { of: "mailLink", became: "refused" };
  const url = what.url ?? (await parts.linkTo(claim.runId));
  const { medium, brandId, channelId } = run.place;
  const { zone } = await world.flowGround.surroundings(world.db, { brandId, channelId, medium, verified: null });
  const language: FlowLanguage = run.state.language;
  const said = wordsOf(what.text, language, "text", zone);
  const became = await mailByBrand(
    world,
    connected,
    {
      brandId,
      mailId: mailIdOf(claim),
      at: world.now().toISOString(),
      email: what.email,
      subject: (brand) => words(language, "flowMail.subject", { brand }),
      text: (brand) => words(language, "flowMail.text", { brand, text: said, url }),
    },
    "flow.mailNotSent",
  );
  return became === "later" && claim.tries < mostMails ? null : { of: "mailLink", became: "sent" };
};

const warn = (world: FlowWorld, claim: Pick<Claim, "runId" | "number">, error: unknown): void =>
  world.log.warn("flow.effectFailed", {
    runId: claim.runId,
    effect: claim.number,
    error: error instanceof Error ? error.message : "unknown",
  });

/** Starts doing what is due. Woken by steps of flows, here or on another node, and once a second. */
export const startFlowEffects = (
  options: Parts & { readonly follower: Pick<Follower<AnyEvent>, "subscribe" | "upTo"> },
): FlowEffects => {
  const { world, follower } = options;
  const running = new Map<Claim, Promise<void>>();
  let stopping = false;
  let looking: Promise<void> | null = null;
  let again = false;

  const carryOut = async (claim: Claim): Promise<void> => {
    try {
      const outcome = await outcomeOf(options, claim);
      if (outcome !== null) await tellOutcome(world, claim, outcome);
    } catch (error) {
      // It is taken up again when its lease has ended.
      warn(world, claim, error);
    }
  };

  const look = async (): Promise<void> => {
    const room = atOnce - running.size;
    const claims = room > 0 ? await claimDue(world, { leaseMs, limit: room }) : [];
    for (const claim of claims) {
      const work = carryOut(claim).finally(() => {
        running.delete(claim);
        if (running.size === atOnce - 1) wake();
      });
      running.set(claim, work);
    }
    await tellRested(world, restsAtOnce);
    if (claims.length === room && room > 0) again = true;
  };

  const wake = (): void => {
    if (stopping) return;
    if (looking !== null) {
      again = true;
      return;
    }
    again = false;
    looking = look()
      .catch((error: unknown) =>
        world.log.warn("flow.looksFailed", { error: error instanceof Error ? error.message : "unknown" }),
      )
      .finally(() => {
        looking = null;
        if (again) wake();
      });
  };

  const timer = setInterval(wake, lookEveryMs);
  timer.unref();
  const signs = setInterval(() => {
    keepClaims(world, [...running.keys()], leaseMs).catch((error: unknown) =>
      world.log.warn("flow.claimsNotKept", { error: error instanceof Error ? error.message : "unknown" }),
    );
  }, signEveryMs);
  signs.unref();
  const unsubscribe = follower.subscribe(follower.upTo(), {
    wants: ({ kind }) => kind === "flow.stepped",
    give: (entries) => {
      if (entries.length > 0) wake();
    },
    reset: wake,
  });
  wake();
  return {
    wake,
    stop: async () => {
      stopping = true;
      clearInterval(timer);
      unsubscribe();
      let late: NodeJS.Timeout | undefined;
      const given = new Promise<void>((resolve) => {
        late = setTimeout(resolve, stopMs);
      });
      await Promise.race([Promise.all([looking, ...running.values()]), given]);
      clearTimeout(late);
      clearInterval(signs);
    },
  };
};
