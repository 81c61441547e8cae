// The script tag's way in: <script async src="…/widget.js" data-channel="…">. Built as widget.js; `drahtChat` is the widget for the page's own scripts.
import { mount, type Widget } from "./loader.ts";

declare global {
  interface Window {
    drahtChat?: Widget;
  }
}

const tag = document.currentScript;
// Twice on a page by mistake is once.
if (tag instanceof HTMLScriptElement && tag.dataset["channel"] && !window.drahtChat)
  window.drahtChat = mount({
    url: tag.src,
    channel: tag.dataset["channel"],
    fill: tag.dataset["fill"] !== undefined,
    push: tag.dataset["push"] || null,
    word: tag.dataset["token"] || null,
  });
