// The many concerns of an ordinary year, as scripts: spread over the seasons, with the evening when the picture went black. Called by seed.ts.
import { topicsOf } from "#lib/corpus/letters.ts";
import { randomFrom, type Random } from "#lib/corpus/random.ts";
import { threadFor, type ThreadPlan } from "#lib/corpus/threads.ts";
import { arrivalMs, surgeMinutes, whenStaffed } from "#lib/corpus/times.ts";
import { demoAgents, demoTopics } from "#server/demo/cast.ts";
import { chatScript } from "#server/demo/chats.ts";
import { ratesFor } from "#server/demo/scores.ts";
import type { Script, Step } from "#server/demo/script.ts";

const seed = "elbkabel";
const minuteMs = 60_000;
const dayMs = 86_400_000;
const customers = 230;
/** What all of the demo is drawn from, and how many customers its year has in each language: for line-service.ts, which knows them, too. */
export const demoDraw = { seed, customers };
/** Since when there is a chat, and how many begin there since: about a quarter of the year's. */
const chatDays = 200;
const chatShare = 0.4;

const tagsOf: Readonly<Record<string, readonly string[]>> = {
  internet: ["messung", "segment-altona", "netzbetrieb", "gutschrift"],
  tv: ["smartcard", "finale", "sender", "gutschrift"],
  rechnung: ["gutschrift", "sepa", "ratenzahlung"],
  vertrag: ["kuendiger", "kulanz", "umzug"],
  technik: ["tauschgerät", "subunternehmer", "firmware"],
  beschwerde: ["eskalation", "presse", "gutschrift"],
};

const teamOf = (topic: string): string => demoTopics.find((each) => each.key === topic)?.team ?? "Kundenservice";

/** Who works on that topic for that brand; never the supervisor, the admin or who has left lately. */
const crew = (topic: string, language: "de" | "en"): readonly { readonly name: string; readonly handle: string }[] => {
  const team = language === "en" ? "Harbour Fibre" : teamOf(topic);
  return demoAgents.filter(
    (agent) => agent.role === "agent" && agent.hasLeft !== true && (agent.teams as readonly string[]).includes(team),
  );
};

/** A plan of the corpus as a script: taken up by somebody, answered, settled, and closed a fortnight later. */
const scripted = (
  random: Random,
  index: number,
  plan: ThreadPlan,
  startMs: number,
  agents: readonly { readonly handle: string }[],
): Script => {
  const { customer, topic } = plan;
  const by = (place: number): string => agents[place % agents.length]?.handle ?? "omar";
  const firstAgent = plan.steps.find((step) => step.kind !== "in");
  const holder = firstAgent ? by(firstAgent.agent) : by(index);
  const tags = tagsOf[topic.split(".")[0] ?? ""] ?? [];
  const urgent =
    topic === "beschwerde"
      ? random.chance(0.6)
      : topic === "internet.ausfall"
        ? random.chance(0.3)
        : random.chance(0.04);
  const steps: Step[] = [];
  plan.steps.forEach((step, i) => {
    const atMs = startMs + step.afterMs;
    if (step.kind === "in") {
      steps.push({ kind: "in", atMs, text: step.text, files: step.files });
      if (i > 0) return;
      const next = plan.steps.find((each) => each.kind !== "in");
      const looked = whenStaffed(random, startMs + Math.min(240, random.around(22, 0.8)) * minuteMs);
      steps.push({
        kind: "change",
        by: holder,
        atMs: Math.max(startMs + 1, Math.min(looked, next === undefined ? looked : startMs + next.afterMs - 1)),
        change: {
          status: "open",
          ...(urgent
            ? { priority: random.pick(["high", "urgent"] as const) }
            : random.chance(0.05)
              ? { priority: "low" as const }
              : {}),
          ...(tags.length > 0 && random.chance(0.3) ? { tags: [random.zipf(tags)] } : {}),
        },
        topic,
        assignee: holder,
      });
    } else if (step.kind === "note") steps.push({ kind: "note", atMs, by: by(step.agent), text: step.text });
    else
      steps.push({
        kind: "out",
        atMs,
        by: by(step.agent),
        text: step.text,
        statusAfter: step.isQuestion || i + 1 < plan.steps.length || !plan.isSettled ? "waiting" : "resolved",
      });
  });
  const last = steps.at(-1);
  const lastMs = last?.atMs ?? startMs;
  const settled = whenStaffed(random, lastMs + random.around(last?.kind === "in" ? 180 : 4 * 1440, 0.6) * minuteMs);
  if (last?.kind === "out" && last.statusAfter === "waiting" && random.chance(0.3))
    steps.push({ kind: "snooze", atMs: lastMs + minuteMs, by: holder, forMs: random.between(2, 9) * dayMs });
  if (last?.kind !== "out" || last.statusAfter !== "resolved")
    steps.push({
      kind: "change",
      atMs: Math.max(settled, lastMs + minuteMs),
      by: holder,
      change: { status: "resolved" },
    });
  steps.push({
    kind: "change",
    atMs: Math.max(settled, lastMs + minuteMs) + 14 * dayMs,
    by: "omar",
    change: { status: "closed" },
  });
  // In order of time, those of one time as written.
  return {
    key: `year-${index}`,
    brand: customer.language === "en" ? "harbour" : "elb",
    customer: { name: `${customer.first} ${customer.last}`, address: customer.address },
    ...(customer.company === null ? {} : { organisation: customer.company }),
    ...(random.chance(0.5) || customer.company !== null
      ? {
          fields: {
            [customer.language === "de" ? "Kundennummer" : "Account"]: customer.customerNumber,
            [customer.language === "de" ? "Ort" : "Site"]: customer.city,
          },
        }
      : {}),
    ...rated(index, customer.language, topic),
    subject: plan.subject,
    client: plan.client,
    steps: steps.toSorted((a, b) => a.atMs - b.atMs),
  };
};

