// The calendars of holidays, fetched for the forms that name them, and what a calendar's line says. Called by web/screens/brands and web/kit/hours.
import { useQuery } from "@tanstack/react-query";
import { calendars, type CalendarAddress, type HolidayCalendar } from "#contract/calendars.ts";
import { inBoth } from "#lib/inBoth.ts";
import { callOrThrow } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { dayAndTime, language, plainDay, t } from "#web/state/words.ts";

export const calendarsKey = ["calendars"] as const;

/** The calendars as they are now. */
export const useCalendars = () =>
  useQuery({
    queryKey: calendarsKey,
    // What was kept a moment ago is fetched, not remembered.
    staleTime: 0,
    queryFn: ({ signal }) => callOrThrow(calendars.list, {}, signal),
  });

/** What comes first of a calendar: up to three of its days with their names. */
export const nextWords = (days: HolidayCalendar["days"]): string =>
  days.length === 0
    ? t("calendars.nothing")
    : days
        .slice(0, 3)
        .map(({ from, name }) => `${plainDay(from)} ${inBoth(name)[language()]}`.trim())
        .join(" · ");

/** Why a calendar could not be fetched, and since when; null: it could. */
export const faultWords = ({ fault }: CalendarAddress): string | null =>
  fault === null ? null : t("calendars.fault", { since: dayAndTime(fault.since), why: problemWords(fault) });
