// The routing engine alone, in this process: what a happening costs as agents, skills and waiting items grow. Called by bench/main.ts (`--only routing`).
import { cpus } from "node:os";
import { quantile } from "#bench/measure.ts";
import { fixedWorkMs } from "#bench/processes.ts";
import { openHall } from "#modules/routing/model.ts";
import type { Happening, Rows, Rules } from "#modules/routing/model-shapes.ts";
import { drawAgent, drawArrival, drawRules, randomFrom } from "#test/routing.ts";

interface Size {
  readonly agents: number;
  readonly skills: number;
  readonly waiting: number;
}

interface RoutingFigures extends Size {
  readonly happenings: number;
  readonly perSecond: number;
  /** Everything the engine answered: offers, holdings, steps of relaxation, who waits, who is kept free. */
  readonly decisionsPerSecond: number;
  readonly offersPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly worstUs: number;
  /** Reading the whole hall as rows and opening it again. */
  readonly rebuildMs: number;
}

const aims = { decisionsPerSecond: 50_000, p99Us: 1000 } as const;

const sizes: readonly Size[] = [
  { agents: 100, skills: 40, waiting: 0 },
  { agents: 1000, skills: 40, waiting: 0 },
  { agents: 10_000, skills: 40, waiting: 0 },
  { agents: 100, skills: 40, waiting: 10_000 },
  { agents: 1000, skills: 40, waiting: 1000 },
  { agents: 1000, skills: 40, waiting: 10_000 },
  { agents: 1000, skills: 40, waiting: 100_000 },
  { agents: 3000, skills: 40, waiting: 10_000 },
  { agents: 10_000, skills: 40, waiting: 10_000 },
  { agents: 1000, skills: 10, waiting: 10_000 },
  { agents: 1000, skills: 160, waiting: 10_000 },
];

/** The size the aims are for. */
const aimed = ({ agents, skills, waiting }: Size): boolean => agents === 1000 && skills === 40 && waiting === 10_000;

interface Work {
  readonly itemId: string;
  readonly agentId: string;
  readonly token: number;
}

interface Course {
  /** The hall as it stands when measuring begins, and what happens from there on. */
  readonly rules: Rules;
  readonly rows: Rows;
  readonly happenings: readonly Happening[];
}

/**
 * A hall with so many agents and so many who wait, and what goes on in it: somebody comes, somebody is finished, somebody answers, by turns. So many items were
 * there before (with nobody waiting: as many as half of what all could hold); who waits has come one after the other over ten minutes.
 */
const openCourse = (size: Size, times: number, seed: number): Course => {
  const random = randomFrom(seed);
  const drawn = drawRules(random, size.skills);
  // Overflow would carry the work away from where it is wanted here; the simulation has it.
  const rules = { ...drawn, queues: drawn.queues.map((queue) => ({ ...queue, overflow: [], autoAccept: [] })) };
  const hall = openHall(rules);
  let now = 1_800_000_000_000;
  let numbers = 0;
  const offers: Work[] = [];
  const held: Work[] = [];
  const told: Happening[] = [];
  const tell = (happening: Happening): void => {
    told.push(happening);
    for (const decision of hall.happen(happening)) {
      if (decision.what === "offered") offers.push(decision);
      if (decision.what === "held") held.push(decision);
    }
  };
  const arrive = (): void => {
    numbers += 1;
    tell({ what: "arrived", atMs: now, item: drawArrival(random, numbers, now, size.skills, size.agents) });
  };
  const accept = (): boolean => {
    const offer = offers.shift();
    if (offer === undefined) return false;
    const { itemId, agentId, token } = offer;
    tell({ what: "accepted", atMs: now, itemId, agentId, token });
    return true;
  };
  const finish = (): boolean => {
    const place = Math.floor(random() * held.length);
    const work = held[place];
    if (work === undefined) return false;
    held[place] = held.at(-1) as Work;
    held.pop();
    tell({ what: "finished", atMs: now, itemId: work.itemId, agentId: work.agentId });
    return true;
  };
  for (let n = 0; n < size.agents; n += 1) {
    const agent = drawAgent(random, n, size.skills);
    tell({ what: "agentChanged", atMs: now, agent });
    tell({ what: "presenceChanged", atMs: now, agentId: agent.id, state: "available", reason: "", untilMs: null });
  }
  const apartMs = Math.ceil(600_000 / Math.max(1, size.waiting + 3 * size.agents));
  const enough = (): boolean =>
    size.waiting === 0 ? held.length >= size.agents : numbers - held.length - offers.length >= size.waiting;
  while (!enough()) {
    now += apartMs;
    arrive();
    while (accept());
  }
  const go = (count: number): void => {
    for (let turn = 0; turn < count; turn += 1) {
      // As fast as so many agents would be finished with what they hold, so that steps, patience and wrap-up come to their turn, too.
      if (turn % 3 === 0) now += Math.round((2 * random() * 100_000) / size.agents);
      const done = turn % 3 === 1 ? finish() : turn % 3 === 2 && accept();
      if (!done) arrive();
    }
  };
  go(Math.floor(times / 4));
  const rows = hall.rows();
  told.length = 0;
  go(times);
  return { rules, rows, happenings: [...told] };
};

