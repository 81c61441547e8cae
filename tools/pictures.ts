// Takes the pictures of the docs: starts the demo world in a folder of its own, walks through its screens in a headless
// Chromium and writes docs/pictures/*.png. `npm run pictures`; with names behind it, only those. `npm run pictures -- --all FOLDER`
// takes every screen in every look (light and dark, wide and phone,
// German and English, more contrast) into another folder, for somebody who looks; `--look NAME` takes some of the looks only.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { api } from "#contract/api.ts";
import { signIn } from "#test/desk.ts";
import { openDesk, phone, startBrowser, wide } from "#test/screens/browser.ts";
import { someMicrophone } from "#test/screens/microphone.ts";
import { startTestServer } from "#test/server.ts";
import {
  answerChat,
  answerSomebody,
  asideComes,
  asksForRating,
  chatMoves,
  newsletterComes,
  noticesStand,
  showpiece,
  splits,
} from "./pictures/demo.ts";
import { screensOf, type Screen } from "./pictures/screens.ts";
import { drawSheet } from "./pictures/sheet.ts";
import { telephoneScreensOf } from "./pictures/telephone.ts";

interface Look {
  readonly name: string;
  readonly options: BrowserContextOptions;
  readonly language: "de" | "en";
}

const look = (
  size: "wide" | "phone",
  colorScheme: "light" | "dark",
  language: "de" | "en",
  contrast: "more" | "no-preference" = "no-preference",
): Look => ({
  name: `${size}-${colorScheme}-${contrast === "more" ? "contrast-" : ""}${language}`,
  options: {
    ...(size === "wide" ? wide : phone),
    colorScheme,
    contrast,
    locale: language === "de" ? "de-DE" : "en-GB",
  },
  language,
});

const looks: readonly Look[] = [
  ...(["de", "en"] as const).flatMap((language) =>
    (["wide", "phone"] as const).flatMap((size) =>
      (["light", "dark"] as const).map((scheme) => look(size, scheme, language)),
    ),
  ),
  look("wide", "light", "de", "more"),
  look("wide", "dark", "en", "more"),
];

/** The pictures of the docs: file, screen, look. */
const docs: readonly (readonly [file: string, screen: string, look: Look])[] = [
  ["sign-in", "sign-in", look("wide", "light", "de")],
  ["set-up", "set-up", look("wide", "light", "en")],
  ["desk", "desk", look("wide", "light", "de")],
  ["desk-dark", "desk", look("wide", "dark", "de")],
  ["desk-english", "desk", look("wide", "light", "en")],
  ["list", "list", look("wide", "light", "de")],
  ["chat-and-mail", "chat-and-mail", look("wide", "light", "de")],
  ["widget", "widget", look("wide", "light", "de")],
  ["widget-phone", "widget", look("phone", "dark", "de")],
  ["widget-greeting", "widget-greeting", look("wide", "light", "de")],
  ["admin-channel-look", "admin-channel-look", look("wide", "light", "de")],
  ["widget-flow", "widget-flow", look("wide", "light", "de")],
  ["widget-coloured", "widget-coloured", look("wide", "light", "en")],
  ["widget-rating", "widget-rating", look("phone", "light", "de")],
  ["rating", "rating", look("wide", "light", "de")],
  ["portal", "portal", look("phone", "light", "de")],
  ["portal-question", "portal-question", look("phone", "dark", "en")],
  ["portal-dark", "portal", look("wide", "dark", "en")],
  ["portal-question-wide", "portal-question", look("wide", "light", "de")],
  ["reply", "reply", look("wide", "light", "de")],
  ["note", "note", look("wide", "light", "de")],
  ["assign", "assign", look("wide", "dark", "de")],
  ["history", "history", look("wide", "light", "de")],
  ["offer", "offer", look("wide", "light", "de")],
  ["work", "work", look("wide", "dark", "en")],
  ["call", "call", look("wide", "light", "de")],
  ["call-transfer", "call-transfer", look("wide", "dark", "en")],
  ["phone-call", "call-consult", look("phone", "light", "de")],
  ["keys", "keys", look("wide", "dark", "de")],
  ["palette", "palette", look("wide", "light", "de")],
  ["selection", "selection", look("wide", "light", "de")],
  ["filter", "filter", look("wide", "dark", "en")],
  ["filtered", "filtered", look("wide", "light", "de")],
  ["view", "view", look("wide", "light", "de")],
  ["links", "links", look("wide", "light", "de")],
  ["search", "search", look("wide", "light", "de")],
  ["new", "new", look("wide", "light", "de")],
  ["preferences", "preferences", look("wide", "light", "de")],
  ["admin-agents", "admin-agent", look("wide", "light", "de")],
  ["admin-brands", "admin-brand", look("wide", "light", "en")],
  ["admin-channels", "admin-channel", look("wide", "dark", "de")],
  ["admin-topics", "admin-topics", look("wide", "light", "de")],
  ["admin-promises", "admin-promises", look("wide", "light", "de")],
  ["admin-automation", "admin-automation", look("wide", "light", "de")],
  ["admin-rule", "admin-rule", look("wide", "dark", "en")],
  ["admin-routing", "admin-routing", look("wide", "light", "de")],
  ["admin-skills", "admin-skills", look("wide", "light", "de")],
  ["floor", "floor", look("wide", "light", "de")],
  ["wallboard", "wallboard", look("wide", "dark", "de")],
  ["admin-notices", "admin-notices", look("wide", "light", "de")],
  ["admin-hours", "admin-brand-hours", look("wide", "light", "de")],
  ["split", "split", look("wide", "light", "de")],
  ["fields", "fields", look("wide", "light", "de")],
  ["admin-fields", "admin-fields", look("wide", "dark", "de")],
  ["post-box", "post-box", look("wide", "light", "de")],
  ["post-box-write", "post-box-write", look("wide", "dark", "en")],
  ["set-aside", "set-aside", look("wide", "light", "en")],
  ["phone-views", "views", look("phone", "light", "de")],
  ["phone-list", "list", look("phone", "dark", "de")],
  ["phone-selection", "selection", look("phone", "dark", "de")],
  ["phone-concern", "desk", look("phone", "light", "de")],
  ["phone-reply", "reply", look("phone", "dark", "de")],
];

