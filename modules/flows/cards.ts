// Flows of a concern as whoever takes it over sees them. Called by flows/routes-concerns.ts.
import type { AgentActor } from "#contract/actor.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { ConcernFlow } from "#contract/flow-endpoints.ts";
import { addressKindOf, isKept } from "#contract/channel.ts";
import type { FlowDocument, FlowLanguage, FlowValue } from "#contract/flows.ts";
import type { ConcernId, FlowId } from "#contract/ids.ts";
import { speakingPlace } from "#modules/concerns/reads-flows.ts";
import { rowFor } from "#modules/concerns/reads.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import { isForDesk } from "#modules/flows/model-entries.ts";
import type { RunRecord } from "#modules/flows/model-runs.ts";
import { shownValue, wordsOf } from "#modules/flows/model-words.ts";
import { documentOf, entries, runsIn, speakingIn } from "#modules/flows/store-running.ts";

/** Most of a question that is shown above its answer, in characters. */
const mostShown = 200;

const line = (text: string): string => {
  const [first = ""] = text.trim().split("\n", 1);
  return first.length <= mostShown ? first : `${first.slice(0, mostShown - 1).toWellFormed()}…`;
};

/** What they said, in the order of the questions, without secrets: labels where something was chosen. */
const valuesOf = (document: FlowDocument, { state, place }: RunRecord, zone: string): ConcernFlow["values"] => {
  const { language } = state;
  const words = (text: Parameters<typeof wordsOf>[0]): string => wordsOf(text, language, place.medium, zone);
  const found: ConcernFlow["values"] = [];
  const add = (name: string, question: string, shown: (value: FlowValue) => string): void => {
    const value = state.values[name];
    if (value === undefined || state.secret.includes(name) || found.some((each) => each.name === name)) return;
    found.push({ name, question: line(question), value, shown: shown(value) });
  };
  const plain = (value: FlowValue): string => shownValue(value, language, zone);
  for (const step of document.steps) {
    if (step.do === "ask") {
      const { answer } = step;
      add(step.into, words({ text: step.text, values: {} }), (value) => {
        const option = answer.kind === "choice" ? answer.options.find(({ id }) => id === value) : undefined;
        return option === undefined ? plain(value) : words({ text: option.label, values: {} });
      });
    } else if (step.do === "callback") add(step.phone, "", plain);
    else if (step.do === "verify") add(step.email ?? "email", "", plain);
    else if (step.do === "schedule") add(step.into, words({ text: step.text, values: {} }), plain);
  }
  return found;
};

/** One run as the desk shows it. */
export const shownRun = async (world: FlowWorld, run: RunRecord): Promise<ConcernFlow> => {
  const { brandId, channelId, medium } = run.place;
  const [document, { zone }] = await Promise.all([
    documentOf(world.db, run.flowId, run.version),
    world.flowGround.surroundings(world.db, { brandId, channelId, medium, verified: run.verified }),
  ]);
  const { ending, state } = run;
  return {
    runId: run.id,
    flowId: run.flowId,
    name: run.name,
    version: run.version,
    medium,
    begunAt: run.begunAt,
    endedAt: run.endedAt,
    over: state.over,
    why: ending?.as === "handedOver" ? ending.why : null,
    callback: ending?.as === "callback" ? { phone: ending.phone, at: ending.at } : null,
    values: valuesOf(document, run, zone),
    tried: state.tried,
    waitsFor: run.question === null ? null : line(run.question),
  };
};

/** Flows of a concern, the newest first. Refuses with notFound. */
export const flowsOfConcern = async (
  world: FlowWorld,
  who: AgentActor,
  id: ConcernId,
): Promise<ConcernFlow[] | Refusal> => {
  const row = await rowFor(world.db, who, id);
  if (isRefusal(row)) return row;
  return Promise.all((await runsIn(world.db, id)).map((run) => shownRun(world, run)));
};

/** Flows that can be sent into a concern now. Refuses with notFound. */
export const flowsForConcern = async (
  world: FlowWorld,
  who: AgentActor,
  id: ConcernId,
): Promise<{ flowId: FlowId; name: string; languages: FlowLanguage[] }[] | Refusal> => {
  const row = await rowFor(world.db, who, id);
  if (isRefusal(row)) return row;
  const place = await speakingPlace(world.db, row);
  if (place === null || (await speakingIn(world.db, [id])).length > 0) return [];
  const medium = isKept(addressKindOf[place.kind]) ? "chat" : "text";
  const surroundings = await world.flowGround.surroundings(world.db, {
    brandId: row.brandId,
    channelId: place.id,
    medium,
    verified: null,
  });
  return (await entries(world.db))
    .filter((flow) => isForDesk(flow.entries, { brandId: row.brandId, medium, surroundings }))
    .map(({ flowId, name, languages }) => ({ flowId, name, languages: [...languages] }));
};
