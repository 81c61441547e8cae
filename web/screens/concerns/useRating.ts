// What the customer said of how a concern was settled, as the log moves it. Called by RatingLine and Thread.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ratings } from "#contract/ratings.ts";
import type { Rating } from "#contract/ratings.ts";
import { callOrThrow } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";

/** Null: the customer was not asked, or it is not fetched yet. */
export const useRating = (id: string): Rating | null => {
  const store = useQueryClient();
  // Every entry of an open concern's history moves it: a rating is one.
  const bump = useStore(deskState, (state) => state.hints.history[id] ?? 0);
  const { data } = useQuery({
    queryKey: ["rating", id],
    queryFn: ({ signal }) => callOrThrow(ratings.ofConcern, { params: { id } }, signal),
  });
  useEffect(() => {
    if (bump > 0) void store.invalidateQueries({ queryKey: ["rating", id] });
  }, [bump, id, store]);
  return data ?? null;
};
