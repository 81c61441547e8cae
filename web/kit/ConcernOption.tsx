// A concern that was found, as one line of a list box: status, subject, what fits, number. Called by the palette and the sheet of links.
import { ListBoxItem } from "react-aria-components";
import type { SearchResult } from "#contract/search.ts";
import { Marked, StatusMark } from "#web/kit/Marks.tsx";
import { deskState } from "#web/state/desk.ts";

export const ConcernOption = ({
  id,
  hit,
}: {
  readonly id: string;
  readonly hit: Pick<SearchResult["concerns"][number], "subject" | "excerpt"> & {
    readonly row: Pick<SearchResult["concerns"][number]["row"], "id" | "number" | "subject" | "status">;
  };
}) => (
  <ListBoxItem id={id} className="menu-item" textValue={hit.row.subject}>
    <StatusMark status={deskState.get().rows[hit.row.id]?.status ?? hit.row.status} words={false} />
    <span className="menu-label">
      <span className="finder-subject">
        <Marked parts={hit.subject} />
      </span>
      {hit.excerpt.length > 0 ? (
        <small>
          <Marked parts={hit.excerpt} />
        </small>
      ) : null}
    </span>
    <span className="finder-number">#{hit.row.number}</span>
  </ListBoxItem>
);
