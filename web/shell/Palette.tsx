// Ctrl+K: go, act and find in one field. Commands that can be done now, views, and what the search finds.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Header, ListBoxItem, ListBoxSection } from "react-aria-components";
import type { Command } from "#web/commands/command.ts";
import { targets } from "#web/commands/concern.ts";
import type { Context } from "#web/commands/context.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { ConcernOption } from "#web/kit/ConcernOption.tsx";
import { Finder } from "#web/kit/Finder.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Marked } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { mac } from "#web/kit/platform.ts";
import { useFound } from "#web/kit/useFound.ts";
import { actionsWords } from "#web/state/automationWords.ts";
import { deskState, openConcern, takeInRow, views } from "#web/state/desk.ts";
import { macros, runMacroOn } from "#web/state/macros.ts";
import { nameParts, nameWords } from "#web/state/names.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import { viewName } from "#web/state/viewNames.ts";

export const Palette = ({
  context,
  commands,
}: {
  readonly context: () => Context | null;
  readonly commands: readonly Command[];
}) => {
  const isOpen = useStore(ui, (now) => now.palette);
  const close = (): void => setUi({ palette: false });
  return (
    <Sheet bare title={t("commands.palette")} isOpen={isOpen} onClose={close}>
      <Findings context={context} commands={commands} close={close} />
    </Sheet>
  );
};

const Findings = ({
  context,
  commands,
  close,
}: {
  readonly context: () => Context | null;
  readonly commands: readonly Command[];
  readonly close: () => void;
}) => {
  const [typed, setTyped] = useState("");
  const here = context();
  const navigate = useNavigate();
  const allViews = useStore(views, (now) => now.views) ?? [];
  const allMacros = useStore(macros, (now) => now);
  const { query, concerns, customers } = useFound(typed, 2);
  if (!here) return null;

  const wanted = typed.trim().toLowerCase();
  const fits = (words: string): boolean =>
    wanted === "" || wanted.split(/\s+/).every((part) => words.toLowerCase().includes(part));
  const able = commands.filter(
    (command) =>
      command.can(here) &&
      // A macro is offered by its name.
      !/^macro\d$/.test(command.id) &&
      !["palette", "down", "up", "open", "selectDown", "selectUp"].includes(command.id) &&
      fits(t(command.title)),
  );
  // A built-in view that has a command of its own is found as that.
  const named = new Set<string>(able.map((command) => t(command.title)));
  const fitting = allViews.filter((view) => wanted !== "" && fits(viewName(view)) && !named.has(viewName(view)));

  const usable =
    targets(here).length === 0 ? [] : allMacros.filter((macro) => fits(`${t("macros.title")} ${macro.name}`));

  const open = (id: string): void => {
    const hit = concerns.find((one) => one.row.id === id);
    if (!hit) return close();
    const place = new URLSearchParams({ find: query, ...(hit.messageId ? { message: hit.messageId } : {}) });
    // Asked for at once, and its head is known: the answer is on its way while the desk turns to it.
    takeInRow(hit.row);
    void openConcern(hit.row.id);
    // Closing lets the keys back to the whole page, for which the browser styles all of it anew: the thread that was read goes first.
    void navigate({ href: `/desk/all/${hit.row.number}?${place}` }).finally(close);
  };
  const act = (key: string): void => {
    const [kind, id = ""] = key.split(":");
    if (kind === "concern") return open(id);
    close();
    if (kind === "command") commands.find((command) => command.id === id)?.run(here);
    else if (kind === "macro") {
      const macro = allMacros.find((one) => one.id === id);
      if (macro) void runMacroOn(macro, targets(here));
    } else if (kind === "view") here.go(`/desk/${id}`);
    else if (kind === "customer")
      here.go(
        `/search?q=${encodeURIComponent(
          customers
            .find((one) => one.id === id)
            ?.address.map((part) => part.text)
            .join("") ?? "",
        )}`,
      );
    else here.go(`/search?q=${encodeURIComponent(typed.trim())}`);
  };

  return (
    <Finder
      label={t("shell.find")}
      hint={t("shell.findHint")}
      listLabel={t("commands.palette")}
      typed={typed}
      setTyped={setTyped}
      act={act}
      close={close}
    >
      {concerns.length > 0 ? (
        <ListBoxSection id="concerns">
          <Header className="finder-head">{t("search.concerns")}</Header>
          {concerns.map((hit) => (
            <ConcernOption key={hit.row.id} id={`concern:${hit.row.id}`} hit={hit} />
          ))}
        </ListBoxSection>
      ) : null}
      {customers.length > 0 ? (
        <ListBoxSection id="customers">
          <Header className="finder-head">{t("search.customers")}</Header>
          {customers.map((one) => (
            <ListBoxItem
              key={one.id}
              id={`customer:${one.id}`}
              className="menu-item"
              textValue={nameWords(one.name.map((part) => part.text).join(""))}
            >
              <Icon name="person" />
              <span className="menu-label">
                <Marked parts={nameParts(one.name)} />
                <small>
                  {one.fact === null ? (
                    <Marked parts={nameParts(one.address)} />
                  ) : (
                    <>
                      {one.fact.name ?? t("customers.organisation")}: <Marked parts={one.fact.value} />
                    </>
                  )}
                </small>
              </span>
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ) : null}
      {able.length + fitting.length > 0 ? (
        <ListBoxSection id="commands">
          <Header className="finder-head">{t("shell.actions")}</Header>
          {[
            ...able.map((command) => (
              <ListBoxItem
                key={command.id}
                id={`command:${command.id}`}
                className="menu-item"
                textValue={t(command.title)}
              >
                <Icon name="right" />
                <span className="menu-label">{t(command.title)}</span>
                {command.keys[0] ? (
                  <span className="palette-keys">
                    {shownKeys(command.keys[0], mac).map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </span>
                ) : null}
              </ListBoxItem>
            )),
            ...fitting.map((view) => (
              <ListBoxItem
                key={view.id}
                id={`view:${view.key ?? view.id}`}
                className="menu-item"
                textValue={viewName(view)}
              >
                <Icon name="list" />
                <span className="menu-label">{viewName(view)}</span>
              </ListBoxItem>
            )),
          ]}
        </ListBoxSection>
      ) : null}
      {usable.length > 0 ? (
        <ListBoxSection id="macros">
          <Header className="finder-head">{t("macros.title")}</Header>
          {usable.map((macro) => (
            <ListBoxItem key={macro.id} id={`macro:${macro.id}`} className="menu-item" textValue={macro.name}>
              <Icon name="star" />
              <span className="menu-label">
                {macro.name}
                <small>{actionsWords(macro.actions, deskState.get())}</small>
              </span>
              {macro.key === null ? null : (
                <span className="palette-keys">
                  {shownKeys(`q ${macro.key}`, mac).map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </span>
              )}
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ) : null}
      {wanted.length > 1 ? (
        <ListBoxSection id="more">
          <Header className="finder-head">{t("search.title")}</Header>
          <ListBoxItem id="search:all" className="menu-item" textValue={typed}>
            <Icon name="search" />
            <span className="menu-label">{t("search.allFor", { query: typed.trim() })}</span>
          </ListBoxItem>
        </ListBoxSection>
      ) : null}
    </Finder>
  );
};
