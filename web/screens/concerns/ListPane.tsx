// The second pane: the concerns of a view. Virtual, live, and steady: what is being read does not move.
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ConcernRow, View } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ChannelMark, Face, PriorityMark, StatusMark, useNow, When } from "#web/kit/Marks.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { deskState, lists, loadList, loadMore, painted, underway } from "#web/state/desk.ts";
import { matches, shown, steady } from "#web/state/lists.ts";
import { paintedList } from "#web/state/painted.ts";
import { useStore } from "#web/state/store.ts";
import { ui } from "#web/state/ui.ts";
import { duration, fullTime, t } from "#web/state/words.ts";
import { viewName } from "#web/state/viewNames.ts";

export const ListPane = ({ view, openNumber }: { readonly view: View; readonly openNumber: number | null }) => {
  const key = view.key ?? view.id;
  const list = useStore(lists, (all) => all[key]);
  const me = useStore(deskState, (state) => state.me);
  const rows = useStore(deskState, (state) => state.rows);
  const mine = useStore(underway, (all) => all);
  const cursor = useStore(ui, (now) => now.listCursor);
  useEffect(() => {
    void loadList(key, view.filter);
    // oxlint-disable-next-line react/exhaustive-deps -- the filter of a view is the same as long as its key is
  }, [key]);

  const current = useMemo(
    () =>
      list
        ? shown(rows, list, me)
            .map((row) => painted(row, mine[row.id]))
            .filter((row) => matches(row, list.filter, me))
        : [],
    [rows, list, me, mine],
  );

  const scroller = useRef<HTMLDivElement>(null);
  /** The order at the moment the agent scrolled down; null while the list stands at its top. */
  const [held, setHeld] = useState<readonly string[] | null>(null);
  const { visible, above } = useMemo(() => {
    if (held === null) return { visible: current, above: 0 };
    const byId = new Map(current.map((row) => [row.id as string, row]));
    const kept = steady(held, current);
    return { visible: kept.ids.flatMap((id) => byId.get(id) ?? []), above: kept.above };
  }, [held, current]);
  useEffect(() => paintedList.set(visible), [visible]);
  useEffect(() => () => paintedList.set([]), []);

  const rowHeight = useRowHeight();
  const virtual = useVirtualizer({
    count: visible.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    getItemKey: (index) => visible[index]?.id ?? index,
  });
  useLayoutEffect(() => virtual.measure(), [virtual, rowHeight]);
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (lastSeen >= visible.length - 12) void loadMore(key);
  }, [lastSeen, visible.length, key]);

  const cursorAt = cursor === null ? -1 : visible.findIndex((row) => row.id === cursor);
  useEffect(() => {
    if (cursorAt >= 0) virtual.scrollToIndex(cursorAt);
    if (cursor !== null)
      requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-id="${cursor}"]`)?.focus());
    // oxlint-disable-next-line react/exhaustive-deps -- only a move of the cursor may move the focus, not a live event
  }, [cursor]);

  const toTop = (): void => {
    setHeld(null);
    scroller.current?.scrollTo({ top: 0 });
  };

  return (
    <section className="list" aria-label={viewName(view)}>
      <header className="list-head">
        <Link to="/desk" className="phone-back" aria-label={t("concerns.backToViews")}>
          <Icon name="back" />
        </Link>
        <h1>{viewName(view)}</h1>
        <span className="list-count">{view.count === null ? "" : t("concerns.count", { count: view.count })}</span>
      </header>
      {above > 0 ? (
        <div className="list-news">
          <Button look="primary" icon="up" onPress={toTop}>
            {t("concerns.newAbove", { count: above })}
          </Button>
        </div>
      ) : null}
      <div
        className="list-scroll"
        ref={scroller}
        onScroll={(scroll) => {
          const down = scroll.currentTarget.scrollTop > rowHeight / 2;
          setHeld((order) => (down ? (order ?? visible.map((row) => row.id)) : null));
        }}
      >
        {!list || (list.loading && visible.length === 0) ? (
          <Waiting rows={7} />
        ) : list.problem && visible.length === 0 ? (
          <Failed problem={list.problem} retry={() => void loadList(key, view.filter)} />
        ) : visible.length === 0 ? (
          <Empty icon="check" title={t("concerns.nothingHere")}>
            {t("concerns.nothingHint")}
          </Empty>
        ) : (
          <ul className="rows" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = visible[item.index];
              return row ? (
                <li
                  key={item.key}
                  className="row-place"
                  style={{ transform: `translateY(${item.start}px)`, height: item.size }}
                  aria-setsize={list.next === null ? visible.length : -1}
                  aria-posinset={item.index + 1}
                >
                  <Row row={row} viewKey={key} open={row.number === openNumber} />
                </li>
              ) : null;
            })}
          </ul>
        )}
        {list && list.problem && visible.length > 0 ? (
          <p className="list-end">
            <Button icon="retry" onPress={() => void loadMore(key)}>
              {t("kit.retry")}
            </Button>
          </p>
        ) : null}
      </div>
    </section>
  );
};

const Row = ({
  row,
  viewKey,
  open,
}: {
  readonly row: ConcernRow;
  readonly viewKey: string;
  readonly open: boolean;
}) => {
  const assignee = useStore(
    deskState,
    (state) => state.agents.find((agent) => agent.id === row.assigneeId)?.name ?? null,
  );
  const now = useNow();
  return (
    <Link
      to="/desk/$view/$number"
      params={{ view: viewKey, number: String(row.number) }}
      className="row"
      data-id={row.id}
      data-waits={row.waitingSince !== null || undefined}
      aria-current={open ? "true" : undefined}
      preload={false}
    >
      <span className="row-top">
        <StatusMark status={row.status} words={false} />
        <span className="row-name">{row.customerName}</span>
        {row.priority === "high" || row.priority === "urgent" ? (
          <PriorityMark priority={row.priority} words={false} />
        ) : null}
        <span className="row-when">
          <When at={row.lastMessageAt} />
        </span>
      </span>
      <span className="row-subject">{row.subject}</span>
      <span className="row-bottom">
        <span className="row-snippet">
          {row.lastDirection === "out" ? (
            <Icon name="reply" size="small" label={t("concerns.weAnswered")} />
          ) : row.lastDirection === "note" ? (
            <Icon name="note" size="small" label={t("concerns.lastIsNote")} />
          ) : null}
          <span>{row.snippet}</span>
        </span>
        {row.deliveryFailed ? (
          <span className="row-failed">
            <Icon name="warning" size="small" label={t("concerns.deliveryFailed")} />
          </span>
        ) : null}
        {row.snoozedUntil === null ? null : (
          <span className="row-quiet" title={fullTime(row.snoozedUntil)}>
            <Icon name="clock" size="small" label={t("concerns.snoozedUntil", { time: fullTime(row.snoozedUntil) })} />
          </span>
        )}
        {row.waitingSince !== null && now.getTime() - Date.parse(row.waitingSince) > 3_600_000 ? (
          <span className="row-wait" title={t("concerns.waitsSince", { time: fullTime(row.waitingSince) })}>
            {duration(now.getTime() - Date.parse(row.waitingSince))}
          </span>
        ) : null}
        {row.channels.length > 1 ? row.channels.map((kind) => <ChannelMark key={kind} kind={kind} />) : null}
        {assignee === null ? null : <Face small name={assignee} spoken />}
      </span>
    </Link>
  );
};

/** Height of a row as the tokens say it, for the density chosen. Pixels. */
const useRowHeight = (): number => {
  const [height, setHeight] = useState(readRowHeight);
  useEffect(() => {
    const watcher = new MutationObserver(() => setHeight(readRowHeight()));
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-density"] });
    return () => watcher.disconnect();
  }, []);
  return height;
};

const readRowHeight = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row-height")) || 1;
