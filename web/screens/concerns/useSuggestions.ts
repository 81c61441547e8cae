// Whom somebody may mean who types a recipient: customers by name or address. Called by Recipients.tsx.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { AddressKind } from "#contract/channel.ts";
import { customers } from "#contract/customers.ts";
import type { Suggestion } from "#contract/customers.ts";
import { useRested } from "#web/kit/useRested.ts";
import { callOrThrow } from "#web/state/client.ts";

const fewest = 3;

/** Addresses that fit what was typed (after three letters), without those that are there already. */
export const useSuggestions = (kind: AddressKind, typed: string, already: readonly string[]): readonly Suggestion[] => {
  const text = typed.trim();
  const q = useRested(text, 120);
  const found = useQuery({
    queryKey: ["suggest", kind, q],
    enabled: q.length >= fewest,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => callOrThrow(customers.suggest, { query: { kind, q } }, signal),
  });
  if (text.length < fewest || q.length < fewest) return [];
  const known = new Set(already.map((value) => value.toLowerCase()));
  return (found.data ?? []).filter((one) => !known.has(one.value.toLowerCase()));
};
