// What may be had instead of waiting: a callback, the chat, a mail; and going on at a phone. Called by view.ts.
import { button, make, tell, words, type Deeds, type Model } from "./parts.ts";

const labelled = <E extends HTMLElement>(label: string, field: E): HTMLLabelElement => make("label", "", label, field);

const folded = (title: string, ...content: readonly Node[]): HTMLDetailsElement =>
  make("details", "call-swap", make("summary", "", title), ...content);

const input = (type: string, most: number, complete: AutoFill): HTMLInputElement => {
  const made = make("input", "");
  made.type = type;
  made.maxLength = most;
  made.autocomplete = complete;
  return made;
};

const picture = ({ size, path }: { readonly size: number; readonly path: string }): SVGElement => {
  const space = "http://www.w3.org/2000/svg";
  const [svg, ground, dark] = ["svg", "rect", "path"].map((name) => document.createElementNS(space, name));
  svg?.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg?.setAttribute("role", "img");
  svg?.setAttribute("aria-label", words.picture);
  ground?.setAttribute("width", String(size));
  ground?.setAttribute("height", String(size));
  ground?.setAttribute("class", "call-light");
  dark?.setAttribute("d", path);
  dark?.setAttribute("class", "call-dark");
  dark?.setAttribute("shape-rendering", "crispEdges");
  svg?.append(ground as Node, dark as Node);
  return svg as SVGElement;
};

const callbackOf = (deeds: Deeds) => {
  const number = input("tel", 40, "tel");
  const numberLabel = labelled(words.numberPage, number);
  const pageOnly = make("p", "call-soft", words.pageOnly);
  const when = make("select", "");
  const form = make(
    "form",
    "",
    make("p", "call-soft", words.backHint),
    numberLabel,
    pageOnly,
    labelled(words.when, when),
    make("button", "call-press", words.backDo),
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    deeds.callback(number.value, when.value === "" ? null : when.value);
  };
  let shown = "";
  return {
    box: folded(words.back, form),
    update: ({ view }: Model): void => {
      const may = view?.may;
      numberLabel.hidden = !may?.number;
      pageOnly.hidden = may?.number !== false;
      const times = may?.times ?? [];
      const now = times.map(({ at }) => at).join(" ");
      if (now === shown && when.options.length > 0) return;
      shown = now;
      const chosen = when.value;
      when.replaceChildren(
        new Option(words.placeComes, ""),
        ...times.map(({ at, text }) => new Option(text, at, false, at === chosen)),
      );
    },
  };
};

const mailOf = (deeds: Deeds): HTMLDetailsElement => {
  const email = input("email", 320, "email");
  email.required = true;
  const text = make("textarea", "");
  text.rows = 3;
  text.maxLength = 4_000;
  text.required = true;
  const form = make(
    "form",
    "",
    labelled(words.email, email),
    labelled(words.words, text),
    make("button", "call-press", words.mailDo),
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    deeds.mail(email.value, text.value);
  };
  return folded(words.mail, form);
};

/** The section with all of them; each shows itself where it may be had. */
export const swapsOf = (deeds: Deeds) => {
  const title = make("h3", "", words.instead);
  const callback = callbackOf(deeds);
  const chat = make(
    "div",
    "call-swap",
    button("call-press", words.chat, deeds.chat),
    make("p", "call-soft", words.chatHint),
  );
  const mail = mailOf(deeds);
  const phone = folded(words.phone, make("p", "call-soft", words.phoneHow));
  const planned = make("p", "call-planned");
  const withdraw = button("call-press is-second", words.backNo, deeds.noCallback);
  const box = make("section", "call-swaps", title, planned, withdraw, callback.box, chat, mail, phone);
  let pictured = "";
  return {
    box,
    update: (model: Model): void => {
      const { view, screen, phase } = model;
      const may = phase === "live" || phase === "over" ? view?.may : undefined;
      callback.update(model);
      tell(planned, view?.callback?.text ?? "");
      withdraw.hidden = !view?.callback;
      callback.box.hidden = !may?.callback;
      chat.hidden = !may?.chat;
      mail.hidden = !may?.mail;
      // Whoever is greeted, or speaks with a flow, does not wait.
      tell(title, view?.state === "waiting" ? words.instead : words.otherwise);
      title.hidden = !(may?.callback || may?.chat || may?.mail);
      phone.hidden = screen === null || phase !== "live";
      if (screen !== null && screen.url !== pictured) {
        pictured = screen.url;
        phone.querySelectorAll("svg, a").forEach((old) => old.remove());
        const link = make("a", "", words.link);
        link.href = screen.url;
        link.target = "_blank";
        link.rel = "noopener noreferrer";
        phone.append(picture(screen), link);
      }
      box.hidden = [...box.children].every((child) => (child as HTMLElement).hidden);
    },
  };
};
