// What each kind of step does when a flow comes to it, and how it goes on when its effect came back. Called by model.ts; pure.
import type { FlowOutcome } from "#contract/flow-runs.ts";
import type { FlowStep, FlowValue, StepId } from "#contract/flows.ts";
import { fold } from "#lib/fold.ts";
import { isMailAddress } from "#lib/mailAddress.ts";
import { phoneIn } from "./model-read.ts";
import {
  addressName,
  ask,
  code,
  end,
  handOver,
  keep,
  keptText,
  known,
  passed,
  say,
  saidOf,
  sentence,
  tried,
  want,
  type Run,
  type StepOf,
} from "./model-dialogue.ts";
import { holds, keepable, lookUpWords, numberOf, pointedAt, provedAddresses, reckoned } from "./model-values.ts";
import { wordsOf } from "./model-words.ts";

/** A way out of a step. Null where a step waits, or the flow is over. */
export interface Way {
  readonly exit: string;
  readonly to: StepId | null;
}

/** Times that are offered for a call. */
const callTimes = { minutes: 30, offers: 4, afterMinutes: 60 } as const;

const minuteMs = 60_000;

/** Comes to a step. */
export const enter = (run: Run, step: FlowStep): Way | null => {
  switch (step.do) {
    case "say":
      say(run, step.id, saidOf(run, step.text));
      return { exit: "next", to: step.next };
    case "ask":
      ask(run, step.id, null);
      return null;
    case "branch":
      return branch(run, step);
    case "set":
      for (const { into, from } of step.values) set(run, into, from);
      return { exit: "next", to: step.next };
    case "lookUp":
      return lookUp(run, step);
    case "article":
      article(run, step);
      return { exit: "next", to: step.next };
    case "incidents":
      return incidents(run, step);
    case "verify":
      return verify(run, step);
    case "handOver": {
      const { topicId, queueId, skills, priority } = step;
      const subject = saidOf(run, step.subject);
      passed(run, step.id, "end");
      say(run, step.id, saidOf(run, step.text));
      handOver(run, step.id, "step", { topicId, queueId, skills, priority, subject });
      return null;
    }
    case "callback":
      say(run, step.id, saidOf(run, step.text));
      return callback(run, step);
    case "schedule": {
      const { minutes, offers, afterMinutes } = step;
      want(run, step.id, { do: "times", minutes, offers, afterMinutes });
      return null;
    }
    case "sendLink":
      return sendLink(run, step);
    case "wait": {
      const { now, opensAt, open } = run.surroundings;
      const minutes = step.until.by === "minutes" ? step.until.minutes : null;
      if (minutes === null && (open || opensAt === null)) return { exit: "next", to: step.next };
      const until = minutes === null ? (opensAt ?? now) : new Date(Date.parse(now) + minutes * minuteMs).toISOString();
      want(run, step.id, { do: "timer", until });
      return null;
    }
    case "end":
      passed(run, step.id, "end");
      say(run, step.id, saidOf(run, step.text));
      end(run, step.solved ? "solved" : "ended", { as: step.solved ? "solved" : "ended" });
      return null;
  }
};

const branch = (run: Run, step: StepOf<"branch">): Way => {
  const at = step.cases.findIndex(({ all }) => all.every((each) => holds(each, run.state, run.surroundings)));
  const found = step.cases[at];
  return found ? { exit: `case${at + 1}`, to: found.next } : { exit: "otherwise", to: step.otherwise };
};

const set = (run: Run, into: string, from: StepOf<"set">["values"][number]["from"]): void => {
  if (from.by === "value") return keep(run, into, from.value);
  if (from.by === "text") {
    const { words, secret } = keptText(run, from.text);
    return keep(run, into, words, secret);
  }
  const side = (given: number | string): number | undefined =>
    typeof given === "number" ? given : numberOf(known(run, given));
  const secret = [from.left, from.right].some((given) => typeof given === "string" && run.state.secret.includes(given));
  keep(run, into, reckoned(side(from.left), from.how, side(from.right)), secret);
};

const lookUp = (run: Run, step: StepOf<"lookUp">): Way | null => {
  const words = lookUpWords(step, (name) => known(run, name));
  if (words === null) {
    tried(run, step.id, { what: "lookUp", name: step.service, became: "failed" });
    return { exit: "failed", to: step.failed };
  }
  const { service, method, timeoutMs } = step;
  want(run, step.id, { do: "lookUp", service, method, ...words, timeoutMs });
  return null;
};

