// Ctrl+K: go, act and find in one field. Commands that can be done now, views, and what the search finds.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Autocomplete, Input, ListBox, ListBoxItem, ListBoxSection, Header, SearchField } from "react-aria-components";
import { search } from "#contract/search.ts";
import type { Command } from "#web/commands/commands.ts";
import type { Context } from "#web/commands/context.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { Marked, StatusMark } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { useRested } from "#web/kit/useRested.ts";
import { mac } from "#web/kit/platform.ts";
import { callOrThrow } from "#web/state/client.ts";
import { deskState, views } from "#web/state/desk.ts";
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
      <Finder context={context} commands={commands} close={close} />
    </Sheet>
  );
};

const Finder = ({
  context,
  commands,
  close,
}: {
  readonly context: () => Context | null;
  readonly commands: readonly Command[];
  readonly close: () => void;
}) => {
  const [typed, setTyped] = useState("");
  const query = useRested(typed.trim(), 160);
  const here = context();
  const allViews = useStore(views, (now) => now.views) ?? [];
  const found = useQuery({
    queryKey: ["find", query],
    enabled: query.length > 1,
    queryFn: ({ signal }) => callOrThrow(search.everything, { query: { q: query, limit: 7 } }, signal),
    placeholderData: keepPreviousData,
  });
  if (!here) return null;

  const wanted = typed.trim().toLowerCase();
  const fits = (words: string): boolean =>
    wanted === "" || wanted.split(/\s+/).every((part) => words.toLowerCase().includes(part));
  const able = commands.filter(
    (command) => command.can(here) && !["palette", "down", "up", "open"].includes(command.id) && fits(t(command.title)),
  );
  const fitting = allViews.filter((view) => wanted !== "" && fits(viewName(view)));
  const concerns = wanted.length > 1 ? (found.data?.concerns ?? []) : [];
  const customers = wanted.length > 1 ? (found.data?.customers ?? []) : [];

  const act = (key: string): void => {
    close();
    const [kind, id = ""] = key.split(":");
    if (kind === "command") commands.find((command) => command.id === id)?.run(here);
    else if (kind === "view") here.go(`/desk/${id}`);
    else if (kind === "concern") {
      const hit = concerns.find((one) => one.row.id === id);
      const place = new URLSearchParams({ find: query, ...(hit?.messageId ? { message: hit.messageId } : {}) });
      if (hit) here.go(`/desk/all/${hit.row.number}?${place}`);
    } else if (kind === "customer")
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
    <Autocomplete inputValue={typed} onInputChange={setTyped} disableAutoFocusFirst={false}>
      <SearchField
        className="palette-field"
        aria-label={t("shell.find")}
        autoFocus
        onKeyDown={(press) => {
          // One Escape closes, also with words in the field; the field itself would only be emptied.
          if (press.key === "Escape") close();
          else press.continuePropagation();
        }}
      >
        <Icon name="search" size="large" />
        <Input placeholder={t("shell.findHint")} />
      </SearchField>
      <ListBox
        className="palette-list"
        aria-label={t("commands.palette")}
        selectionMode="none"
        onAction={(key) => act(String(key))}
        renderEmptyState={() => <p className="picker-empty">{t("search.nothing")}</p>}
      >
        {concerns.length > 0 ? (
          <ListBoxSection id="concerns">
            <Header className="palette-head">{t("search.concerns")}</Header>
            {concerns.map((hit) => (
              <ListBoxItem
                key={hit.row.id}
                id={`concern:${hit.row.id}`}
                className="menu-item"
                textValue={hit.row.subject}
              >
                <StatusMark status={deskState.get().rows[hit.row.id]?.status ?? hit.row.status} words={false} />
                <span className="menu-label">
                  <span className="palette-subject">
                    <Marked parts={hit.subject} />
                  </span>
                  <small>
                    <Marked parts={hit.excerpt} />
                  </small>
                </span>
                <span className="palette-number">#{hit.row.number}</span>
              </ListBoxItem>
            ))}
          </ListBoxSection>
        ) : null}
        {customers.length > 0 ? (
          <ListBoxSection id="customers">
            <Header className="palette-head">{t("search.customers")}</Header>
            {customers.map((one) => (
              <ListBoxItem
                key={one.id}
                id={`customer:${one.id}`}
                className="menu-item"
                textValue={one.name.map((part) => part.text).join("")}
              >
                <Icon name="person" />
                <span className="menu-label">
                  <Marked parts={one.name} />
                  <small>
                    {one.fact === null ? (
                      <Marked parts={one.address} />
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
            <Header className="palette-head">{t("shell.actions")}</Header>
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
        {wanted.length > 1 ? (
          <ListBoxSection id="more">
            <Header className="palette-head">{t("search.title")}</Header>
            <ListBoxItem id="search:all" className="menu-item" textValue={typed}>
              <Icon name="search" />
              <span className="menu-label">{t("search.allFor", { query: typed.trim() })}</span>
            </ListBoxItem>
          </ListBoxSection>
        ) : null}
      </ListBox>
    </Autocomplete>
  );
};
