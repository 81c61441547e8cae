// Greetings beside the closed button: looks at the page, says when a rule's moment has come, and remembers of the visit what keeps it from being a nuisance.
// Draws nothing. Built as
// widget/watch-….js; fetched by loader.ts where the channel has rules, which has the card (greet/main.ts) when one shows itself.
import { greetingAt, pagePath, visitAt, type GreetingRule, type Visits } from "#lib/greeting.ts";
import type { StartWatch } from "#widget/parts.ts";

/** Where browsers do not say that a page shows another address, it is looked at so often. */
const lookEveryMs = 1_000;

/** What was kept, if it is that. */
const visitsIn = (kept: string): Visits | null => {
  try {
    const visits = JSON.parse(kept) as Visits;
    return Array.isArray(visits.shown) ? visits : null;
  } catch {
    return null;
  }
};

/** Watches from now on. */
export const start: StartWatch = (parts) => {
  const { set, key, isOpen, isBusy } = parts;
  let path = "";
  /** How long the page was looked at until it was looked away from; and since when it is looked at again, 0: it is not. */
  let lookedMs = 0;
  let since = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  const ended = new AbortController();
  const { signal } = ended;
  /** Rules that cannot show themselves on this page any more: nobody is there, or one has been seen here. */
  let passed: readonly GreetingRule[] = [];
  let shown: { readonly rule: GreetingRule; readonly take: () => void } | null = null;
  /** What the browser does not keep (storage that is full or forbidden) is kept as long as the page. */
  let kept = "";
  let isKept = true;

  const stored = (run: () => void): void => {
    try {
      if (isKept) run();
    } catch {
      isKept = false;
    }
  };
  const change = (more: Partial<Visits> = {}): Visits => {
    stored(() => (kept = localStorage.getItem(key) ?? ""));
    const visits = {
      ...visitAt(visitsIn(kept), Date.now(), parts.isKnown),
      ...(isOpen() ? { hasOpened: true } : {}),
      ...more,
    };
    kept = JSON.stringify(visits);
    stored(() => localStorage.setItem(key, kept));
    return visits;
  };

  const take = (): void => {
    shown?.take();
    shown = null;
  };

  const ask = async (rule: GreetingRule): Promise<void> => {
    const at = path;
    isAsking = true;
    const card = await parts.fetch(rule.id);
    isAsking = false;
    if (card === null && path === at) passed = [...passed, rule];
    // Meanwhile the chat may have been opened, or another page of this browser have shown it.
    const visits = change();
    if (
      card === null ||
      path !== at ||
      isBusy() ||
      document.hidden ||
      visits.hasOpened ||
      visits.shown.includes(rule.id)
    )
      return look();
    change({ shown: [...visits.shown, rule.id] });
    // One greeting for a page is enough.
    passed = set.rules;
    const putAway = (isUnwanted?: boolean): void => {
      change({ putAway: Date.now(), ...(isUnwanted ? { isUnwanted } : {}) });
      take();
    };
    shown = { rule, take: card(putAway) };
    return undefined;
  };

  const look = (): void => {
    clearTimeout(timer);
    if (signal.aborted) return;
    const now = performance.now();
    const here = pagePath(location.pathname);
    if (here !== path) {
      path = here;
      passed = [];
      lookedMs = since = 0;
      if (shown && !new RegExp(shown.rule.path).test(path)) take();
    }
    if (document.hidden) {
      if (since) lookedMs += now - since;
      since = 0;
      return;
    }
    since ||= now;
    const visits = change();
    if (isBusy()) take();
    if (isAsking || shown) return;
    const due = greetingAt(
      set.rules.filter((rule) => !passed.includes(rule)),
      set.restDays,
      visits,
      { path, onPageMs: lookedMs + now - since, now: Date.now(), isBusy: isBusy() },
    );
    if (typeof due === "number") timer = setTimeout(look, due);
    else if (due) void ask(due);
  };

  const { navigation } = window as { navigation?: EventTarget };
  // What begins at the document is heard at the window, too; another address of the page below.
  for (const name of ["pageshow", "visibilitychange"]) addEventListener(name, look, { signal });
  navigation?.addEventListener("navigatesuccess", look, { signal });
  const ticks = navigation ? 0 : setInterval(() => pagePath(location.pathname) === path || look(), lookEveryMs);
  look();
  return {
    look,
    end: () => {
      ended.abort();
      clearInterval(ticks);
      take();
    },
  };
};
