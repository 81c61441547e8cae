// The search at the desk: which concerns and customers fit what somebody typed. Called by concerns/routes-lists.ts. Finding words is modules/search's; this knows whose they are.
import type { AgentActor } from "#contract/actor.ts";
import { seesBrand } from "#contract/actor.ts";
import { everything, type ConcernRow } from "#contract/concerns.ts";
import type { Result } from "#contract/endpoint.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { ConcernId, MessageId } from "#contract/ids.ts";
import type { search, SearchResult } from "#contract/search.ts";
import { listConcerns } from "#modules/concerns/reads-lists.ts";
import {
  fieldsByIds,
  newestOfCustomers,
  placesOf,
  rowFor,
  rowsByIds,
  rowsByNumbers,
  textsByIds,
} from "#modules/concerns/reads.ts";
import type { Field, FieldValue, FieldValues } from "#contract/fields.ts";
import { fieldsOf } from "#modules/fields/reads.ts";
import { brandsOf, findCustomers, membersOf, type CustomerWish, type FoundCustomer } from "#modules/customers/reads.ts";
import {
  codeRuns,
  excerpt,
  findAmong,
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
      const members = await membersOf(tx, ids);
      for (const row of newestFirst(await newestOfCustomers(tx, members, concernsOfEach))) add(row, null);
    }
    const ids = [...found.values()].map(({ hit }) => hit?.messageId).filter((id) => id !== undefined);
    const texts = new Map((await textsByIds(tx, ids)).map(({ id, text }) => [id, text]));
    const definitions = await fieldsOf(tx, "customer");
    // A hit in the concern itself, not in a message: a field or its subject.
    const own = [...found.values()].flatMap(({ row, hit }) => (hit?.messageId === row.id ? [row.id] : []));
    if (own.length > 0) {
      const names = await fieldsOf(tx, "concern");
      for (const { id, fields } of await fieldsByIds(tx, own)) texts.set(id, fieldsText(names, fields));
    }
    return {
      concerns: [...found.values()].map(({ row, hit }) => shown(row, hit, texts, marks)),
      customers: customers.map((customer) => ({
        id: customer.id,
        name: highlight(customer.name, marks),
        address: highlight(customer.address, marks),
        fact: factOf(definitions, customer, marks),
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

/** Which messages of a concern fit a query, and what to mark in them: where a hit of the search leads. */
export const searchWithin = async (
  world: Reading,
  who: AgentActor,
  id: ConcernId,
  query: string,
): Promise<Result<typeof search.within> | Refusal> => {
  const row = await rowFor(world.db, who, id);
  if (isRefusal(row)) return row;
  return world.db.transaction(async (tx) => {
    const places = await placesOf(tx, id);
    const found = await findAmong(
      world,
      tx,
      understandWish(query),
      places.map(({ messageId }) => messageId),
    );
    const hits = places.filter(({ messageId }) => found.messageIds.has(messageId));
    if (brandsOf(who) === null) return { hits, marks: found.marks };
    // As in the search: words that only other brands' messages hold are not for this agent to read.
    const texts = await textsByIds(
      tx,
      hits.map(({ messageId }) => messageId),
    );
    const known = new Set([...tokensOf(query), ...texts.flatMap(({ text }) => tokensOf(text))]);
    return { hits, marks: { ...found.marks, words: found.marks.words.filter((word) => known.has(word)) } };
  });
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
    messageId: text === undefined || hit === null || hit.messageId === row.id ? null : (hit.messageId as MessageId),
    excerpt: excerpt(text === undefined || text.trim() === "" ? row.snippet : text, marks),
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

const nameOf = (definitions: readonly Field[], key: string): string =>
  definitions.find((field) => field.key === key)?.name ?? key;

/** A concern's fields in a line. Yes and no say nothing without their words. */
const fieldsText = (definitions: readonly Field[], fields: FieldValues): string =>
  Object.entries(fields)
    .filter(([, value]) => typeof value !== "boolean")
    .map(([key, value]) => `${nameOf(definitions, key)}: ${String(value)}`)
    .join(" · ");

/** The first thing known of a customer, beside name and address, that fits. */
const factOf = (
  definitions: readonly Field[],
  { fields, organisation }: FoundCustomer,
  marks: Marker,
): SearchResult["customers"][number]["fact"] => {
  const known: readonly (readonly [string | null, FieldValue])[] = [
    ...(organisation === null ? [] : [[null, organisation] as const]),
    ...Object.entries(fields),
  ];
  for (const [key, said] of known) {
    const value = highlight(String(said), marks);
    if (value.some((part) => part.hit)) return { name: key === null ? null : nameOf(definitions, key), value };
  }
  return null;
};

/** What a query asks of customers: parts of a name or of what is known, codes, and part of an address when it is one word, or a telephone number. */
const customerWish = (wish: Wish): CustomerWish => {
  const codes = codeRuns(wish.terms);
  const words = wish.terms
    .filter((_, place) => !codes.some((run) => run.from <= place && place < run.to))
    .flatMap(tokensOf)
    .map(skeleton);
  const typed = wish.terms.join(" ");
  const digits = typed.replace(/\D/g, "");
  const isNumber = digits.length >= 6 && /^[+\d\s()/.-]+$/.test(typed);
  const address = isNumber
    ? digits.replace(/^0+/, "")
    : wish.terms.length === 1 && typed.length >= 3
      ? typed.toLowerCase()
      : null;
  return { words: words.some((word) => word.length >= 3) || codes.length > 0 ? words.slice(0, 5) : [], codes, address };
};