const lookedUp = (run: Run, step: StepOf<"lookUp">, outcome: FlowOutcome): Way => {
  const became = outcome.of === "lookUp" ? outcome.became : "failed";
  tried(run, step.id, { what: "lookUp", name: step.service, became });
  if (outcome.of !== "lookUp" || outcome.became !== "found")
    return became === "missing" ? { exit: "missing", to: step.missing } : { exit: "failed", to: step.failed };
  for (const { pointer, into } of step.takes) keep(run, into, keepable(pointedAt(outcome.body, pointer)));
  return { exit: "next", to: step.next };
};

const article = (run: Run, step: StepOf<"article">): void => {
  const title = saidOf(run, step.title);
  run.outputs.push({ kind: "article", step: step.id, title, summary: saidOf(run, step.summary), url: step.url });
  run.state.unanswered = false;
  tried(run, step.id, {
    what: "article",
    name: wordsOf(title, run.state.language, run.surroundings.medium, run.surroundings.zone),
    became: "shown",
  });
};

const incidents = (run: Run, step: StepOf<"incidents">): Way => {
  const words = step.words.map(fold);
  const found = run.surroundings.notices.filter(
    ({ de, en }) => words.length === 0 || words.some((word) => fold(de).includes(word) || fold(en).includes(word)),
  );
  for (const { de, en } of found) run.outputs.push({ kind: "notice", step: step.id, de, en });
  const [first] = found;
  tried(run, step.id, {
    what: "incidents",
    name: first === undefined ? "" : first[run.state.language] || first.de || first.en,
    became: first === undefined ? "none" : "shown",
  });
  if (first === undefined) return { exit: "none", to: step.none };
  run.state.unanswered = false;
  return { exit: "next", to: step.next };
};

const alike = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase();

const asAddress = (value: FlowValue | undefined): string | null =>
  typeof value === "string" && isMailAddress(value.trim()) ? value.trim() : null;

/** Whoever is shown to have the address passes at once; where none is known and somebody is shown, theirs is taken. */
const verify = (run: Run, step: StepOf<"verify">): Way | null => {
  const name = addressName(step);
  const address = asAddress(known(run, name));
  const proved = provedAddresses(run.state, run.surroundings);
  const theirs = address === null ? proved[0] : proved.find((each) => alike(each, address));
  if (theirs !== undefined) {
    if (address === null) keep(run, name, theirs);
    return { exit: "next", to: step.next };
  }
  if (address === null) ask(run, step.id, "email");
  else want(run, step.id, { do: "sendCode", email: address });
  return null;
};

/** The address was asked, and said. */
export const verifyAt = (run: Run, step: StepOf<"verify">, email: string): void => {
  keep(run, addressName(step), email);
  want(run, step.id, { do: "sendCode", email });
};

/** The code was asked, and said. `tries`: how often it was asked. */
export const verifyBy = (run: Run, step: StepOf<"verify">, said: string, tries: number): Way | null => {
  const email = asAddress(known(run, addressName(step)));
  if (email === null) return { exit: "failed", to: step.failed };
  want(run, step.id, { do: "tryCode", email, code: said }, tries);
  return null;
};

const verified = (run: Run, step: StepOf<"verify">, outcome: FlowOutcome, tries: number): Way | null => {
  const failed = { exit: "failed", to: step.failed };
  if (outcome.of === "sendCode") {
    if (outcome.became === "sent") {
      ask(run, step.id, "code");
      return null;
    }
    say(run, step.id, sentence("codeRefused"));
  }
  const name = addressName(step);
  const address = run.state.secret.includes(name) ? "" : (asAddress(known(run, name)) ?? "");
  if (outcome.of === "tryCode" && outcome.became === "wrong" && tries < code.tries) {
    ask(run, step.id, "code", { tries: tries + 1, again: "wrongCode" });
    return null;
  }
  const became = outcome.of === "tryCode" && outcome.became === "verified" ? "verified" : "failed";
  tried(run, step.id, { what: "verify", name: address, became });
  return became === "verified" ? { exit: "next", to: step.next } : failed;
};

