// The script tag's way in: <script async src="…/widget.js" data-channel="…">. Built as widget.js; `drahtChat` is the widget for the page's own scripts.
import { mount, type Widget } from "./loader.ts";

declare global {
  interface Window {
    drahtChat?: Widget;
  }
}

const { src = "", dataset = {} } = (document.currentScript ?? {}) as Partial<HTMLScriptElement>;
const { channel, fill, push, token } = dataset as Readonly<Record<string, string | undefined>>;
// Twice on a page by mistake is once.
if (channel && !window.drahtChat)
  window.drahtChat = mount({ url: src, channel, fill: fill !== undefined, push: push || null, word: token || null });
