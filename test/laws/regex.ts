// Finds regular expressions whose time grows faster than their input. A backtracking engine tries every path of the
// automaton before it gives up, so growth is ambiguity: exponential when a state has two ways back to itself by the
// same text, polynomial when two loops follow each other over the same text (Weber and Seidl 1991, "On the degree of
// ambiguity of finite automata"). Called by check.ts.
import { automata, mostStates } from "./automaton.ts";
import type { Automaton } from "./automaton.ts";

/** Why an expression is slow. */
export type Growth = { readonly kind: "exponential" | "polynomial"; readonly why: string };

/** Steps of one search; beyond them the expression counts as slow to be safe. */
const mostSteps = 400_000;

/**
 * The growth of a pattern beyond linear, or undefined. A search that starts anew at every character (`/a+b/` over
 * aaaa…) is not counted: that is a property of the search, bounded by the limits on every input's length.
 */
export function growth(pattern: string, flags: string): Growth | undefined {
  for (const automaton of automata(pattern, flags)) {
    const found = growthOf(automaton);
    if (found !== undefined) return found;
  }
  return undefined;
}

function growthOf(automaton: Automaton): Growth | undefined {
  if (automaton.labels.length > mostStates) return { kind: "polynomial", why: "too large to judge" };
  const components = loops(automaton);
  for (const states of components)
    if (hasTwoWaysBack(automaton, states[0] ?? 0, new Set(states)))
      return { kind: "exponential", why: "a repetition holds the same text in two ways" };
  for (const from of components)
    for (const to of components)
      for (const p of from)
        for (const q of to)
          if (p !== q && hasLoopPair(automaton, p, q, new Set(from), new Set(to)))
            return { kind: "polynomial", why: "two repetitions that follow each other take the same text" };
  return undefined;
}

/**
 * Strongly connected parts that hold a cycle, among the states after which the match may still fail: a loop that may
 * stop anywhere with success never has to go back.
 */
function loops({ labels, next, last }: Automaton): readonly (readonly number[])[] {
  const reach = labels.map((_, state) => {
    const seen = new Set<number>();
    if (last.has(state)) return seen;
    const waiting = [...(next[state]?.keys() ?? [])];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (seen.has(at) || last.has(at)) continue;
      seen.add(at);
      waiting.push(...(next[at]?.keys() ?? []));
    }
    return seen;
  });
  const done = new Set<number>();
  const found: number[][] = [];
  for (let state = 0; state < labels.length; state++) {
    if (done.has(state) || reach[state]?.has(state) !== true) continue;
    const part = [...(reach[state] ?? [])].filter((other) => reach[other]?.has(state) === true);
    for (const other of part) done.add(other);
    found.push(part);
  }
  return found;
}

/** Whether two different ways lead from `pivot` back to it by the same text. */
function hasTwoWaysBack({ labels, next }: Automaton, pivot: number, part: ReadonlySet<number>): boolean {
  const size = labels.length;
  const start = pivot * size + pivot;
  const before = new Map<number, number[]>();
  const seen = new Set<number>([start]);
  const waiting = [start];
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const left = Math.floor(pair / size);
    const right = pair % size;
    for (const [a, ways] of next[left] ?? [])
      for (const b of next[right]?.keys() ?? []) {
        if (!part.has(a) || !part.has(b) || ((labels[a] ?? 0n) & (labels[b] ?? 0n)) === 0n) continue;
        if (left === right && a === b && ways > 1) return true;
        const to = a * size + b;
        before.set(to, [...(before.get(to) ?? []), pair]);
        if (seen.has(to)) continue;
        seen.add(to);
        waiting.push(to);
        if (seen.size > mostSteps) return true;
      }
  }
  const back = new Set<number>([start]);
  const returning = [start];
  for (let pair = returning.pop(); pair !== undefined; pair = returning.pop()) {
    if (Math.floor(pair / size) !== pair % size) return true;
    for (const earlier of before.get(pair) ?? []) {
      if (back.has(earlier)) continue;
      back.add(earlier);
      returning.push(earlier);
    }
  }
  return false;
}

/** Whether one text leads from p to p, from p to q and from q to q. */
function hasLoopPair(
  { labels, next }: Automaton,
  p: number,
  q: number,
  around: ReadonlySet<number>,
  behind: ReadonlySet<number>,
): boolean {
  const size = labels.length;
  const key = (x: number, y: number, z: number): number => (x * size + y) * size + z;
  const goal = key(p, q, q);
  const seen = new Set<number>([key(p, p, q)]);
  const waiting: (readonly [number, number, number])[] = [[p, p, q]];
  for (let triple = waiting.pop(); triple !== undefined; triple = waiting.pop()) {
    for (const x of next[triple[0]]?.keys() ?? []) {
      if (!around.has(x)) continue;
      for (const z of next[triple[2]]?.keys() ?? []) {
        const shared = (labels[x] ?? 0n) & (labels[z] ?? 0n);
        if (!behind.has(z) || shared === 0n) continue;
        for (const y of next[triple[1]]?.keys() ?? []) {
          if ((shared & (labels[y] ?? 0n)) === 0n) continue;
          const to = key(x, y, z);
          if (to === goal) return true;
          if (seen.has(to)) continue;
          seen.add(to);
          waiting.push([x, y, z]);
          if (seen.size > mostSteps) return true;
        }
      }
    }
  }
  return false;
}