/** Asks what is not known yet: the number, then the time. */
export const callback = (run: Run, step: StepOf<"callback">): null => {
  const phone = phoneIn(String(known(run, step.phone) ?? ""), run.surroundings.zone);
  if (phone === null) ask(run, step.id, "phone");
  else if (step.when === "choose") want(run, step.id, { do: "times", ...callTimes });
  else callAt(run, step, null);
  return null;
};

/** The end of a callback; `at` null: as soon as somebody is there. */
export const callAt = (run: Run, step: StepOf<"callback">, at: string | null): void => {
  const phone = phoneIn(String(known(run, step.phone) ?? ""), run.surroundings.zone) ?? "";
  const shown = run.state.secret.includes(step.phone) ? "•••" : phone;
  passed(run, step.id, "end");
  say(
    run,
    step.id,
    at === null ? sentence("callbackTaken", { phone: shown }) : sentence("callbackTakenAt", { phone: shown, at }),
  );
  const { topicId, queueId } = step;
  end(run, "callback", { as: "callback", phone, at, topicId, queueId, subject: saidOf(run, step.subject) });
};

const offeredOf = (times: readonly string[]) => times.slice(0, 8).map((at, index) => ({ id: `t${index + 1}`, at }));

const sendLink = (run: Run, step: StepOf<"sendLink">): Way | null => {
  const url = step.link.to === "page" ? step.link.url : null;
  const text = saidOf(run, step.text);
  if (step.by.way === "mail") {
    const email = asAddress(known(run, step.by.email));
    if (email !== null) want(run, step.id, { do: "mailLink", email, text, url });
    return email === null ? linkNotMailed(run, step) : null;
  }
  if (url !== null) return linkShown(run, step, url);
  want(run, step.id, { do: "link" });
  return null;
};

const linkShown = (run: Run, step: StepOf<"sendLink">, url: string): Way => {
  run.outputs.push({ kind: "link", step: step.id, text: saidOf(run, step.text), url });
  run.state.unanswered = false;
  tried(run, step.id, { what: "link", name: step.link.to === "page" ? url : "", became: "shown" });
  return { exit: "next", to: step.next };
};

/** A page can be shown instead; the way on to this dialogue cannot. */
const linkNotMailed = (run: Run, step: StepOf<"sendLink">): Way => {
  say(run, step.id, sentence("linkNotMailed"));
  if (step.link.to === "page") return linkShown(run, step, step.link.url);
  tried(run, step.id, { what: "link", name: "", became: "failed" });
  return { exit: "next", to: step.next };
};

const linked = (run: Run, step: StepOf<"sendLink">, outcome: FlowOutcome): Way => {
  if (outcome.of === "link") return linkShown(run, step, outcome.url);
  if (outcome.of !== "mailLink" || outcome.became !== "sent" || step.by.way !== "mail") return linkNotMailed(run, step);
  const secret = run.state.secret.includes(step.by.email);
  say(run, step.id, sentence("mailedLink", { email: secret ? "•••" : String(known(run, step.by.email) ?? "") }));
  run.state.unanswered = false;
  tried(run, step.id, {
    what: "link",
    name: step.link.to === "page" ? step.link.url : "",
    became: "shown",
  });
  return { exit: "next", to: step.next };
};

/** A step's effect came back. An outcome of another kind is a fault, and none of the way that everything was well. */
export const resume = (run: Run, step: FlowStep, outcome: FlowOutcome, tries: number): Way | null => {
  switch (step.do) {
    case "lookUp":
      return lookedUp(run, step, outcome);
    case "verify":
      return verified(run, step, outcome, tries);
    case "schedule": {
      const times = outcome.of === "times" ? outcome.times : [];
      if (times.length === 0) return { exit: "none", to: step.none };
      ask(run, step.id, "when", { offered: offeredOf(times) });
      return null;
    }
    case "callback": {
      const times = outcome.of === "times" ? outcome.times : [];
      if (times.length > 0) ask(run, step.id, "time", { offered: offeredOf(times) });
      else {
        say(run, step.id, sentence("noTimes"));
        callAt(run, step, null);
      }
      return null;
    }
    case "sendLink":
      return linked(run, step, outcome);
    case "wait":
      return { exit: "next", to: step.next };
    default:
      return { exit: "failed", to: null };
  }
};
