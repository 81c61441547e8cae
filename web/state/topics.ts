// The tree of topics as people read it. Pure; called by the header and the admin page.
import type { Topic } from "#contract/brands.ts";

/** A topic with those above it: "Internet › Outage". A loop in the data ends instead of hanging. */
export const topicPath = (topics: readonly Topic[], topic: Topic): string => {
  const names = [topic.name];
  const seen = new Set<string>([topic.id]);
  let above = topics.find((one) => one.id === topic.parentId);
  while (above && !seen.has(above.id)) {
    names.unshift(above.name);
    seen.add(above.id);
    const next = above.parentId;
    above = topics.find((one) => one.id === next);
  }
  return names.join(" › ");
};

/** Topics in the order of the tree, each with its depth. */
export const topicTree = (
  topics: readonly Topic[],
  parentId: string | null = null,
  depth = 0,
): readonly { readonly topic: Topic; readonly depth: number }[] =>
  depth > 20
    ? []
    : topics
        .filter((topic) => topic.parentId === parentId)
        .toSorted((a, b) => a.name.localeCompare(b.name))
        .flatMap((topic) => [{ topic, depth }, ...topicTree(topics, topic.id, depth + 1)]);
