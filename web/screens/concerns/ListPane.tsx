// The second pane: the concerns of a view. Virtual, live, and steady: what is being read does not move.
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ListFilter, View } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { FilterChips, FilterPicker } from "#web/screens/concerns/FilterBar.tsx";
import { ListRow } from "#web/screens/concerns/ListRow.tsx";
import { NothingHere } from "#web/screens/concerns/NothingHere.tsx";
import { SelectionBar } from "#web/screens/concerns/SelectionBar.tsx";
import { deskState, lists, loadList, loadMore, openConcern, painted, showList, underway } from "#web/state/desk.ts";
import { filtersInHand } from "#web/state/filtering.ts";
import { isSameFilter } from "#web/state/filters.ts";
import { gapOf, matches, neighbour, shown, steady } from "#web/state/lists.ts";
import type { LoadedList } from "#web/state/lists.ts";
import { paintedList } from "#web/state/painted.ts";
import { extended, selection, toggled, within } from "#web/state/selection.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import { viewKey, viewName } from "#web/state/viewNames.ts";

/** How long after its last move a pointer still means the row it stands on. Milliseconds. */
const pointsForMs = 2_000;

export const ListPane = ({ view, openNumber }: { readonly view: View; readonly openNumber: number | null }) => {
  const key = viewKey(view);
  const filter = useStore(filtersInHand, (all) => all[key]) ?? view.filter;
  const list = useStore(lists, (all) => all[key]);
  const me = useStore(deskState, (state) => state.me);
  const rows = useStore(deskState, (state) => state.rows);
  const mine = useStore(underway, (all) => all);
  const cursor = useStore(ui, (now) => now.listCursor);
  const filterText = JSON.stringify(filter);
  useEffect(() => {
    showList(key);
    void loadList(key, filter);
    setHeld(null);
    // oxlint-disable-next-line react/exhaustive-deps -- the filter itself is a new object with every answer that brings the views
  }, [key, filterText]);

  const scroller = useRef<HTMLDivElement>(null);
  const current = useMemo(
    () =>
      list
        ? shown(rows, list, me)
            .map((row) => painted(row, mine[row.id]))
            .filter((row) => matches(row, list.filter, me))
        : [],
    [rows, list, me, mine],
  );

  /** The order at the moment the agent scrolled down or pointed into the list; null while it stands at its top untouched. */
  const [held, setHeld] = useState<readonly string[] | null>(null);
  const { visible, above } = useMemo(() => {
    if (held === null) return { visible: current, above: 0 };
    const byId = new Map(current.map((row) => [row.id as string, row]));
    const kept = steady(held, current);
    return { visible: kept.ids.flatMap((id) => byId.get(id) ?? []), above: kept.above };
  }, [held, current]);
  const chosen = useStore(selection, (now) => now.ids);
  useEffect(() => {
    paintedList.set(visible);
    const order = visible.map((row) => row.id);
    selection.set((now) => within(now, order));
  }, [visible]);
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

  const selected = visible.filter((row) => chosen.has(row.id));

  // A move of the cursor moves the focus, at once or as soon as its row is painted; a live event never does.
  const wanted = useRef<string | null>(null);
  const cursorAt = cursor === null ? -1 : visible.findIndex((row) => row.id === cursor);
  useLayoutEffect(() => {
    wanted.current = cursor;
    if (cursorAt >= 0) virtual.scrollToIndex(cursorAt);
    // oxlint-disable-next-line react/exhaustive-deps -- see above
  }, [cursor]);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-id="${wanted.current}"]`);
    if (!row) return;
    wanted.current = null;
    // A list of choices that was opened meanwhile keeps the focus: losing it, it would close.
    if (ui.get().picker === null && !isWriting()) row.focus({ preventScroll: true });
  });

  // The row under the keys has left: they stand on the next one. Of the open one that left, the place is kept for the keys to go on from.
  const orderBefore = useRef<readonly string[]>([]);
  const openId = useStore(
    deskState,
    (state) => Object.values(state.rows).find((row) => row.number === openNumber)?.id ?? null,
  );
  useEffect(() => {
    const order = visible.map((row) => row.id);
    const left = (id: string | null): id is string =>
      id !== null && !order.some((one) => one === id) && orderBefore.current.includes(id);
    if (left(cursor) && !isWriting()) setUi({ listCursor: neighbour(orderBefore.current, cursor, order) });
    if (left(openId)) setUi({ listGap: gapOf(orderBefore.current, openId, order) });
    orderBefore.current = order;
  }, [cursor, visible, openId]);

  // Whoever is done with the open concern goes on to the one that has its place now; where it stays in the list, one stays as well.
  const leaving = useStore(ui, (now) => now.leaving);
  const navigate = useNavigate();
  useEffect(() => {
    if (leaving === null) return;
    setUi({ leaving: null });
    const { listGap, composer } = ui.get();
    if (leaving !== openId || composer !== null || visible.some((row) => row.id === leaving)) return;
    const next = visible.find((row) => row.id === (listGap?.below ?? listGap?.above));
    if (!next) return;
    void openConcern(next.id);
    if (document.activeElement === document.body) wanted.current = next.id;
    void navigate({ to: "/desk/$view/$number", params: { view: key, number: String(next.number) } });
  }, [leaving, openId, visible, navigate, key]);

  // Whoever points at a row is about to press it: nothing may slip in between.
  const pointing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isDown = (): boolean => (scroller.current?.scrollTop ?? 0) > rowHeight / 2;
  const hold = (): void => setHeld((order) => order ?? visible.map((row) => row.id));
  const release = (): void => {
    clearTimeout(pointing.current);
    pointing.current = undefined;
    if (!isDown()) setHeld(null);
  };
  useEffect(() => () => clearTimeout(pointing.current), []);

  const toTop = (): void => {
    clearTimeout(pointing.current);
    pointing.current = undefined;
    setHeld(null);
    scroller.current?.scrollTo({ top: 0 });
  };

  return (
    <section
      className="list"
      aria-label={viewName(view)}
      data-keys="list"
      data-selecting={selected.length > 0 || undefined}
    >
      <header className="list-head">
        <Link to="/desk" className="phone-back" aria-label={t("concerns.backToViews")}>
          <Icon name="back" />
        </Link>
        <h1>{viewName(view)}</h1>
        <span className="list-count">{countWords(view, filter, list, visible.length)}</span>
        <FilterPicker view={view} filter={filter} />
      </header>
      <FilterChips view={view} filter={filter} />
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
        onScroll={() => {
          if (isDown()) hold();
          else if (pointing.current === undefined) setHeld(null);
        }}
        onPointerMove={(move) => {
          if (move.pointerType !== "mouse") return;
          hold();
          clearTimeout(pointing.current);
          pointing.current = setTimeout(release, pointsForMs);
        }}
        onPointerLeave={release}
      >
        {!list || (list.loading && visible.length === 0) ? (
          <Waiting rows={7} />
        ) : list.problem && visible.length === 0 ? (
          <Failed problem={list.problem} retry={() => void loadList(key, filter)} />
        ) : visible.length === 0 ? (
          isSameFilter(filter, view.filter) ? (
            <NothingHere view={view} />
          ) : (
            <Empty icon="filter" title={t("filters.nothing")} />
          )
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
                  <ListRow
                    row={row}
                    viewKey={key}
                    open={row.number === openNumber}
                    selected={chosen.has(row.id)}
                    selecting={selected.length > 0}
                    select={select}
                  />
                </li>
              ) : null;
            })}
          </ul>
        )}
        {list && list.problem && visible.length > 0 ? (
          <p className="list-end">
            <Button icon="retry" onPress={() => void loadList(key, filter)}>
              {t("kit.retry")}
            </Button>
          </p>
        ) : null}
      </div>
      <SelectionBar rows={selected} />
    </section>
  );
};

/** Selects a row, or with `range` everything from where the last selection ended; the same function for every painting. */
const select = (id: string, range: boolean): void => {
  const order = paintedList.get().map((row) => row.id);
  selection.set((now) => (range ? extended(now, order, now.head ?? ui.get().listCursor ?? id, id) : toggled(now, id)));
};

/** How many there are: the view's counter, or of a filter in hand what is loaded. */
const countWords = (view: View, filter: ListFilter, list: LoadedList | undefined, loaded: number): string => {
  if (isSameFilter(filter, view.filter) && view.count !== null)
    return t(view.atLeast ? "concerns.countAtLeast" : "concerns.count", { count: view.count });
  if (isSameFilter(filter, view.filter)) return "";
  if (list === undefined) return "";
  return list.next === null ? t("concerns.count", { count: loaded }) : t("concerns.countMore", { count: loaded });
};

/** Whoever writes keeps the focus. */
const isWriting = (): boolean =>
  document.activeElement?.matches("input:not([type=checkbox]), textarea, [contenteditable=true], [role=dialog] *") ===
  true;

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
