// The panel of a call as the page shows it: plain elements that are made once and told what changes. Called by main.ts.
import { fill } from "#widget/words.ts";
import { button, icon, language, make, tell, words, type Deeds, type Model } from "./parts.ts";
import { swapsOf } from "./swaps.ts";

const shapes = {
  phone: "M6 3h3l2 5-2 1.5a11 11 0 0 0 5.5 5.5L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3Z",
  down: "M3 15c5-6 13-6 18 0l-3 3-3-2v-3a12 12 0 0 0-6 0v3l-3 2Z",
  mic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3ZM5 11a7 7 0 0 0 14 0M12 18v3",
  micOff: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3ZM5 11a7 7 0 0 0 14 0M12 18v3M4 3l16 18",
  keys: "M5 5h.1M12 5h.1M19 5h.1M5 12h.1M12 12h.1M19 12h.1M5 19h.1M12 19h.1M19 19h.1",
  smaller: "M6 12h12",
  close: "m7 7 10 10M17 7 7 17",
} as const;

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** "4:07". */
const timeOf = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** The sentence that stands largest. */
const stateOf = ({ phase, view, site }: Model): string => {
  if (phase === "rings") return fill(words.rings, { brand: site?.brand ?? "" });
  if (phase === "connecting") return words.state.connecting;
  if (phase === "before") return "";
  if (view?.callback) return words.ended.callback;
  if (phase === "over") {
    const ended: Readonly<Record<string, string>> = words.ended;
    return ended[view?.end ?? "lost"] ?? words.ended.talked;
  }
  if (view === null || view.state === "ended") return words.state.selfService;
  return view.held && view.state === "talking" ? words.state.held : words.state[view.state];
};

const round = (className: string, shape: string, label: string, press: () => void): HTMLButtonElement => {
  const made = button(`call-round ${className}`, "", press);
  made.append(icon(shape));
  made.ariaLabel = label;
  made.title = label;
  return made;
};

const keypad = (deeds: Deeds): HTMLElement => {
  const box = make("div", "call-keys");
  box.role = "group";
  box.ariaLabel = words.keys;
  for (const digit of digits) {
    const key = button("call-key", digit, () => deeds.press(digit));
    key.ariaLabel = fill(words.key, { key: digit });
    box.append(key);
  }
  return box;
};

/** What stands before a call, and after one. */
const beginning = (deeds: Deeds) => {
  const there = make("p", "call-there");
  const how = make("p", "call-soft", words.before);
  const name = make("input", "");
  name.maxLength = 100;
  name.autocomplete = "name";
  const named = make("label", "", words.name, name);
  const start = make("button", "call-press is-call", icon(shapes.phone), make("span", "", words.start));
  const number = make("p", "call-soft");
  const form = make("form", "call-begin", there, how, named, start, number);
  form.onsubmit = (event) => {
    event.preventDefault();
    deeds.start(name.value);
  };
  return {
    form,
    update: ({ phase, site, view, fault }: Model): void => {
      form.hidden = (phase !== "before" && phase !== "over") || Boolean(view?.callback);
      const isOver = phase === "over";
      tell(there, isOver || site === null ? "" : site.isThere ? words.there : words.nobody);
      how.hidden = named.hidden = isOver;
      tell(start.lastChild as HTMLElement, isOver ? words.again : words.start);
      start.disabled = site === null && fault === null;
      const dial = site?.number ?? null;
      if (dial !== null && number.dataset["number"] !== dial) {
        number.dataset["number"] = dial;
        const link = make("a", "", dial);
        link.href = `tel:${dial.replaceAll(/[^+\d]/g, "")}`;
        number.replaceChildren(`${words.byPhone} `, link);
      }
      number.hidden = dial === null || isOver;
    },
  };
};

/** Buttons while a call lives. */
const handling = (deeds: Deeds, keys: HTMLElement) => {
  const mute = round("", shapes.mic, words.mute, deeds.mute);
  const pad = round("", shapes.keys, words.keys, () => {
    keys.hidden = !keys.hidden;
    pad.ariaExpanded = String(!keys.hidden);
    if (!keys.hidden) keys.querySelector("button")?.focus();
  });
  pad.ariaExpanded = "false";
  const hangUp = round("is-end", shapes.down, words.hangUp, deeds.hangUp);
  const answer = round("is-take", shapes.phone, words.answer, deeds.answer);
  const decline = round("is-end", shapes.down, words.decline, deeds.decline);
  const box = make("div", "call-foot", mute, pad, answer, hangUp, decline);
  let wasMuted = false;
  return {
    box,
    update: ({ phase, isMuted }: Model): void => {
      const isLive = phase === "live";
      box.hidden = phase === "before" || phase === "over";
      mute.hidden = pad.hidden = !isLive;
      hangUp.hidden = !isLive && phase !== "connecting";
      answer.hidden = decline.hidden = phase !== "rings";
      if (!isLive) keys.hidden = true;
      if (isMuted === wasMuted) return;
      wasMuted = isMuted;
      mute.ariaPressed = String(isMuted);
      mute.classList.toggle("is-on", isMuted);
      mute.ariaLabel = mute.title = isMuted ? words.unmute : words.mute;
      mute.replaceChildren(icon(isMuted ? shapes.micOff : shapes.mic));
    },
  };
};

