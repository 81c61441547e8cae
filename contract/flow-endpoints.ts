// Endpoints of flows: writing, trying, publishing, what became of them, and flows in concerns. Customers' own roads are the chat, mails and the portal's pages.
import { z } from "zod";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import {
  flowDocument,
  flowFinding,
  flowLanguage,
  flowMedium,
  flowMost,
  stepId,
  valueName,
  flowValue,
} from "#contract/flows.ts";
import { flowInput, flowOutput, flowState, flowSurroundings, flowTried, flowWhy } from "#contract/flow-runs.ts";
import { agentId, concernId, flowId, flowRunId, serviceId } from "#contract/ids.ts";

/** A short word of small letters, digits and hyphens: a flow's in addresses of pages and names of files. */
export const flowKey = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+){0,9}$/u)
  .max(60);
const name = z.string().trim().min(1).max(flowMost.name);

/** A flow as lists have it. */
export const flowRow = z.strictObject({
  id: flowId,
  key: flowKey,
  name,
  on: z.boolean(),
  /** The version that runs for who begins now; null: none was published yet. */
  published: z.number().int().nullable(),
  /** The draft says something else than the published version. */
  changed: z.boolean(),
  /** Of the draft; goes up with every change. */
  version: z.number().int(),
  /** Dialogues that are under way; begun in the last 30 days; of these, by how they ended. */
  running: z.number().int(),
  begun: z.number().int(),
  solved: z.number().int(),
  handedOver: z.number().int(),
  left: z.number().int(),
});
export type FlowRow = z.infer<typeof flowRow>;

export const flow = z.strictObject({
  id: flowId,
  key: flowKey,
  name,
  on: z.boolean(),
  version: z.number().int(),
  draft: flowDocument,
  findings: z.array(flowFinding),
  published: z.number().int().nullable(),
  /** Newest first. */
  versions: z.array(
    z.strictObject({
      number: z.number().int(),
      at: instant,
      by: agentId.nullable(),
      byName: z.string(),
      note: z.string(),
    }),
  ),
});
export type Flow = z.infer<typeof flow>;

/** Headers that are the program's own, or the connection's. */
const ownHeaders: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "host",
  "idempotency-key",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Why a service could not be asked, or what was wrong with its answer. Words: `flows.lookUp.<reason>`. */
export const lookUpReason = z.enum([
  "unknownService",
  "serviceOff",
  "badPath",
  "inside",
  "unknownHost",
  "redirected",
  "tooSlow",
  "tooLarge",
  "unreachable",
  "status",
  "notJson",
  "secretLost",
]);
export type LookUpReason = z.infer<typeof lookUpReason>;

/** A service that flows may ask: the only hosts a look-up reaches. Values of secret headers are never given out again. */
export const service = z.strictObject({
  id: serviceId,
  /** As flows name it. */
  name: z.string().trim().min(1).max(60),
  url: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .refine((url) => {
      if (!URL.canParse(url)) return false;
      const { username, password, search, hash } = new URL(url);
      return username + password + search + hash === "";
    }),
  headers: z
    .array(
      z.strictObject({
        name: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,60}$/u)
          .refine((name) => !ownHeaders.has(name.toLowerCase())),
        secret: z.boolean(),
        /** What HTTP carries in a header: no line breaks, no signs of control. */
        value: z
          .string()
          .max(2_000)
          .regex(/^[\t\u0020-\u007E\u00A0-\u00FF]*$/u)
          .nullable(),
      }),
    )
    .max(10)
    .refine((headers) => new Set(headers.map(({ name }) => name.toLowerCase())).size === headers.length),
  on: z.boolean(),
});
export type Service = z.infer<typeof service>;
/** A secret value of null stays as it is. */
export const serviceInput = service.omit({ id: true });
export type ServiceInput = z.infer<typeof serviceInput>;

