// Whether I am there: state, reason, since when, how full, and the menu that changes it; in wrap-up what is left of it and what came of the last piece.
// Called by the first pane and, on a phone, by the page of my work.
import { Button as AriaButton } from "react-aria-components";
import { command } from "#web/commands/commands.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { runCommand } from "#web/commands/run.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { KindMark } from "#web/kit/KindMark.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import type { MenuEntry } from "#web/kit/Menu.tsx";
import { mac } from "#web/kit/platform.ts";
import { useTick } from "#web/kit/useTick.ts";
import { PhoneState } from "#web/shell/PhoneState.tsx";
import { nameWords } from "#web/state/names.ts";
import { hasRouting, routingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import {
  bePresent,
  dispose,
  myWork,
  notAsked,
  offerSound,
  setWorkUi,
  toDispose,
  toggleOfferSound,
  workUi,
} from "#web/state/work.ts";
import { returnTo, ui } from "#web/state/ui.ts";
import { heldOf, kindsHeld } from "#web/state/workParts.ts";
import type { MyWork } from "#web/state/workParts.ts";
import { listed, t } from "#web/state/words.ts";
import { presenceWords, runningWords } from "#web/state/workWords.ts";
import "#web/shell/work.css";

/** Nothing where nothing is routed. `menu`: the one that the key opens; only one of several may be. */
export const Presence = ({ menu = true }: { readonly menu?: boolean }) => {
  const mine = useStore(myWork, (now) => now);
  const routed = useStore(routingBook, hasRouting);
  if (mine === null || !routed) return null;
  return (
    <section className="presence" aria-label={t("routing.title")} data-state={mine.presence.state}>
      <PresenceButton mine={mine} menu={menu} />
      <Capacity mine={mine} />
      <PhoneState />
      <WrapUp mine={mine} />
    </section>
  );
};

const keysOf = (id: string): string => shownKeys(command(id).keys[0] ?? "", mac).join(" ");

const PresenceButton = ({ mine, menu }: { readonly mine: MyWork; readonly menu: boolean }) => {
  const book = useStore(routingBook, (now) => now.book);
  const isOpen = useStore(workUi, (now) => now.presenceMenu);
  const sounds = useStore(offerSound, (now) => now);
  const said = presenceWords(mine.presence, book);
  const reasons = (state: "busy" | "away"): readonly MenuEntry[] => [
    {
      id: state,
      label: t(`routing.presence.${state}`),
      icon: state === "busy" ? "topic" : "clock",
      run: () => bePresent(state),
      keys: keysOf(`work.${state}`),
    },
    ...(book?.reasons ?? [])
      .filter((reason) => reason.for === state)
      .map(({ id, name }) => ({
        id,
        label: t("routing.withReason", { state: t(`routing.presence.${state}`), reason: name }),
        run: () => bePresent(state, id),
      })),
  ];
  return (
    <ActionMenu
      label={t("routing.stateMenu")}
      placement="bottom start"
      {...(menu ? { isOpen, onOpenChange: (open: boolean) => setWorkUi({ presenceMenu: open }) } : {})}
      trigger={
        <AriaButton className="presence-button">
          <span className="presence-dot" data-state={mine.presence.state} aria-hidden />
          <span className="presence-words">
            <span className="quietly">{t("routing.state")} </span>
            {said}
          </span>
          <Since since={mine.presence.since} />
          <Icon name="down" size="small" />
        </AriaButton>
      }
      entries={[
        {
          id: "available",
          label: t("routing.presence.available"),
          icon: "check",
          run: () => bePresent("available"),
          keys: keysOf("work.available"),
        },
        null,
        ...reasons("busy"),
        null,
        ...reasons("away"),
        null,
        {
          id: "offline",
          label: t("routing.presence.offline"),
          icon: "out",
          run: () => bePresent("offline"),
          keys: keysOf("work.offline"),
        },
        null,
        {
          id: "sound",
          label: t(sounds ? "routing.sound.off" : "routing.sound.on"),
          icon: "bell",
          run: toggleOfferSound,
        },
      ]}
    />
  );
};

/** How long it has been so; it runs for who looks, and is not read out at every second. */
const Since = ({ since }: { readonly since: string }) => {
  const now = useTick();
  return (
    <span className="presence-since" aria-hidden>
      {runningWords((now - Date.parse(since)) / 1000)}
    </span>
  );
};

/** How full I am, in parts of 100. */
const Capacity = ({ mine }: { readonly mine: MyWork }) => {
  const kinds = kindsHeld(heldOf(mine)).map(({ kind, count }) => t(`routing.counted.${kind}`, { count }));
  const load = Math.round(mine.load);
  const said =
    kinds.length === 0 ? t("routing.capacity", { load }) : t("routing.capacityWith", { load, kinds: listed(kinds) });
  return (
    <div className="capacity" title={said} data-full={load >= 100 || undefined}>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden>
        <rect width={Math.min(100, load)} height="1" />
      </svg>
      <span className="quietly">{said}</span>
      <span aria-hidden>{kinds.length === 0 ? t("routing.idle") : listed(kinds)}</span>
    </div>
  );
};

/** So many have a key of their own. */
const withKeys = 9;

const WrapUp = ({ mine }: { readonly mine: MyWork }) => {
  const dispositions = useStore(routingBook, (now) => now.book?.dispositions ?? none);
  const all = useStore(workUi, (now) => now.disposing);
  useStore(notAsked, (now) => now);
  const asked = toDispose();
  const wraps = mine.presence.state === "wrapUp";
  if (!wraps && asked === null) return null;
  return (
    <div className="wrap-up">
      {wraps ? (
        <div className="wrap-up-left">
          <WrapUpLeft until={mine.presence.until} />
          <Button keys={keysOf("work.available")} onPress={() => bePresent("available")}>
            {t("routing.wrapUp.ready")}
          </Button>
        </div>
      ) : null}
      {asked === null ? null : (
        <div className="wrap-up-ask">
          <fieldset>
            <legend>
              {t("routing.wrapUp.ask")}
              <small>
                {t("routing.wrapUp.of", {
                  kind: t(`routing.kinds.${asked.kind}`),
                  name: `#${asked.number} ${asked.subject}`,
                })}
              </small>
            </legend>
            <div className="dispositions">
              {dispositions.slice(0, all ? undefined : withKeys).map(({ id, name }, index) => (
                <AriaButton
                  key={id}
                  className="disposition"
                  onPress={() => void dispose(asked.id, id, t("routing.disposed", { name }))}
                >
                  {index < withKeys ? <kbd aria-hidden>{index + 1}</kbd> : null}
                  <span>{name}</span>
                </AriaButton>
              ))}
              {!all && dispositions.length > withKeys ? (
                <AriaButton className="disposition" onPress={() => setWorkUi({ disposing: true })}>
                  <span>{t("routing.wrapUp.more")}</span>
                </AriaButton>
              ) : null}
            </div>
          </fieldset>
          <IconButton
            icon="close"
            size="tiny"
            label={t("routing.wrapUp.putAway")}
            onPress={() => notAsked.set((now) => [...now, asked.id])}
          />
        </div>
      )}
    </div>
  );
};

const none: readonly { readonly id: string; readonly name: string }[] = [];

const WrapUpLeft = ({ until }: { readonly until: string | null }) => {
  const now = useTick();
  if (until === null) return <span />;
  const time = runningWords(Math.max(0, Date.parse(until) - now) / 1000);
  return <span className="wrap-up-time">{t("routing.wrapUp.left", { time })}</span>;
};

/** What I hold, as lines of the first pane: where each leads is where it is worked on. */
export const Held = () => {
  const open = useStore(ui, (now) => now.concernId);
  const mine = useStore(myWork, (now) => now);
  const routed = useStore(routingBook, hasRouting);
  if (mine === null || !routed) return null;
  const held = heldOf(mine);
  return (
    <>
      <a
        href="/work"
        className="nav-view"
        onClick={(click) => {
          if (click.ctrlKey || click.metaKey || click.altKey || click.shiftKey) return;
          click.preventDefault();
          runCommand("work.page");
        }}
      >
        <Icon name="case" />
        <span className="nav-view-name">{t("routing.title")}</span>
        <span className="nav-count">{held.length === 0 ? "" : held.length}</span>
      </a>
      {held.length === 0 ? null : (
        <ul className="held-lines">
          {held.slice(0, 8).map((row) => (
            <li key={row.id}>
              <a
                href={`/desk/mine/${row.number}`}
                className="held-line"
                data-rest={row.rest}
                aria-current={row.concernId === open ? "page" : undefined}
                onClick={(click) => {
                  if (click.ctrlKey || click.metaKey || click.altKey || click.shiftKey) return;
                  click.preventDefault();
                  returnTo(row.number);
                }}
              >
                <KindMark kind={row.kind} />
                <span className="held-name">{nameWords(row.customerName)}</span>
                {row.rest === "none" ? null : (
                  <small>{t(row.rest === "parked" ? "routing.parked" : "routing.rests")}</small>
                )}
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
};
