// What the steps of a flow are to whoever writes one: new ones, their ways out, their first words, the values they keep. Pure; called by the editor of flows.
import type { AnswerKind, FlowCondition, FlowDocument, FlowLanguage, FlowStep, FlowText } from "#contract/flows.ts";
import type { FlowStepKind } from "#contract/flows.ts";
import type { IconName } from "#web/kit/Icon.tsx";

/** All kinds of steps, in the order in which they are offered. */
export const stepKinds = [
  "say",
  "ask",
  "branch",
  "lookUp",
  "handOver",
  "end",
  "incidents",
  "article",
  "verify",
  "callback",
  "schedule",
  "sendLink",
  "wait",
  "set",
] as const satisfies readonly FlowStepKind[];

export const stepIcons: Readonly<Record<FlowStepKind, IconName>> = {
  say: "chat",
  ask: "reply",
  branch: "split",
  set: "tag",
  lookUp: "search",
  article: "note",
  incidents: "bell",
  verify: "shieldCheck",
  handOver: "person",
  callback: "phone",
  schedule: "clock",
  sendLink: "link",
  wait: "pause",
  end: "flag",
};

/** A text that says nothing yet. */
export const noText: FlowText = { de: "", en: "" };

/** Which way out of a step: its `next`, another named one, an option's own, a case's. */
export type ExitKey =
  | { readonly by: "next" }
  | { readonly by: "failed" | "missing" | "none" | "otherwise" }
  | { readonly by: "option"; readonly id: string }
  | { readonly by: "case"; readonly index: number };

/** A way out of a step. */
export interface Exit {
  /** Unlike that of every other way out of its step: the handle on the canvas. */
  readonly id: string;
  /** Under which name it is counted. */
  readonly counted: string;
  readonly key: ExitKey;
  /** Where it leads; null: nowhere yet. */
  readonly to: string | null;
  /** It has no way of its own and goes where the question leads. */
  readonly inherits: boolean;
  /** Leading nowhere is fine: somebody of us takes over. */
  readonly toSomebody: boolean;
}

const exit = (key: ExitKey, to: string | null, more: Partial<Exit> = {}): Exit => {
  const id = key.by === "option" ? `option-${key.id}` : key.by === "case" ? `case${key.index + 1}` : key.by;
  return {
    id,
    counted: key.by === "option" ? key.id : id,
    key,
    to,
    inherits: false,
    toSomebody: false,
    ...more,
  };
};

/** The ways out of a step, in the order in which they are drawn. */
export const exitsOf = (step: FlowStep): readonly Exit[] => {
  switch (step.do) {
    case "ask": {
      const failed = exit({ by: "failed" }, step.failed, { toSomebody: step.failed === null });
      const next = exit({ by: "next" }, step.next);
      if (step.answer.kind !== "choice") return [next, failed];
      const options = step.answer.options.map((option) =>
        exit({ by: "option", id: option.id }, option.next === undefined ? step.next : option.next, {
          inherits: option.next === undefined,
        }),
      );
      return usesNext(step) ? [...options, next, failed] : [...options, failed];
    }
    case "branch":
      return [
        ...step.cases.map(({ next }, index) => exit({ by: "case", index }, next)),
        exit({ by: "otherwise" }, step.otherwise),
      ];
    case "lookUp":
      return [
        exit({ by: "next" }, step.next),
        exit({ by: "missing" }, step.missing),
        exit({ by: "failed" }, step.failed),
      ];
    case "verify":
      return [exit({ by: "next" }, step.next), exit({ by: "failed" }, step.failed)];
    case "incidents":
    case "schedule":
      return [exit({ by: "next" }, step.next), exit({ by: "none" }, step.none)];
    case "say":
    case "set":
    case "article":
    case "sendLink":
    case "wait":
      return [exit({ by: "next" }, step.next)];
    case "handOver":
    case "callback":
    case "end":
      return [];
  }
};

/** A choice goes on at its own `next` where an option has no way of its own, or where it may be left open. */
const usesNext = (step: Extract<FlowStep, { do: "ask" }>): boolean =>
  step.answer.kind !== "choice" || step.optional || step.answer.options.some(({ next }) => next === undefined);

/** The step with that way out leading elsewhere; null: nowhere. */
export const withExit = (step: FlowStep, key: ExitKey, to: string | null): FlowStep => {
  switch (key.by) {
    case "next":
      return "next" in step ? { ...step, next: to } : step;
    case "failed":
      return "failed" in step ? { ...step, failed: to } : step;
    case "missing":
      return "missing" in step ? { ...step, missing: to } : step;
    case "none":
      return "none" in step ? { ...step, none: to } : step;
    case "otherwise":
      return "otherwise" in step ? { ...step, otherwise: to } : step;
    case "option":
      return step.do !== "ask" || step.answer.kind !== "choice"
        ? step
        : {
            ...step,
            answer: {
              ...step.answer,
              options: step.answer.options.map((option) => (option.id === key.id ? { ...option, next: to } : option)),
            },
          };
    case "case":
      return step.do !== "branch"
        ? step
        : { ...step, cases: step.cases.map((one, index) => (index === key.index ? { ...one, next: to } : one)) };
  }
};

/** The step with every way that led to one of these leading to `to`; ways that an option inherits stay inherited. */
export const redirected = (step: FlowStep, from: ReadonlySet<string>, to: (gone: string) => string | null): FlowStep =>
  exitsOf(step).reduce(
    (now, one) => (one.to !== null && !one.inherits && from.has(one.to) ? withExit(now, one.key, to(one.to)) : now),
    // A choice all of whose options have ways of their own still has a `next`.
    "next" in step && step.next !== null && from.has(step.next) ? { ...step, next: to(step.next) } : step,
  );

