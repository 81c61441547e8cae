// The wallboard's entry: a page of its own that nobody signs in to. What follows "#" in its address opens it; "?language=" and "?look=light" may say how it looks.
import { createRoot } from "react-dom/client";
import { Board } from "#web/screens/wallboard/Board.tsx";
import { followBoard } from "#web/state/board.ts";
import { loadWords } from "#web/state/loadWords.ts";
import "#web/kit/tokens.css";
import "#web/kit/base.css";

// A newer one has been put in place of this page.
addEventListener("vite:preloadError", () => location.reload());

const wished = new URLSearchParams(location.search);
const asked = wished.get("language");
const [language = "en"] = [asked ?? "", ...navigator.languages].flatMap((tag) =>
  /^de\b/i.test(tag) ? ["de" as const] : /^en\b/i.test(tag) ? ["en" as const] : [],
);
if (wished.get("look") === "light") document.documentElement.dataset["theme"] = "light";

const place = document.getElementById("root");
if (place) {
  await loadWords(language);
  followBoard(() => location.hash.slice(1));
  createRoot(place).render(<Board />);
}
