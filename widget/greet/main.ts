// Greetings beside the closed button: watches the page, shows a card when a rule's moment has come, and remembers of the visit what keeps it from being a
// nuisance. Plain DOM. Built as widget/greet-….js; fetched by loader.ts only where the channel has rules.
import type { SiteGreeting } from "#contract/chat.ts";
import { greetingAt, pathFits, visitAt, type GreetingRule, type Visits } from "#lib/greeting.ts";
import german from "#locales/de.json" with { type: "json" };
import english from "#locales/en.json" with { type: "json" };
import { adopt } from "#widget/adopt.ts";
import { openMemory } from "#widget/memory.ts";
import type { StartGreetings } from "#widget/parts.ts";
import { fill } from "#widget/words.ts";
import greetCss from "./greet.css?inline";

const style = adopt(greetCss);
/** Where browsers do not say that a page shows another address, it is looked at so often. */
const lookEveryMs = 1_000;

const element = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  text = "",
): HTMLElementTagNameMap[K] => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
};

const button = (className: string, text: string, press: () => void): HTMLButtonElement => {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
};

const cross = (): SVGElement => {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", "m6 6 12 12M18 6 6 18");
  svg.append(path);
  return svg;
};

/** What was kept, if it is that. */
const visitsIn = (kept: string | null): Visits | null => {
  try {
    const { last, isBack, shown, hasOpened, putAway, isUnwanted } = JSON.parse(kept ?? "") as Partial<Visits>;
    if (typeof last !== "number" || !Array.isArray(shown)) return null;
    return {
      last,
      shown,
      isBack: isBack === true,
      hasOpened: hasOpened === true,
      putAway: typeof putAway === "number" ? putAway : null,
      isUnwanted: isUnwanted === true,
    };
  } catch {
    return null;
  }
};

/** Watches from now on. */
export const startGreetings: StartGreetings = (parts) => {
  const { channel, language, set, frame, launch } = parts;
  const { automatic, greet: words } = (language === "de" ? german : english).widget;
  // Beside the memories of people: signing in and out changes nothing of it.
  const memory = openMemory(`${channel}~`);
  const people = openMemory(channel);
  const spoken = element("p", "spoken");
  spoken.setAttribute("role", "status");
  frame.append(spoken);
  style(frame);

  const ended = new AbortController();
  let path = "";
  /** How long the page was looked at until it was looked away from; and since when it is looked at again, null: it is not. */
  let lookedMs = 0;
  let since: number | null = null;
  let timer = 0;
  let isAsking = false;
  /** Rules that cannot show themselves on this page any more: nobody is there, or one has been seen here. */
  let passed: readonly string[] = [];
  let card: { readonly rule: GreetingRule; readonly box: HTMLElement } | null = null;

  const change = (more: Partial<Visits> = {}): Visits => {
    const known = people.read("token") !== null || people.read("user") !== null;
    const visits = {
      ...visitAt(visitsIn(memory.read("visits")), Date.now(), known),
      ...(parts.isOpen() ? { hasOpened: true } : {}),
      ...more,
    };
    memory.keep("visits", JSON.stringify(visits));
    return visits;
  };

  const take = (): void => {
    if (card === null) return;
    const { box } = card;
    card = null;
    spoken.textContent = "";
    // The keys stay where they are, or go to what is nearest.
    if (box.contains((frame.getRootNode() as ShadowRoot).activeElement) && !parts.isOpen()) launch.focus();
    box.remove();
  };
  const putAway = (more: Partial<Visits> = {}): void => {
    change({ putAway: Date.now(), ...more });
    take();
  };

  const show = (rule: GreetingRule, greeting: SiteGreeting): void => {
    const by = fill(automatic, { brand: greeting.brand });
    const box = element("aside", "greet");
    box.setAttribute("aria-label", fill(words.label, { brand: greeting.brand }));
    const text = button("words", "", () => parts.open(greeting));
    const said = element("span", "text", greeting.text);
    for (const part of [element("span", "from", by), said]) {
      part.dir = "auto";
      text.append(part);
    }
    const shut = button("shut", "", () => putAway());
    shut.setAttribute("aria-label", words.close);
    shut.append(cross());
    box.append(
      text,
      button("never", words.never, () => putAway({ isUnwanted: true })),
      shut,
    );
    launch.before(box);
    card = { rule, box };
    spoken.textContent = `${by}: ${greeting.text}`;
  };

  const ask = async (rule: GreetingRule): Promise<void> => {
    const at = path;
    isAsking = true;
    const greeting = await fetch(`${parts.greetingsUrl}${rule.id}?language=${language}`)
      .then((answer) => (answer.status === 200 ? (answer.json() as Promise<SiteGreeting>) : null))
      .catch(() => null);
    isAsking = false;
    if (ended.signal.aborted) return;
    if (path !== at) return look();
    if (greeting === null) {
      passed = [...passed, rule.id];
      return look();
    }
    // Meanwhile the chat may have been opened, or another page of this browser have shown it.
    const visits = change();
    if (parts.isBusy() || document.hidden || visits.shown.includes(rule.id) || visits.hasOpened) return look();
    change({ shown: [...visits.shown, rule.id] });
    // One greeting for a page is enough.
    passed = set.rules.map(({ id }) => id);
    return show(rule, greeting);
  };

  const look = (): void => {
    clearTimeout(timer);
    if (location.pathname !== path) {
      path = location.pathname;
      passed = [];
      lookedMs = 0;
      since = null;
      if (card !== null && !pathFits(card.rule.path, path)) take();
    }
    if (document.hidden) {
      if (since !== null) lookedMs += performance.now() - since;
      since = null;
      return;
    }
    since ??= performance.now();
    const visits = change();
    if (parts.isBusy()) take();
    if (isAsking || card !== null) return;
    const moment = greetingAt(
      set.rules.filter(({ id }) => !passed.includes(id)),
      set.restDays,
      visits,
      { path, onPageMs: lookedMs + performance.now() - since, now: Date.now(), isBusy: parts.isBusy() },
    );
    if (moment.kind === "show") void ask(moment.rule);
    else if (moment.afterMs !== null) timer = window.setTimeout(look, moment.afterMs);
  };

  const { signal } = ended;
  const { navigation } = window as { navigation?: EventTarget };
  for (const name of ["popstate", "pageshow"]) addEventListener(name, look, { signal });
  document.addEventListener("visibilitychange", look, { signal });
  navigation?.addEventListener("navigatesuccess", look, { signal });
  const ticks = navigation ? 0 : window.setInterval(() => location.pathname === path || look(), lookEveryMs);
  addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && card !== null && !event.defaultPrevented) putAway();
    },
    { signal },
  );
  look();
  return {
    look,
    end: () => {
      ended.abort();
      clearTimeout(timer);
      clearInterval(ticks);
      take();
      spoken.remove();
    },
  };
};