/**
 * The engine decides the same every time, so each happening is timed in several runs of the very same course and the least counts: what the work needs, and not
 * what else the machine did meanwhile.
 */
const measureSize = (size: Size, times: number, runs: number, seed: number): RoutingFigures => {
  const { rules, rows, happenings } = openCourse(size, times, seed);
  const before = Math.floor(happenings.length / 2);
  const counted = happenings.slice(before);
  const took = counted.map(() => Infinity);
  let offered = 0;
  let decided = 0;
  let rebuildMs = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const opens = performance.now();
    const hall = openHall(rules, rows);
    rebuildMs = Math.min(rebuildMs, performance.now() - opens);
    offered = 0;
    decided = 0;
    // The first look at everybody after the opening is no happening's.
    hall.happen({ what: "timePassed", atMs: rows.atMs });
    // Needs that nobody has wanted since the opening are made once: not counted here.
    for (const happening of happenings.slice(0, before)) hall.happen(happening);
    for (const [place, happening] of counted.entries()) {
      const begun = performance.now();
      const decisions = hall.happen(happening);
      const us = (performance.now() - begun) * 1000;
      if (us < (took[place] as number)) took[place] = us;
      decided += decisions.length;
      for (const { what } of decisions) if (what === "offered") offered += 1;
    }
  }
  const seconds = took.reduce((sum, us) => sum + us, 0) / 1e6;
  return {
    ...size,
    happenings: counted.length,
    perSecond: counted.length / seconds,
    decisionsPerSecond: decided / seconds,
    offersPerSecond: offered / seconds,
    p50Us: quantile(took, 0.5),
    p99Us: quantile(took, 0.99),
    worstUs: Math.max(...took),
    rebuildMs,
  };
};

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

const table = (all: readonly RoutingFigures[], at: string, commit: string): string => {
  const verdict = (holds: boolean): string => (holds ? "met" : "**missed**");
  const aim = all.find(aimed);
  return [
    `Measured at ${at}, commit ${commit}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "processor"}, Node ${process.version}; a fixed piece of work cost ${Math.round(fixedWorkMs())} ms CPU.`,
    "",
    "| agents | skills | waiting | happenings/s | decisions/s | offers/s | p50 µs | p99 µs | worst µs | read again, ms |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...all.map(
      (each) =>
        `| ${whole(each.agents)} | ${each.skills} | ${whole(each.waiting)} | ${whole(each.perSecond)} | ${whole(each.decisionsPerSecond)} | ${whole(each.offersPerSecond)} | ${each.p50Us.toFixed(1)} | ${whole(each.p99Us)} | ${whole(each.worstUs)} | ${whole(each.rebuildMs)} |`,
    ),
    ...(aim === undefined
      ? []
      : [
          "",
          `Aims at 1,000 agents, 40 skills and 10,000 waiting: ${whole(aims.decisionsPerSecond)} decisions/s ${verdict(aim.decisionsPerSecond >= aims.decisionsPerSecond)}, p99 under ${whole(aims.p99Us)} µs ${verdict(aim.p99Us < aims.p99Us)}.`,
        ]),
  ].join("\n");
};

/** Measures every size, each in four runs of as many happenings as `share` leaves of 18,000, of which the second half counts, and gives the table. */
export const routingBench = (share: number, seed: number, commit: string, say: (line: string) => void): string => {
  const all: RoutingFigures[] = [];
  for (const size of sizes) {
    const figures = measureSize(size, Math.max(300, Math.round(18_000 * share)), 4, seed);
    all.push(figures);
    say(
      `  ${whole(size.agents).padStart(6)} agents ${String(size.skills).padStart(4)} skills ${whole(size.waiting).padStart(7)} waiting: ${whole(figures.decisionsPerSecond).padStart(8)} decisions/s, p99 ${whole(figures.p99Us)} µs`,
    );
  }
  return table(all, `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`, commit);
};