/** What is said, as text; new lines are read out by who listens to the screen. */
const transcript = () => {
  const list = make("ol", "call-lines");
  list.role = "log";
  list.ariaLabel = words.said;
  list.tabIndex = 0;
  return {
    list,
    update: ({ view }: Model): void => {
      const lines = view?.lines ?? [];
      const said = lines.map(({ by, text }) => (by === "you" ? fill(words.you, { text }) : text));
      const shown = [...list.children].map(({ textContent }) => textContent);
      const isSame = shown.every((text, at) => text === said[at]);
      if (!isSame) list.replaceChildren();
      for (const [at, text] of said.entries())
        if (!isSame || at >= shown.length) {
          const line = make("li", lines[at]?.by === "you" ? "is-you" : "", text);
          line.dir = "auto";
          list.append(line);
        }
      if (said.length !== shown.length || !isSame) list.scrollTop = list.scrollHeight;
      list.hidden = said.length === 0;
    },
  };
};

/** Draws the panel into a place; gives how it is told what is so, and how it goes. */
export const drawCall = (place: HTMLElement, deeds: Deeds) => {
  const title = make("h2", "", words.open);
  title.dir = "auto";
  const small = round("", shapes.smaller, words.smaller, deeds.small);
  const close = round("", shapes.close, words.close, deeds.close);
  const bar = make("span", "call-bar");
  const head = make("header", "call-head", title, bar, small, close);
  const [state, wait] = [make("p", "call-state"), make("p", "call-wait")];
  const [sound, fault] = [make("p", "call-warn"), make("p", "call-bad")];
  state.role = wait.role = sound.role = "status";
  fault.role = "alert";
  const time = make("p", "call-time");
  time.role = "timer";
  time.ariaLabel = words.time;
  const [hours, notices, left] = [make("p", "call-soft"), make("div", "call-notices"), make("p", "call-soft")];
  const begin = beginning(deeds);
  const lines = transcript();
  const swaps = swapsOf(deeds);
  const keys = keypad(deeds);
  keys.hidden = true;
  const foot = handling(deeds, keys);
  const body = make(
    "div",
    "call-body",
    state,
    time,
    wait,
    fault,
    sound,
    left,
    notices,
    hours,
    begin.form,
    lines.list,
    keys,
    swaps.box,
  );
  const panel = make("section", "call", head, body, foot.box);
  panel.role = "dialog";
  panel.tabIndex = -1;
  panel.lang = language;
  panel.onkeydown = (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    deeds.small();
  };
  place.append(panel);
  let phase: Model["phase"] | null = null;
  const tellNotices = (all: readonly string[]): void => {
    if (notices.dataset["said"] === JSON.stringify(all)) return;
    notices.dataset["said"] = JSON.stringify(all);
    notices.replaceChildren(...all.map((text) => make("p", "", text)));
    notices.hidden = all.length === 0;
  };
  const update = (model: Model): void => {
    const { view, site } = model;
    const isLive = model.phase === "live" || model.phase === "connecting";
    tell(title, site === null ? words.open : fill(words.title, { brand: site.brand }));
    panel.ariaLabel = title.textContent;
    panel.classList.toggle("is-small", model.isSmall);
    small.ariaLabel = small.title = model.isSmall ? words.larger : words.smaller;
    // What lives is made small, not closed: hanging up is another press.
    close.hidden = isLive || model.phase === "rings";
    tell(state, stateOf(model));
    tell(bar, model.isSmall ? [stateOf(model), view?.place].filter(Boolean).join(" · ") : "");
    const isWaiting = model.phase === "live" || Boolean(view?.callback);
    tell(wait, isWaiting ? [view?.place, view?.wait].filter(Boolean).join(" ") : "");
    tell(fault, model.fault === null ? "" : words.faults[model.fault]);
    tell(
      sound,
      model.phase !== "live" || model.sound === "good"
        ? model.isMuted && isLive
          ? words.muted
          : ""
        : words[model.sound],
    );
    tell(left, model.phase === "before" && model.wasLeft ? `${words.reloaded} ${words.keepsPlace}` : "");
    tell(hours, view?.hours || site?.hours || "");
    tellNotices(view?.notices ?? site?.notices ?? []);
    begin.update(model);
    lines.update(model);
    swaps.update(model);
    foot.update(model);
    body.ariaBusy = String(model.isAsking);
    // The keys stay where somebody is; a press whose button has gone leaves them at the panel.
    if (phase !== null && phase !== model.phase && !model.isSmall) panel.focus();
    phase = model.phase;
  };
  return {
    update,
    clock: (since: number | null, now: number): void =>
      tell(time, since === null ? "" : timeOf(Math.max(0, Math.floor((now - since) / 1_000)))),
    focus: () => panel.focus(),
    remove: () => panel.remove(),
  };
};
