// The frame around every page of a signed-in agent: navigation, link banner, palette, help, keys, and what is spoken.
import { Outlet, useNavigate, useParams, useRouterState, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useLayoutEffect } from "react";
import { commands } from "#web/commands/commands.ts";
import type { Context } from "#web/commands/context.ts";
import { useCommandKeys } from "#web/commands/listen.ts";
import { provideContext } from "#web/commands/run.ts";
import { Banner } from "#web/shell/Banner.tsx";
import { CallSheets } from "#web/shell/CallSheets.tsx";
import { Help } from "#web/shell/Help.tsx";
import { HandSheets } from "#web/shell/HandSheets.tsx";
import { Nav } from "#web/shell/Nav.tsx";
import { Offers } from "#web/shell/Offers.tsx";
import { Palette } from "#web/shell/Palette.tsx";
import { Softphone } from "#web/shell/Softphone.tsx";
import { Spoken } from "#web/shell/Spoken.tsx";
import { ViewSheet } from "#web/shell/ViewSheet.tsx";
import { deskState, onEvents, views } from "#web/state/desk.ts";
import { filtersInHand } from "#web/state/filtering.ts";
import { followMacros } from "#web/state/macros.ts";
import { tellOfPromises } from "#web/state/promiseNews.ts";
import { paintedList } from "#web/state/painted.ts";
import { nothingSelected, selection } from "#web/state/selection.ts";
import { session } from "#web/state/session.ts";
import { startOf, startView } from "#web/state/startView.ts";
import { t } from "#web/state/words.ts";
import { useStore } from "#web/state/store.ts";
import { compose, setUi, ui } from "#web/state/ui.ts";
import { followCalls } from "#web/state/calls.ts";
import { followTelephone } from "#web/state/softphone.ts";
import { followMyWork } from "#web/state/work.ts";
import { chosenView, viewKey } from "#web/state/viewNames.ts";
import "#web/shell/shell.css";

export const Shell = () => {
  const navigate = useNavigate();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const place: { readonly view?: string; readonly number?: string } = useParams({ strict: false });
  const { find }: { readonly find?: string } = useSearch({ strict: false });
  const start = useStore(startView, (now) => now);
  const view = place.view ?? start ?? "mine";
  const number = place.number === undefined ? null : Number(place.number);

  const atStart = path.startsWith("/desk") && place.view === undefined;
  const known = useStore(views, (now) => now.views !== null);
  useLayoutEffect(() => {
    if (atStart) startView.set(known ? startOf(views.get().views) : null);
  }, [atStart, known]);

  useEffect(() => selection.set(nothingSelected), [view]);
  useEffect(() => onEvents((events) => void tellOfPromises(events)), []);
  useEffect(followMacros, []);
  useEffect(followMyWork, []);
  useEffect(followCalls, []);
  useEffect(followTelephone, []);

  const context = useCallback((): Context | null => {
    const now = session.get();
    if (now.kind !== "signedIn") return null;
    const concern =
      number === null ? null : (Object.values(deskState.get().rows).find((row) => row.number === number) ?? null);
    const list = path.startsWith("/desk") ? paintedList.get() : [];
    const { ids } = selection.get();
    const shown = path.startsWith("/desk") ? chosenView(views.get().views, view) : null;
    return {
      me: now.me,
      settings: now.settings,
      place: { view, number, find: find ?? null },
      concern,
      list,
      selected: list.filter((row) => ids.has(row.id)),
      view: shown,
      filter: shown && (filtersInHand.get()[viewKey(shown)] ?? shown.filter),
      go: (href) => void navigate({ href }),
    };
  }, [navigate, path, view, number, find]);
  useCommandKeys(context);
  useEffect(() => provideContext(context), [context]);

  const goTo = useStore(ui, (now) => now.goTo);
  useEffect(() => {
    if (goTo === null) return;
    setUi({ goTo: null });
    void navigate({ href: goTo });
  }, [goTo, navigate]);

  // A file let go beside the places that take files would replace the desk by the file.
  useEffect(() => {
    const keepHere = (drag: DragEvent): void => {
      if (drag.defaultPrevented || !drag.dataTransfer?.types.includes("Files")) return;
      drag.preventDefault();
      drag.dataTransfer.dropEffect = "none";
    };
    addEventListener("dragover", keepHere);
    addEventListener("drop", keepHere);
    return () => {
      removeEventListener("dragover", keepHere);
      removeEventListener("drop", keepHere);
    };
  }, []);

  useEffect(() => {
    setUi({
      picker: null,
      linking: null,
      sendingFlow: false,
      merging: null,
      subject: false,
      composer: null,
      listCursor: null,
      listGap: null,
      leaving: null,
      wholeMails: false,
    });
    // Work that was just accepted opens with its answer.
    if (number === null || ui.get().answering !== number) return;
    const by = ui.get().answeringBy;
    setUi({ answering: null, answeringBy: "reply" });
    compose(by);
  }, [number]);

  const depth = !path.startsWith("/desk") ? "page" : number !== null ? "concern" : place.view ? "list" : "views";
  return (
    <div className="shell" data-depth={depth}>
      <a className="skip" href="#main">
        {t("shell.skip")}
      </a>
      <Banner />
      <Softphone />
      <div className="shell-panes">
        <Nav place={path.startsWith("/desk") ? (place.view ?? null) : null} />
        <main id="main" className="shell-main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Palette context={context} commands={commands} />
      <Help context={context} commands={commands} />
      <ViewSheet context={context} />
      <Offers />
      <HandSheets />
      <CallSheets />
      <Spoken openNumber={number} />
    </div>
  );
};
