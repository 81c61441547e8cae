// Tells administrators which calendars of holidays could not be fetched, until they can again: by then somebody may be closed, or open, on the wrong day. Called by the first pane.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { calendarsKey, faultWords, useCalendars } from "#web/state/calendars.ts";
import { onEvents } from "#web/state/desk.ts";
import { t } from "#web/state/words.ts";

export const CalendarTrouble = () => {
  const client = useQueryClient();
  const { data } = useCalendars();
  useEffect(
    () =>
      onEvents((events) => {
        if (events.some(({ kind }) => kind.startsWith("calendar.")))
          void client.invalidateQueries({ queryKey: calendarsKey });
      }),
    [client],
  );
  const failing = (data ?? []).flatMap(({ id, name, address }) => {
    const words = address === null ? null : faultWords(address);
    return words === null ? [] : [{ id, name, words }];
  });
  if (failing.length === 0) return null;
  return (
    <ul className="told" aria-label={t("calendars.trouble")}>
      {failing.slice(0, 3).map(({ id, name, words }) => (
        <li key={id} className="told-note" data-tone="warning">
          <p dir="auto">
            <Link to="/admin/brands">{name}</Link>
          </p>
          <small>{words}</small>
        </li>
      ))}
    </ul>
  );
};
