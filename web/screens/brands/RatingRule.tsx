// In a brand's form: whether its customers are asked how their concern was settled, when and how often, and what came of it. Called by AdminBrands.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ratings } from "#contract/ratings.ts";
import type { RatingRule } from "#contract/ratings.ts";
import { Field, Toggle } from "#web/kit/Field.tsx";
import { call, callOrThrow } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { t } from "#web/state/words.ts";

/** What is a number, with the least and the most it may be, in the order of the form. */
const numbers = {
  delayMinutes: { least: 0, most: 43_200, label: "ratings.delay" },
  windowDays: { least: 1, most: 90, label: "ratings.window" },
  pauseDays: { least: 0, most: 365, label: "ratings.pause" },
} as const;
type NumberKey = keyof typeof numbers;
const numberKeys = Object.keys(numbers) as readonly NumberKey[];

/** A brand's rule while it is being changed. */
export interface ChangedRule {
  /** Null: there is no brand yet, or it is not fetched. */
  readonly rule: Pick<RatingRule, "enabled" | "reopens"> | null;
  /** Numbers as they stand in their fields. */
  readonly typed: Readonly<Record<NumberKey, string>>;
  readonly said: string;
  readonly change: (part: Partial<Pick<RatingRule, "enabled" | "reopens">>) => void;
  readonly type: (key: NumberKey, typed: string) => void;
  /** Keeps it, if it was changed; gives what was wrong, or null. */
  readonly keep: () => Promise<Problem | null>;
}

const within = (key: NumberKey, typed: string): number =>
  Math.min(numbers[key].most, Math.max(numbers[key].least, Math.trunc(Number(typed)) || 0));

/** The rule of a brand, and what is changed of it. */
export const useRatingRule = (brandId: string | null): ChangedRule => {
  const [changed, setChanged] = useState<Partial<Pick<RatingRule, "enabled" | "reopens">>>({});
  const [typed, setTyped] = useState<Partial<Record<NumberKey, string>>>({});
  const { data } = useQuery({
    queryKey: ["ratingRule", brandId],
    enabled: brandId !== null,
    // What was kept a moment ago is fetched, not remembered.
    staleTime: 0,
    gcTime: 0,
    queryFn: ({ signal }) => callOrThrow(ratings.rule, { params: { id: brandId ?? "" } }, signal),
  });
  const shown = (key: NumberKey): string => typed[key] ?? String(data?.[key] ?? "");
  return {
    rule: data === undefined ? null : { enabled: data.enabled, reopens: data.reopens, ...changed },
    typed: { delayMinutes: shown("delayMinutes"), windowDays: shown("windowDays"), pauseDays: shown("pauseDays") },
    said:
      data === undefined
        ? ""
        : data.average === null
          ? t("ratings.none", { asked: data.asked })
          : t("ratings.average", { average: data.average, given: data.given, asked: data.asked }),
    change: (part) => setChanged((now) => ({ ...now, ...part })),
    type: (key, text) => setTyped((now) => ({ ...now, [key]: text })),
    keep: async () => {
      if (data === undefined || brandId === null || Object.keys({ ...changed, ...typed }).length === 0) return null;
      const body: RatingRule = {
        enabled: changed.enabled ?? data.enabled,
        reopens: changed.reopens ?? data.reopens,
        delayMinutes: within("delayMinutes", shown("delayMinutes")),
        windowDays: within("windowDays", shown("windowDays")),
        pauseDays: within("pauseDays", shown("pauseDays")),
      };
      const outcome = await call(ratings.setRule, { params: { id: brandId }, body });
      return outcome.ok ? null : outcome.problem;
    },
  };
};

export const RatingRuleFields = ({ rule: { rule, typed, said, change, type } }: { readonly rule: ChangedRule }) =>
  rule === null ? null : (
    <>
      <Toggle
        label={t("ratings.enabled")}
        hint={`${t("ratings.enabledHint")} ${said}`}
        value={rule.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      {rule.enabled ? (
        <>
          {numberKeys.map((key) => (
            <Field
              key={key}
              type="number"
              label={t(numbers[key].label)}
              value={typed[key]}
              onChange={(text) => type(key, text)}
            />
          ))}
          <Toggle
            label={t("ratings.reopens")}
            hint={t("ratings.reopensHint")}
            value={rule.reopens}
            onChange={(reopens) => change({ reopens })}
          />
        </>
      ) : null}
    </>
  );
