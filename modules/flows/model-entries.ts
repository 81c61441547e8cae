// Which flow begins: by what somebody says first, by a topic, by pressing. Pure; asked by reads-running.ts and actions-concerns.ts.
import type { FlowEntry, FlowEntryRule, FlowMedium } from "#contract/flows.ts";
import type { FlowSurroundings } from "#contract/flow-runs.ts";
import type { FlowId } from "#contract/ids.ts";
import { fold } from "#lib/fold.ts";
import type { Offered } from "#modules/flows/model-runs.ts";

/** A flow that may begin, with all its ways of beginning. */
export interface Beginner {
  readonly flowId: FlowId;
  readonly entries: readonly FlowEntryRule[];
}

/** Where and when is asked. */
export interface Asked {
  readonly brandId: string;
  readonly medium: FlowMedium;
  readonly surroundings: Pick<FlowSurroundings, "open" | "notices">;
}

const holds = (rule: FlowEntryRule, { brandId, medium, surroundings }: Asked): boolean =>
  (rule.brandIds.length === 0 || (rule.brandIds as readonly string[]).includes(brandId)) &&
  (rule.media.length === 0 || rule.media.includes(medium)) &&
  (rule.hours === "always" || (rule.hours === "open") === surroundings.open);

const held = (flows: readonly Beginner[], asked: Asked): { readonly flowId: FlowId; readonly entry: FlowEntry }[] =>
  flows.flatMap(({ flowId, entries }) =>
    entries.filter((rule) => holds(rule, asked)).map(({ entry }) => ({ flowId, entry })),
  );

/** A line as it is compared: words apart by one space, without case, accents and punctuation. */
const plain = (line: string): string =>
  ` ${fold(line.slice(0, 1_000))
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()} `;

/** Do these words stand in the text? In one line of it, as whole words. */
const stands = (words: string, text: string): boolean => {
  const wanted = plain(words);
  return wanted.trim() !== "" && text.split("\n", 20).some((line) => plain(line).includes(wanted));
};

/**
 * Which flow begins with what was said first. One that has words of it before one that begins with a topic, and that before one that begins with whatever is said; of several alike the
 * longest words, then the first by name. `topics`: the topic and those above it. Null: none.
 */
export const begins = (
  flows: readonly Beginner[],
  asked: Asked,
  said: { readonly text: string; readonly topics: readonly string[] },
): FlowId | null => {
  let best: { readonly flowId: FlowId; readonly rank: number } | null = null;
  for (const { flowId, entry } of held(flows, asked)) {
    const rank =
      entry.by === "words"
        ? Math.max(0, ...entry.words.filter((words) => stands(words, said.text)).map((words) => 1_000 + words.length))
        : entry.by === "topic" && said.topics.includes(entry.topicId)
          ? 500 - said.topics.indexOf(entry.topicId)
          : entry.by === "first"
            ? 1
            : 0;
    if (rank > (best?.rank ?? 0)) best = { flowId, rank };
  }
  return best?.flowId ?? null;
};

/** Which flow begins because a concern that is there got a topic. */
export const beginsByTopic = (flows: readonly Beginner[], asked: Asked, topics: readonly string[]): FlowId | null =>
  begins(
    flows.map(({ flowId, entries }) => ({ flowId, entries: entries.filter(({ entry }) => entry.by === "topic") })),
    asked,
    { text: "", topics },
  );

/** What can be pressed: what is offered because of a notice first, then by the order its authors gave. Each flow once. */
export const offered = (flows: readonly Beginner[], asked: Asked): Offered[] => {
  const notices = asked.surroundings.notices.map(({ de, en }) => `${de}\n${en}`);
  const ranked = held(flows, asked).flatMap(({ flowId, entry }) => {
    if (entry.by === "button") return [{ flowId, label: entry.label, incident: false, order: entry.order }];
    if (entry.by !== "incident" || notices.length === 0) return [];
    const fits = entry.words.length === 0 || entry.words.some((words) => notices.some((text) => stands(words, text)));
    return fits ? [{ flowId, label: entry.label, incident: true, order: -1 }] : [];
  });
  const seen = new Set<string>();
  return ranked
    .toSorted((a, b) => a.order - b.order)
    .filter(({ flowId }) => !seen.has(flowId) && seen.add(flowId))
    .map(({ flowId, label, incident }) => ({ flowId, label, incident }));
};

/** May agents send it there? */
export const isForDesk = (entries: readonly FlowEntryRule[], asked: Asked): boolean =>
  entries.some((rule) => rule.entry.by === "desk" && holds(rule, asked));
