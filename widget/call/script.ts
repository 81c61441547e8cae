// call.js, for pages with a button of their own: <script async src="…/call.js" data-channel="…">, and data-draht-call on what is pressed. Built as call.js.
import chatTokensCss from "#widget/chat/tokens.css?inline";
import tokensCss from "#widget/tokens.css?inline";
import { openMemory } from "#widget/memory.ts";
import { languageOf } from "#widget/words.ts";
import type { CallPanel, StartCall } from "./main.ts";

/** How the names of the files end that are fetched from here; written in by the build (tools/widget.ts). */
declare const SEAL: string;

const script = document.currentScript as HTMLScriptElement;
const { channel = "" } = script.dataset;
const { origin } = new URL(script.src);
const key = `draht.call.${channel}`;
const memory = openMemory(`call.${channel}`);
let panel: Promise<CallPanel> | null = null;
let tries = 0;
let from: HTMLElement | null = null;

const sheet = new CSSStyleSheet();
sheet.replaceSync(tokensCss + chatTokensCss);

const fetchPanel = async (): Promise<CallPanel> => {
  const language = languageOf(document.documentElement.lang, navigator.languages);
  const again = tries > 0 ? `?${tries}` : "";
  tries += 1;
  // A browser may remember that a file could not be fetched: another try asks for another address.
  const file = `${origin}/widget/call-${language}-${SEAL}.js${again}`;
  const { start } = (await import(/* @vite-ignore */ file)) as { readonly start: StartCall };
  const host = document.createElement("draht-call");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  const place = document.createElement("div");
  place.className = "call-place is-alone";
  root.append(place);
  document.body.append(host);
  return start({
    origin,
    channel,
    chat: null,
    root,
    place,
    token: () => memory.read("token"),
    keepToken: (token) => void memory.keep("token", token),
    openChat: null,
    closed: () => from?.focus(),
  });
};

const open = (): void => {
  const isThere = panel !== null;
  panel ??= fetchPanel();
  panel.then(
    (loaded) => {
      if (isThere) loaded.show();
    },
    () => {
      panel = null;
      from?.setAttribute("aria-busy", "false");
    },
  );
};

document.addEventListener("click", (event) => {
  const pressed = event.composedPath().find((each) => each instanceof HTMLElement && "drahtCall" in each.dataset);
  if (!(pressed instanceof HTMLElement)) return;
  event.preventDefault();
  from = pressed;
  open();
});
// A button that works by this script shows itself by it.
for (const button of document.querySelectorAll<HTMLElement>("[data-draht-call][hidden]")) button.hidden = false;
// This tab had a call, or awaits one.
try {
  if (sessionStorage.getItem(key) !== null) open();
} catch {
  // Nothing is kept here.
}
