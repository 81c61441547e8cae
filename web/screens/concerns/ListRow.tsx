// One row of the list: a link to its concern, and a box to select it. Called by the list pane.
import { useNavigate } from "@tanstack/react-router";
import { memo, useRef } from "react";
import type { PointerEvent, MouseEvent } from "react";
import type { ConcernRow } from "#contract/concerns.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { ChannelMark, Face, PriorityMark, StatusMark, useNow, When } from "#web/kit/Marks.tsx";
import { PromiseLeft } from "#web/screens/concerns/PromiseMark.tsx";
import { deskState, openConcern } from "#web/state/desk.ts";
import { belowSubject } from "#web/state/lists.ts";
import { nameWords } from "#web/state/names.ts";
import { useStore } from "#web/state/store.ts";
import { duration, fullTime, t } from "#web/state/words.ts";

/** A finger that rests so long selects. */
const pressMs = 450;
/** A finger that moves further scrolls. In pixels. */
const stillPx = 10;

/**
 * `select` with `range`: everything from where the last selection ended. `selecting`: something is selected, so a finger's tap selects, too.
 * Painted again only when its own row changes: a list has many, and every key press and live event comes by here.
 */
export const ListRow = memo(function ListRow({
  row,
  viewKey,
  open,
  selected,
  selecting,
  select,
}: {
  readonly row: ConcernRow;
  readonly viewKey: string;
  readonly open: boolean;
  readonly selected: boolean;
  readonly selecting: boolean;
  readonly select: (id: string, range: boolean) => void;
}) {
  const assignee = useStore(
    deskState,
    (state) => state.agents.find((agent) => agent.id === row.assigneeId)?.name ?? null,
  );
  const now = useNow();
  const navigate = useNavigate();
  const press = useLongPress(() => select(row.id, false));
  // Not the router's own Link: each of those looks at every move of the desk anew.
  return (
    <div className="row-frame" data-selected={selected || undefined}>
      <a
        href={`/desk/${viewKey}/${row.number}`}
        className="row"
        data-id={row.id}
        data-waits={row.waitingSince !== null || undefined}
        aria-current={open ? "true" : undefined}
        draggable={false}
        {...press.handlers}
        onClick={(click) => {
          // A new window is the browser's.
          if (click.ctrlKey || click.metaKey || click.altKey) return;
          click.preventDefault();
          const byFinger = press.isTouch();
          // A long press has selected already.
          if (byFinger && press.wasLong()) return;
          if (click.shiftKey || (byFinger && selecting)) return select(row.id, click.shiftKey);
          // Asked for at once: the answer is on its way while the desk turns to it.
          void openConcern(row.id);
          void navigate({ to: "/desk/$view/$number", params: { view: viewKey, number: String(row.number) } });
        }}
      >
        <span className="row-top">
          <StatusMark status={row.status} words={false} />
          <span className="row-name">{nameWords(row.customerName)}</span>
          {row.priority === "high" || row.priority === "urgent" ? (
            <PriorityMark priority={row.priority} words={false} />
          ) : null}
          <span className="row-when">
            <When at={row.lastMessageAt} />
          </span>
        </span>
        <span className="row-subject" dir="auto" lang={row.language ?? undefined}>
          {row.subject}
        </span>
        <span className="row-bottom">
          <span className="row-snippet">
            {row.lastDirection === "out" ? (
              <Icon name="reply" size="small" label={t("concerns.weAnswered")} />
            ) : row.lastDirection === "note" ? (
              <Icon name="note" size="small" label={t("concerns.lastIsNote")} />
            ) : null}
            <span dir="auto" lang={row.language ?? undefined}>
              {belowSubject(row)}
            </span>
          </span>
          {row.deliveryFailed ? (
            <span className="row-failed">
              <Icon name="warning" size="small" label={t("concerns.deliveryFailed")} />
            </span>
          ) : null}
          {row.rating === null ? null : (
            <span className="row-rating" data-bad={row.rating <= 2 || undefined}>
              <Icon name="star" size="small" label={t("ratings.given", { score: row.rating })} />
              <span aria-hidden="true">{row.rating}</span>
            </span>
          )}
          {row.snoozedUntil === null ? null : (
            <span className="row-quiet" title={fullTime(row.snoozedUntil)}>
              <Icon
                name="clock"
                size="small"
                label={t("concerns.snoozedUntil", { time: fullTime(row.snoozedUntil) })}
              />
            </span>
          )}
          {row.dueAt === null ? null : <PromiseLeft row={row} />}
          {row.dueAt === null &&
          row.waitingSince !== null &&
          now.getTime() - Date.parse(row.waitingSince) > 3_600_000 ? (
            <span className="row-wait" title={t("concerns.waitsSince", { time: fullTime(row.waitingSince) })}>
              {duration(now.getTime() - Date.parse(row.waitingSince))}
            </span>
          ) : null}
          {row.channels.length > 1 ? row.channels.map((kind) => <ChannelMark key={kind} kind={kind} />) : null}
          {assignee === null ? null : <Face small name={assignee} spoken />}
        </span>
      </a>
      <label className="row-check">
        <input
          type="checkbox"
          className="quietly"
          checked={selected}
          aria-label={t("concerns.select", { subject: row.subject })}
          // The keys select at the row itself: x.
          tabIndex={-1}
          onChange={({ nativeEvent }) => select(row.id, "shiftKey" in nativeEvent && nativeEvent.shiftKey === true)}
        />
        <span className="row-box">
          <Icon name="check" size="small" />
        </span>
      </label>
    </div>
  );
});

/** Tells a finger that rests from one that taps or scrolls. Mice and pens have boxes and keys. */
const useLongPress = (pressed: () => void) => {
  const now = useRef({ touch: false, long: false, x: 0, y: 0, timer: 0 });
  const end = (): void => clearTimeout(now.current.timer);
  return {
    isTouch: (): boolean => now.current.touch,
    wasLong: (): boolean => now.current.long,
    handlers: {
      onPointerDown: (pointer: PointerEvent): void => {
        end();
        const touch = pointer.pointerType === "touch";
        now.current = { touch, long: false, x: pointer.clientX, y: pointer.clientY, timer: 0 };
        if (!touch) return;
        now.current.timer = window.setTimeout(() => {
          now.current.long = true;
          pressed();
        }, pressMs);
      },
      onPointerMove: (pointer: PointerEvent): void => {
        const { x, y } = now.current;
        if (Math.hypot(pointer.clientX - x, pointer.clientY - y) > stillPx) end();
      },
      onPointerUp: end,
      onPointerCancel: end,
      // The browser's own menu of a link would lie over what was just selected.
      onContextMenu: (menu: MouseEvent): void => {
        if (now.current.touch) menu.preventDefault();
      },
    },
  };
};