/** What every answer of this kind begins with. */
export const newAnswer = (kind: AnswerKind["kind"]): AnswerKind => {
  switch (kind) {
    case "choice":
      return {
        kind,
        options: [
          { id: "option1", label: noText, next: null },
          { id: "option2", label: noText, next: null },
        ],
      };
    case "yesNo":
      return { kind };
    case "number":
      return { kind, min: null, max: null, decimals: 0 };
    case "text":
      return { kind, minLength: 1, maxLength: 500, form: "any" };
    case "date":
      return { kind, fromDays: null, toDays: null };
    case "file":
      return { kind, most: 1 };
  }
};

export const newCondition = (what: FlowCondition["what"], known: Known): FlowCondition => {
  switch (what) {
    case "value":
      return { what, name: known.values[0] ?? "answer", is: "filled", than: null };
    case "medium":
      return { what, not: false, media: ["chat"] };
    case "language":
      return { what, not: false, language: "de" };
    case "brand":
      return { what, not: false, brandId: known.brandId as never };
    case "open":
    case "someoneThere":
    case "verified":
      return { what, not: false };
  }
};

/** What a new step is made with. */
export interface Known {
  readonly values: readonly string[];
  readonly services: readonly string[];
  readonly brandId: string;
}

/** A step that says and leads nowhere yet. */
export const newStep = (kind: FlowStepKind, id: string, known: Known): FlowStep => {
  switch (kind) {
    case "say":
      return { id, do: kind, text: noText, next: null };
    case "ask":
      return {
        id,
        do: kind,
        text: noText,
        into: freshName("answer", new Set(known.values)),
        answer: newAnswer("choice"),
        tries: 3,
        failed: null,
        optional: false,
        next: null,
      };
    case "branch":
      return { id, do: kind, cases: [{ all: [newCondition("open", known)], next: null }], otherwise: null };
    case "set":
      return {
        id,
        do: kind,
        values: [{ into: freshName("value", new Set(known.values)), from: { by: "value", value: "" } }],
        next: null,
      };
    case "lookUp":
      return {
        id,
        do: kind,
        service: known.services[0] ?? "service",
        method: "GET",
        path: "/",
        timeoutMs: 3_000,
        takes: [],
        missing: null,
        failed: null,
        next: null,
      };
    case "article":
      return { id, do: kind, title: noText, summary: noText, url: "https://example.org/", next: null };
    case "incidents":
      return { id, do: kind, words: [], none: null, next: null };
    case "verify":
      return { id, do: kind, failed: null, next: null };
    case "handOver":
      return {
        id,
        do: kind,
        text: noText,
        topicId: null,
        queueId: null,
        skills: [],
        priority: null,
        subject: noText,
      };
    case "callback":
      return {
        id,
        do: kind,
        text: noText,
        phone: "phone",
        when: "next",
        queueId: null,
        topicId: null,
        subject: noText,
      };
    case "schedule":
      return {
        id,
        do: kind,
        text: noText,
        into: freshName("time", new Set(known.values)),
        minutes: 30,
        offers: 3,
        afterMinutes: 60,
        none: null,
        next: null,
      };
    case "sendLink":
      return {
        id,
        do: kind,
        text: noText,
        link: { to: "here" },
        by: { way: "here" },
        next: null,
      };
    case "wait":
      return { id, do: kind, until: { by: "minutes", minutes: 60 }, next: null };
    case "end":
      return { id, do: kind, text: noText, solved: true };
  }
};

/** A name that is not taken: "answer", "answer2", "answer3" … */
export const freshName = (base: string, taken: ReadonlySet<string>): string => {
  const stem = base.replace(/\d+$/, "").slice(0, 36) || "value";
  if (!taken.has(stem)) return stem;
  let n = 2;
  while (taken.has(`${stem}${n}`)) n += 1;
  return `${stem}${n}`;
};

/** What a step says first, for those who look for it: its text, title or subject; "" where it says nothing. */
export const firstWords = (step: FlowStep, language: FlowLanguage): string => {
  const text = step.do === "article" ? step.title : "text" in step ? step.text : null;
  return text === null ? "" : spoken(text, language);
};

/** In the language if it is there, else in the other. */
export const spoken = (text: FlowText, language: FlowLanguage): string =>
  text[language].trim() || text[language === "de" ? "en" : "de"].trim();

/** Names of all the values that a document keeps anywhere, each once, in the order of its steps. */
export const valuesOf = (document: FlowDocument): readonly string[] => [
  ...new Set(
    document.steps.flatMap((step): readonly string[] => {
      switch (step.do) {
        case "ask":
        case "schedule":
          return [step.into];
        case "set":
          return step.values.map(({ into }) => into);
        case "lookUp":
          return step.takes.map(({ into }) => into);
        case "callback":
          return [step.phone];
        default:
          return [];
      }
    }),
  ),
];

/** Names that stand in braces in a message of ICU form: what it needs to be said. */
export const namesIn = (message: string): readonly string[] => [
  ...new Set([...message.matchAll(/\{\s*([a-z][a-zA-Z0-9]{0,39})\s*[,}]/gu)].map((match) => match[1] ?? "")),
];

/** A value that fits the way in which a message uses it, to see how it would be said. */
export const exampleOf = (message: string, name: string): string | number | Date => {
  const how = new RegExp(`\\{\\s*${name}\\s*,\\s*(\\w+)`, "u").exec(message)?.[1];
  if (how === "number" || how === "plural" || how === "selectordinal") return 3;
  if (how === "date" || how === "time") return new Date("2026-12-01T09:30:00.000Z");
  if (how === "select")
    return new RegExp(`\\{\\s*${name}\\s*,\\s*select\\s*,\\s*(\\w+)`, "u").exec(message)?.[1] ?? "other";
  return `‹${name}›`;
};