/** Of a source of its own. */
const rated = (index: number, language: "de" | "en", topic: string): Pick<Script, "rates"> => {
  const rates = ratesFor(randomFrom(seed, "rates", index), language, topic, false);
  return rates === undefined ? {} : { rates };
};

/** Everybody writes within minutes; everybody gets the same answer when it is over. */
const surge = (random: Random, count: number, beganMs: number, endedMs: number | null, first: number): Script[] =>
  Array.from({ length: count }, (_, i) => {
    const startMs = beganMs + surgeMinutes(random) * minuteMs;
    const agents = crew("tv.schwarz", "de");
    const plan = threadFor(seed, first + i, {
      language: "de",
      topic: "tv.schwarz",
      length: 1,
      startMs,
      agents,
      customers,
    });
    const script = scripted(random, first + i, plan, startMs, agents);
    const mail = script.steps[0];
    if (mail === undefined) throw new Error("a plan has a first step");
    if (endedMs === null) return { ...script, steps: [mail] };
    const by = agents[i % agents.length]?.handle ?? "omar";
    return {
      ...script,
      steps: [
        mail,
        {
          kind: "change",
          atMs: startMs + 5 * minuteMs,
          by,
          topic: "tv.schwarz",
          assignee: by,
          change: { status: "open", priority: "high", tags: ["finale"] },
        },
        {
          kind: "out",
          atMs: endedMs + i * 30_000,
          by,
          statusAfter: "resolved",
          text: `Guten Tag ${plan.customer.title} ${plan.customer.last},\n\num 20:41 Uhr ist in Altona ein Verstärker ausgefallen, seit 21:26 Uhr läuft alles wieder. Dass Sie deshalb die erste Halbzeit des Finales verpasst haben, tut uns sehr leid.\n\nFür den Abend schreiben wir Ihnen 5,00 Euro gut.`,
        },
        { kind: "change", atMs: endedMs + 14 * dayMs, by: "omar", change: { status: "closed" } },
      ],
    };
  });

/** About `concerns` scripts over the year before `now`; more of them lately, because an inbox lives from its last days. */
export const backgroundScripts = (now: Date, concerns: number): readonly Script[] => {
  const random = randomFrom(seed, "year");
  const nowMs = now.getTime();
  const pastSurge = Math.round(concerns * 0.1);
  const todaySurge = Math.round(concerns * 0.035);
  const scripts: Script[] = [];
  for (let i = 0; i < concerns - pastSurge - todaySurge; i += 1) {
    const draw = random.next();
    const days = draw < 0.55 ? 365 : draw < 0.85 ? 21 : 2.2;
    const startMs = arrivalMs(random, nowMs - days * dayMs, nowMs - 4 * minuteMs);
    const language = random.chance(0.8) ? "de" : "en";
    const topic = random.weighted(topicsOf(language)).key;
    const agents = crew(topic, language);
    if (startMs > nowMs - chatDays * dayMs && randomFrom(seed, "way", i).chance(chatShare)) {
      scripts.push(chatScript(i, { seed, language, topic, startMs, agents }));
      continue;
    }
    const plan = threadFor(seed, i, { language, topic, startMs, agents, customers });
    scripts.push(scripted(random, i, plan, startMs, agents));
  }
  // The evening of the final: a Sunday about four months ago, 20:41.
  const evening = new Date(nowMs - 125 * dayMs);
  evening.setUTCDate(evening.getUTCDate() - evening.getUTCDay());
  evening.setUTCHours(20, 41, 0, 0);
  scripts.push(...surge(random, pastSurge, evening.getTime(), evening.getTime() + 3 * 3_600_000, 100_000));
  scripts.push(
    ...surge(random, todaySurge, nowMs - 34 * minuteMs, null, 200_000).map((script) => ({
      ...script,
      steps: script.steps.map((step, i) => ({ ...step, atMs: Math.min(step.atMs, nowMs - (i + 1) * 20_000) })),
    })),
  );
  return scripts;
};
