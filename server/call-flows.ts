// Flows that speak in calls: begun and told what was pressed, and what is new in them as the machine of a call hears it. Called by server/switchboard-board.ts.
import type { Who } from "#contract/actor.ts";
import { isRefusal } from "#contract/errors.ts";
import type { FlowOutput } from "#contract/flow-runs.ts";
import type { Happening } from "#modules/calls/model-happenings.ts";
import type { CallRecord } from "#modules/calls/model-record.ts";
import { beginRun, tellRun } from "#modules/flows/actions-running.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunRecord } from "#modules/flows/model-runs.ts";
import { voiced } from "#modules/flows/model-voice.ts";
import { runOf, saidOf } from "#modules/flows/reads-running.ts";

type Spoke = Extract<Happening, { what: "flow" }>;

export const holderOf = ({ id }: Pick<CallRecord, "id">): string => `call:${id}`;

const whoOf = ({ name, number }: CallRecord): Who => ({ kind: "customer", id: null, name: name || number || "" });

/** Tells the flow what is pending (`listens`: callers are told that they may speak); the same again changes nothing. Gives what came of it; null: nothing is pending. */
export const tellPending = async (world: FlowWorld, call: CallRecord, listens: boolean): Promise<Spoke | null> => {
  const { flow } = call;
  const pending = flow?.pending ?? null;
  if (flow === null || pending === null) return null;
  const told =
    pending.input === null
      ? await beginRun(world, whoOf(call), {
          runId: flow.runId,
          flowId: flow.flowId,
          place: {
            medium: "voice",
            brandId: call.brandId,
            channelId: call.channelId,
            holder: holderOf(call),
            concernId: null,
            language: call.language,
          },
          values: call.number === null ? {} : { phone: call.number },
        })
      : await tellRun(world, whoOf(call), {
          runId: flow.runId,
          holder: holderOf(call),
          id: pending.id,
          input: pending.input,
          shown: pending.keys,
        });
  if (isRefusal(told)) return handedOver(call, pending.id);
  return spokeIn(world, call, told.run, pending.id, listens);
};

/** It is not there any more, or never was: somebody of us is. */
const handedOver = (call: CallRecord, told: string): Spoke => ({
  what: "flow",
  told,
  seq: call.flow?.saidSeq ?? 0,
  said: [],
  question: null,
  over: "handedOver",
  queueId: null,
  skills: {},
});

/** What the flow has said since it was heard last; null: nothing, or it speaks in no such call. */
export const heardSince = async (world: FlowWorld, call: CallRecord, listens: boolean): Promise<Spoke | null> => {
  const { flow } = call;
  const run = flow === null ? null : await runOf(world.db, flow.runId);
  if (run === null || flow === null || run.place.holder !== holderOf(call)) return null;
  return run.lastSeq > flow.saidSeq || run.state.over !== null ? spokeIn(world, call, run, null, listens) : null;
};

const spokeIn = async (
  world: FlowWorld,
  call: CallRecord,
  run: RunRecord,
  told: string | null,
  listens: boolean,
): Promise<Spoke> => {
  const { zone } = await world.flowGround.surroundings(world.db, { ...run.place, verified: run.verified });
  const said = await saidOf(world.db, run.id, call.flow?.saidSeq ?? 0);
  const outputs = said
    .filter(({ direction }) => direction === "out")
    .flatMap((one): readonly FlowOutput[] => one.outputs);
  const { utterances, question } = voiced(outputs, { language: run.state.language, zone, listens });
  const common = { what: "flow", told, seq: run.lastSeq, said: utterances.map(({ text }) => text) } as const;
  const { ending } = run;
  // What was asked last is open as long as nothing else is: an answer that changes nothing leaves it so.
  if (run.state.over === null)
    return {
      ...common,
      question: question ?? (outputs.length === 0 ? (call.flow?.question ?? null) : null),
      over: null,
    };
  if (ending?.as === "handedOver")
    return {
      ...common,
      question: null,
      over: "handedOver",
      queueId: ending.queueId,
      skills: Object.fromEntries(ending.skills.map(({ skillId, level }) => [skillId, level])),
    };
  if (ending?.as === "callback")
    return {
      ...common,
      question: null,
      over: "callback",
      number: ending.phone,
      at: ending.at,
      queueId: ending.queueId,
    };
  const over = ending?.as === "solved" ? "solved" : ending?.as === "ended" ? "ended" : "stopped";
  return { ...common, question: null, over };
};

/** The caller is gone: the flow is silent from now on. */
export const stopFlow = async (world: FlowWorld, call: CallRecord): Promise<void> => {
  const { flow } = call;
  if (flow === null) return;
  const input = { kind: "stopped" } as const;
  await tellRun(world, whoOf(call), { runId: flow.runId, holder: holderOf(call), id: world.newId(), input, shown: "" });
};

/** What they said to the flow and it to them, one thing a line, for who takes the call; null: nothing was said. */
export const linesOf = async (world: FlowWorld, call: CallRecord): Promise<string | null> => {
  const run = call.flow === null ? null : await runOf(world.db, call.flow.runId);
  if (run === null) return null;
  const { zone } = await world.flowGround.surroundings(world.db, { ...run.place, verified: run.verified });
  const lines = (await saidOf(world.db, run.id, 0)).flatMap((one) => {
    if (one.direction === "in") return one.text.trim() === "" ? [] : [`→ ${one.text.trim()}`];
    return voiced(one.outputs, { language: run.state.language, zone }).utterances.map(({ text }) =>
      text.replaceAll("\n", " "),
    );
  });
  return lines.length === 0 ? null : lines.join("\n");
};