/** A flow in a concern, as its thread shows it: above everything, for whoever takes it over. */
export const concernFlow = z.strictObject({
  runId: flowRunId,
  flowId,
  name: z.string(),
  /** Null: a flow that was removed. */
  version: z.number().int().nullable(),
  medium: flowMedium,
  begunAt: instant,
  endedAt: instant.nullable(),
  over: flowState.shape.over,
  /** asked, step, stuck; null: it was not handed over. */
  why: flowWhy.nullable(),
  /** They want to be called: where, and when (null: as soon as somebody is there); null: they do not. */
  callback: z.strictObject({ phone: z.string(), at: instant.nullable() }).nullable(),
  /** What they said, in the order of the questions, without secrets. */
  values: z.array(z.strictObject({ name: valueName, question: z.string(), value: flowValue, shown: z.string() })),
  tried: z.array(flowTried),
  /** The open question, as it was asked last; null: none. */
  waitsFor: z.string().nullable(),
});
export type ConcernFlow = z.infer<typeof concernFlow>;

const byFlow = z.strictObject({ id: flowId });
const byService = z.strictObject({ id: serviceId });

export const flows = {
  list: endpoint({
    method: "GET",
    path: "/api/flows",
    permission: "signedIn",
    summary: "Flows by name, with what became of them in the last 30 days",
    result: z.array(flowRow),
  }),
  one: endpoint({
    method: "GET",
    path: "/api/flows/:id",
    permission: "signedIn",
    summary: "A flow: its draft, what is wrong with it, its versions",
    params: byFlow,
    result: flow,
  }),
  versionOf: endpoint({
    method: "GET",
    path: "/api/flows/:id/versions/:number",
    permission: "signedIn",
    summary: "A published version as it stands",
    params: byFlow.extend({ number: z.coerce.number().int().positive() }),
    result: z.strictObject({ document: flowDocument }),
  }),
  create: endpoint({
    method: "POST",
    path: "/api/flows",
    permission: "flow.manage",
    summary: "Begin a flow, empty or from a document (a file that was kept)",
    body: z.strictObject({ key: flowKey, name, document: flowDocument.nullable() }),
    result: flow,
  }),
  change: endpoint({
    method: "PUT",
    path: "/api/flows/:id",
    permission: "flow.manage",
    summary: "Keep a draft; refused when somebody else has changed it since. Whatever runs goes on by its own version",
    params: byFlow,
    body: z.strictObject({ key: flowKey, name, on: z.boolean(), draft: flowDocument, version: z.number().int() }),
    result: flow,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/api/flows/:id",
    permission: "flow.manage",
    summary: "Remove a flow; dialogues under way go on to their end",
    params: byFlow,
    result: done,
  }),
  publish: endpoint({
    method: "POST",
    path: "/api/flows/:id/versions",
    permission: "flow.manage",
    summary: "Publish the draft as a new version; refused while it has errors",
    params: byFlow,
    body: z.strictObject({ version: z.number().int(), note: z.string().trim().max(500) }),
    result: flow,
  }),
  rollBack: endpoint({
    method: "POST",
    path: "/api/flows/:id/roll-back",
    permission: "flow.manage",
    summary: "Let an older version run again for who begins now; the draft stays",
    params: byFlow,
    body: z.strictObject({ number: z.number().int().positive() }),
    result: flow,
  }),
  check: endpoint({
    method: "POST",
    path: "/api/flow-checks",
    permission: "flow.manage",
    summary: "What is wrong with a document; keeps nothing",
    body: z.strictObject({ document: flowDocument }),
    result: z.strictObject({ findings: z.array(flowFinding) }),
  }),
  /** The very interpreter. What a flow wants done outside (look-ups, codes) is not done: whoever tries says what it came to. */
  attempt: endpoint({
    method: "POST",
    path: "/api/flow-attempts",
    permission: "flow.manage",
    summary: "One step of a dialogue with a document, as every medium would have it; keeps nothing, sends nothing",
    body: z.strictObject({
      document: flowDocument,
      /** Null: it begins. */
      state: flowState.nullable(),
      input: flowInput,
      surroundings: flowSurroundings.omit({ now: true }),
    }),
    result: z.strictObject({
      state: flowState,
      outputs: z.array(flowOutput),
      /** What is said, as words of that medium and language; in the outputs' order, "" for what says nothing. */
      words: z.array(z.string()),
    }),
  }),
  /** Of all its dialogues in the last days: how many took which way out of which step. */
  numbers: endpoint({
    method: "GET",
    path: "/api/flows/:id/numbers",
    permission: "signedIn",
    summary: "How many took each way, by step and exit, in so many days",
    params: byFlow,
    query: z.strictObject({
      days: z.coerce.number().int().min(1).max(365),
      version: z.coerce.number().int().optional(),
    }),
    result: z.strictObject({
      begun: z.number().int(),
      ways: z.array(z.strictObject({ step: stepId, exit: z.string(), count: z.number().int() })),
      /** Where they were when they left, or wanted somebody. */
      stopped: z.array(z.strictObject({ step: stepId, left: z.number().int(), human: z.number().int() })),
      ended: z.array(z.strictObject({ over: z.string(), medium: flowMedium, count: z.number().int() })),
    }),
  }),
  services: endpoint({
    method: "GET",
    path: "/api/flow-services",
    permission: "flow.manage",
    summary: "Services that flows may ask",
    result: z.array(service),
  }),
  addService: endpoint({
    method: "POST",
    path: "/api/flow-services",
    permission: "setting.manage",
    summary: "Connect a service",
    body: serviceInput,
    result: service,
  }),
  changeService: endpoint({
    method: "PUT",
    path: "/api/flow-services/:id",
    permission: "setting.manage",
    summary: "Change a service; secret values that are not given stay",
    params: byService,
    body: serviceInput,
    result: service,
  }),
  removeService: endpoint({
    method: "DELETE",
    path: "/api/flow-services/:id",
    permission: "setting.manage",
    summary: "Disconnect a service",
    params: byService,
    result: done,
  }),
  /** Asks it once, as a flow would. */
  tryService: endpoint({
    method: "POST",
    path: "/api/flow-services/:id/tries",
    permission: "setting.manage",
    summary: "Ask a service once and see what it answers",
    params: byService,
    body: z.strictObject({ path: z.string().max(1_000) }),
    result: z.strictObject({
      became: z.enum(["found", "missing", "failed"]),
      status: z.number().int().nullable(),
      reason: z.string().nullable(),
      body: z.string().max(20_000),
    }),
  }),
  ofConcern: endpoint({
    method: "GET",
    path: "/api/concerns/:id/flows",
    permission: "concern.read",
    summary: "Flows of a concern, newest first: what they were told and what they tried",
    params: z.strictObject({ id: concernId }),
    result: z.array(concernFlow),
  }),
  sendable: endpoint({
    method: "GET",
    path: "/api/concerns/:id/sendable-flows",
    permission: "concern.read",
    summary:
      "Flows that can be sent into a concern now, by name; none while one speaks in it or nobody could be written to",
    params: z.strictObject({ id: concernId }),
    result: z.array(z.strictObject({ flowId, name: z.string(), languages: z.array(flowLanguage) })),
  }),
  send: endpoint({
    method: "POST",
    path: "/api/concerns/:id/flows",
    permission: "concern.answer",
    summary: "Send a flow into a concern: to where the customer wrote last",
    params: z.strictObject({ id: concernId }),
    body: z.strictObject({ key: z.uuid(), flowId, language: flowLanguage.nullable() }),
    result: concernFlow,
  }),
  stop: endpoint({
    method: "POST",
    path: "/api/concerns/:id/flow-stops",
    permission: "concern.answer",
    summary: "Stop what runs in a concern: somebody of us goes on",
    params: z.strictObject({ id: concernId }),
    result: done,
  }),
};
