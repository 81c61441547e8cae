// What the search finds for words that somebody is typing. Called by whatever finds concerns and customers in a Finder.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { search } from "#contract/search.ts";
import type { SearchResult } from "#contract/search.ts";
import { useRested } from "#web/kit/useRested.ts";
import { callOrThrow } from "#web/state/client.ts";

export interface Found extends Pick<SearchResult, "concerns" | "customers"> {
  /** The words that were asked for last. */
  readonly query: string;
}

/** At most seven concerns and seven customers, while what was typed has so many letters; until there is an answer what the words before have found. */
export const useFound = (typed: string, leastLetters = 1): Found => {
  const query = useRested(typed.trim(), 160);
  const { data } = useQuery({
    queryKey: ["find", query],
    enabled: query.length >= leastLetters,
    queryFn: ({ signal }) => callOrThrow(search.everything, { query: { q: query, limit: 7 } }, signal),
    placeholderData: keepPreviousData,
  });
  const isAsked = typed.trim().length >= leastLetters;
  return { query, concerns: (isAsked && data?.concerns) || [], customers: (isAsked && data?.customers) || [] };
};
