// The search at the desk: which concerns and customers fit what somebody typed. Called by concerns/routes-lists.ts. Finding words is modules/search's; this knows whose they are.
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import { everything, type ConcernRow } from "#contract/concerns.ts";
import { isRefusal } from "#contract/errors.ts";
import type { MessageId } from "#contract/ids.ts";
import type { SearchResult } from "#contract/search.ts";
import { listConcerns } from "#modules/concerns/reads-lists.ts";
import { newestOfCustomers, rowsByIds, rowsByNumbers, textsByIds } from "#modules/concerns/reads.ts";
import { brandsOf, findCustomers } from "#modules/customers/reads.ts";
import {
  excerpt,
  findMessages,
  highlight,
  skeleton,
  tokensOf,
  understandWish,
  type Hit,
  type Marker,
  type Wish,
} from "#modules/search/reads.ts";
import type { World } from "#platform/world.ts";

type Reading = Pick<World, "db" | "now">;

const mostCustomers = 8;
/** Concerns of customers who fit are shown when messages leave room: of so many customers, so many each. */
const customersTaken = 5;
const concernsOfEach = 5;

/**
 * Concerns (a number first, then those with a tag, then the newest messages that fit all words, then those of customers who fit) and customers.
 * Only brands the agent serves. The work is bounded however common the words are.
 */
export const searchEverything = async (
  world: Reading,
  who: AgentActor,
  query: string,
  limit: number,
): Promise<SearchResult> => {
  const wish = understandWish(query);
  const tagged = await concernsTagged(world, who, wish.tags, limit);
  return world.db.transaction(async (tx) => {
    const brands = brandsOf(who);
    const { hits, marks, alsoSearched } = await findMessages(world, tx, wish, brands, limit);
    const customers = await findCustomers(tx, customerWish(wish), brands, mostCustomers);
    const found = new Map<string, { readonly row: ConcernRow; readonly hit: Hit | null }>();
    const add = (row: ConcernRow | undefined, hit: Hit | null): void => {
      if (row && found.size < limit && !found.has(row.id) && seesBrand(who, row.brandId))
        found.set(row.id, { row, hit });
    };
    const firstHits = firstOfEach(hits, limit);
    const rows = new Map((await rowsByIds(tx, [...firstHits.keys()])).map((row) => [row.id as string, row]));
    for (const row of [...(await rowsByNumbers(tx, wish.numbers)), ...tagged]) add(row, firstHits.get(row.id) ?? null);
    for (const [id, hit] of firstHits) add(rows.get(id), hit);
    if (found.size < limit && customers.length > 0) {
      const ids = customers.slice(0, customersTaken).map(({ id }) => id);
      for (const row of newestFirst(await newestOfCustomers(tx, ids, concernsOfEach))) add(row, null);
    }
    const ids = [...found.values()].map(({ hit }) => hit?.messageId).filter((id) => id !== undefined);
    const texts = new Map((await textsByIds(tx, ids)).map(({ id, text }) => [id, text]));
    return {
      concerns: [...found.values()].map(({ row, hit }) => shown(row, hit, texts, marks)),
      customers: customers.map((customer) => ({
        id: customer.id,
        name: highlight(customer.name, marks),
        address: highlight(customer.address, marks),
      })),
      // Words that only other brands' messages hold are not for this agent to read.
      alsoSearched: brands === null ? [...alsoSearched] : wordsAmong(alsoSearched, [...found.values()], texts),
    };
  });
};

/** Those of the words that stand in what was found. */
const wordsAmong = (
  words: readonly string[],
  found: readonly { readonly row: ConcernRow; readonly hit: Hit | null }[],
  texts: ReadonlyMap<string, string>,
): string[] => {
  const said = new Set(
    found.flatMap(({ row, hit }) => tokensOf(`${row.subject} ${row.snippet} ${texts.get(hit?.messageId ?? "") ?? ""}`)),
  );
  return words.filter((word) => said.has(word));
};

const concernsTagged = async (
  world: Reading,
  who: AgentActor,
  tags: readonly string[],
  limit: number,
): Promise<ConcernRow[]> => {
  const pages = await Promise.all(
    tags.map((tag) => listConcerns(world, who, { filter: { ...everything, tag }, after: null, limit })),
  );
  return pages.flatMap((page) => (isRefusal(page) ? [] : page.rows));
};

const shown = (
  row: ConcernRow,
  hit: Hit | null,
  texts: ReadonlyMap<string, string>,
  marks: Marker,
): SearchResult["concerns"][number] => {
  const text = hit === null ? undefined : texts.get(hit.messageId);
  return {
    row,
    subject: highlight(row.subject, marks),
    messageId: text === undefined ? null : ((hit?.messageId ?? null) as MessageId | null),
    excerpt: excerpt(text ?? row.snippet, marks),
  };
};

/** The newest hit of each concern, newest concern first. */
const firstOfEach = (hits: readonly Hit[], limit: number): Map<string, Hit> => {
  const first = new Map<string, Hit>();
  for (const hit of hits) {
    if (first.has(hit.concernId)) continue;
    if (first.size >= limit) break;
    first.set(hit.concernId, hit);
  }
  return first;
};

const newestFirst = (rows: readonly ConcernRow[]): ConcernRow[] =>
  rows.toSorted((a, b) => (a.lastMessageAt < b.lastMessageAt ? 1 : -1));

/** What a query asks of customers: parts of a name, and part of an address when it is one word, or a telephone number. */
const customerWish = (wish: Wish): { readonly words: readonly string[]; readonly address: string | null } => {
  const words = wish.terms.flatMap(tokensOf).map(skeleton);
  const typed = wish.terms.join(" ");
  const digits = typed.replace(/\D/g, "");
  const isNumber = digits.length >= 6 && /^[+\d\s()/.-]+$/.test(typed);
  const address = isNumber
    ? digits.replace(/^0+/, "")
    : wish.terms.length === 1 && typed.length >= 3
      ? typed.toLowerCase()
      : null;
  return { words: words.some((word) => word.length >= 3) ? words.slice(0, 5) : [], address };
};