/** Waits for the pictures inside the window; those further down are loaded only when somebody scrolls to them. */
const picturesShown = `Promise.all([...document.images]
  .filter((image) => { const { top, bottom } = image.getBoundingClientRect(); return bottom > 0 && top < innerHeight; })
  .map((image) => image.complete || new Promise((done) => { image.onload = image.onerror = () => done(null); })))`;

const login = { email: "ada@elbkabel.example", password: "draht-demo" };

/** Takes one picture; false when the screen did not come, which is said. */
const take = async (browser: Browser, url: string, screen: Screen, how: Look, file: string): Promise<boolean> => {
  const one = await openDesk(browser, url, {
    ...how.options,
    ...(screen.signedOut ? {} : { login: { ...login, email: `${screen.as ?? "ada"}@elbkabel.example` } }),
  });
  try {
    await screen.before?.(one.page);
    await one.page.goto(url + screen.path);
    await screen.act(one.page);
    await one.page.evaluate(picturesShown);
    await one.page.screenshot({ path: file, animations: "disabled", caret: "hide" });
    console.log(file);
    for (const complaint of one.complaints) console.error(`${screen.name}: ${complaint}`);
    return true;
  } catch (error) {
    console.error(`${screen.name}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    await one.context.close();
  }
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { all: { type: "string" }, look: { type: "string", multiple: true } },
});
const wanted = looks.filter(({ name }) => values.look === undefined || values.look.includes(name));
const folder = values.all ?? join(import.meta.dirname, "..", "docs", "pictures");
await mkdir(folder, { recursive: true });
const server = await startTestServer({
  args: ["--demo"],
  env: { CHECK_ANSWERS: "no", UNDO_SECONDS: "0", CHAT_MAIL_SECONDS: "1" },
});
const browser = await startBrowser(someMicrophone, true);
let failed = 0;
try {
  const desk = await signIn(server.url, login.email, login.password);
  const chosen = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
  const row = await showpiece(desk);
  const omar = await signIn(server.url, "omar@elbkabel.example", login.password);
  const answered = await answerSomebody(desk, row);
  const question = await asksForRating(desk, answered);
  const split = await splits(desk, [row]);
  await noticesStand(desk);
  const drawn = values.all === undefined ? row : await newsletterComes(desk, server.ports.smtp);
  if (chosen("set-aside")) await asideComes(desk, server.ports.smtp);
  const moved = await chatMoves(desk, server.url);
  const screens = [
    ...screensOf({ row, drawn, moved, split, question, answerChat: (text) => answerChat(desk, text) }),
    ...telephoneScreensOf(row),
  ];
  const speak = async (language: "de" | "en"): Promise<void> => {
    for (const one of [desk, omar]) {
      const { preferences } = await one.call(api.agents.me);
      await one.call(api.agents.changePreferences, { body: { ...preferences, language } });
    }
  };
  if (values.all === undefined)
    for (const [file, name, how] of docs.filter(([name]) => chosen(name))) {
      const screen = screens.find((one) => one.name === name);
      if (!screen) throw new Error(`no screen "${name}"`);
      await speak(how.language);
      if (!(await take(browser, server.url, screen, how, join(folder, `${file}.png`)))) failed += 1;
    }
  else {
    for (const how of wanted) {
      await speak(how.language);
      for (const screen of screens.filter((one) => chosen(one.name)))
        if (!(await take(browser, server.url, screen, how, join(folder, `${screen.name}.${how.name}.png`))))
          failed += 1;
    }
    for (const screen of screens.filter((one) => chosen(one.name)))
      await drawSheet(
        browser,
        folder,
        screen.name,
        wanted.map((how) => how.name).toSorted((a, b) => Number(b.startsWith("wide")) - Number(a.startsWith("wide"))),
      );
  }
} finally {
  await browser.close();
  await server.stop();
}
if (failed > 0) process.exitCode = 1;
