// Builds the widget: widget.js for script tags, widget/mount.js for modules, the chat both fetch, the greetings where a site has some, and the emoji and sheets that the chat fetches when they are wanted. Called by tools/build.ts and by test/journeys/widget-size.test.ts.
import { createHash } from "node:crypto";
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin, type Rolldown } from "vite";

const root = join(import.meta.dirname, "..");

/** Leaves of the words only those that are asked for; with a language none of the others. */
const onlyWords = ({ words: keys, only, without = [], language }: Part): Plugin => ({
  name: "only-words",
  enforce: "pre",
  load(id) {
    const file = id.split("?")[0] ?? "";
    if (!/[\\/]locales[\\/]\w+\.json$/.test(file)) return null;
    let words: unknown = JSON.parse(readFileSync(file, "utf8"));
    const isOther = language !== undefined && !file.endsWith(`${language}.json`);
    for (const key of keys) words = (words as Readonly<Record<string, unknown>>)[key];
    const isWanted = (key: string): boolean => (only?.includes(key) ?? true) && !without.includes(key);
    const wanted = (given: object, before = ""): object =>
      Object.fromEntries(
        Object.entries(given)
          .filter(([key]) => (before === "" ? isWanted(key) : !without.includes(`${before}.${key}`)))
          .map(([key, value]: [string, unknown]) => [
            key,
            before === "" && typeof value === "object" && value !== null ? wanted(value, key) : value,
          ]),
      );
    words = wanted(words as object);
    for (const key of keys.toReversed()) words = { [key]: isOther ? {} : words };
    return { code: `export default ${JSON.stringify(words)};`, moduleType: "js" };
  },
});

/** What of the words only files beside the chat's have. */
const elsewhere = [
  "emoji",
  "ask",
  "introduce",
  "confirm",
  "move",
  "wish",
  "rating",
  "unbelieved",
  "push",
  "greet",
  "call",
  "parts.choose",
  "parts.optional",
  "parts.faults",
];
const ofYou = ["saved", "signed", "signedAnybody", "move", "sounds", "leaveWhy", "leave", "leaveSure", "stay"];

const languages = ["de", "en"] as const;
type Language = (typeof languages)[number];

interface Part {
  readonly input: string;
  readonly format: "es" | "iife";
  /** Where it goes, below the folder. */
  readonly file: string;
  /** The way to its words from the top of the file; and which of them it has, left out: all, or has not ("a", or "a.b"). */
  readonly words: readonly string[];
  readonly only?: readonly string[];
  readonly without?: readonly string[];
  /** The chat gives it Preact: see widget/given.ts. */
  readonly givenPreact?: boolean;
  /** Left out: it speaks all of them. */
  readonly language?: Language;
  readonly define?: Readonly<Record<string, string>>;
  readonly license?: string;
}

/** Builds one file of the widget and says how it is called. */
const buildPart = async (outDir: string, part: Part): Promise<string> => {
  const made = (await build({
    root: join(root, "widget"),
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    plugins: [onlyWords(part)],
    resolve: part.givenPreact
      ? { alias: [{ find: /^preact(?:\/hooks|\/jsx-runtime)?$/, replacement: join(root, "widget/given.ts") }] }
      : {},
    define: { ...part.define },
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2023",
      // What has light-dark(): without it the sheets would carry every colour twice, and ways to choose.
      cssTarget: ["chrome123", "safari17.5", "firefox120"],
      modulePreload: false,
      reportCompressedSize: false,
      license: part.license === undefined ? false : { fileName: part.license },
      rolldownOptions: {
        input: join(root, "widget", part.input),
        preserveEntrySignatures: "strict",
        output: { format: part.format, entryFileNames: part.file, codeSplitting: false },
      },
    },
  })) as Rolldown.RolldownOutput;
  const [chunk, ...more] = made.output.filter(({ type }) => type === "chunk");
  if (chunk === undefined || more.length > 0) throw new Error(`${part.input} did not become one file`);
  return chunk.fileName;
};

/** The widget's files: below the folder they were built into. What has a hash in its name never changes. */
export interface BuiltWidget {
  readonly script: string;
  readonly module: string;
  /** Each speaks one language: whoever visits a site reads one. */
  readonly chat: Readonly<Record<Language, string>>;
  /** Fetched by the loader where a channel greets by itself. */
  readonly watch: string;
  /** The card, fetched by the loader when a greeting shows itself. */
  readonly greet: Readonly<Record<Language, string>>;
  /** Fetched by the loader for somebody known. */
  readonly peek: string;
  /** Fetched by the chat when somebody wants an emoji. */
  readonly emoji: string;
  /** Fetched by the chat when something is to be filled in or shown that most visitors never see. */
  readonly sheets: string;
  /** Fetched by the chat where a site has a worker for it and somebody has said something. */
  readonly push: string;
  /** The service worker. */
  readonly worker: string;
  /** "Call us": fetched by the chat, or by `callScript`, when somebody presses it. */
  readonly call: Readonly<Record<Language, string>>;
  /** For pages with a button of their own. */
  readonly callScript: string;
}

/** Gives files a common ending to their names, made of all they hold: whoever fetches several of them needs to know one, and a name is of the same bytes for ever. */
const sealed = (outDir: string, files: readonly string[]): string => {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(join(outDir, file)));
  const seal = hash.digest("base64url").slice(0, 8);
  for (const file of files) renameSync(join(outDir, file), join(outDir, sealedName(file, seal)));
  return seal;
};
const sealedName = (file: string, seal: string): string => file.replace(/\.js$/, `-${seal}.js`);

/** Builds everything into a folder. */
export const buildWidget = async (outDir: string): Promise<BuiltWidget> => {
  const emoji = await buildPart(outDir, {
    input: "emoji/main.tsx",
    format: "es",
    file: "widget/emoji-[hash].js",
    words: ["widget", "emoji"],
    givenPreact: true,
  });
  const sheets = await buildPart(outDir, {
    input: "sheets/main.tsx",
    format: "es",
    file: "widget/sheets-[hash].js",
    words: ["widget"],
    only: ["ask", "confirm", "move", "wish", "rating", "introduce", "unbelieved", "newWindow", "you", "parts", "send"],
    givenPreact: true,
  });
  const greetIn = (language: Language): Promise<string> =>
    buildPart(outDir, {
      input: "greet/main.ts",
      format: "es",
      file: `widget/greet-${language}.js`,
      words: ["widget"],
      only: ["greet", "automatic"],
      define: { LANGUAGE: JSON.stringify(language) },
    });
  const greet = { de: await greetIn("de"), en: await greetIn("en") };
  const watch = await buildPart(outDir, {
    input: "watch/main.ts",
    format: "es",
    file: "widget/watch.js",
    words: ["widget"],
  });
  const peek = await buildPart(outDir, {
    input: "peek/main.ts",
    format: "es",
    file: "widget/peek.js",
    words: ["widget"],
  });
  const push = await buildPart(outDir, {
    input: "push/main.ts",
    format: "es",
    file: "widget/push-[hash].js",
    words: ["widget"],
    only: ["push"],
  });
  // Its name never changes: sites' own files import it.
  const worker = await buildPart(outDir, {
    input: "push/worker.ts",
    format: "iife",
    file: "widget/push-worker.js",
    words: ["widget", "button"],
  });
  const callIn = (language: Language): Promise<string> =>
    buildPart(outDir, {
      input: "call/main.ts",
      format: "es",
      file: `widget/call-${language}.js`,
      words: ["widget", "call"],
      language,
      define: { LANGUAGE: JSON.stringify(language) },
    });
  const calls = { de: await callIn("de"), en: await callIn("en") };
  const callSeal = sealed(outDir, [calls.de, calls.en]);
  const call = { de: sealedName(calls.de, callSeal), en: sealedName(calls.en, callSeal) };
  const callScript = await buildPart(outDir, {
    input: "call/script.ts",
    format: "iife",
    file: "call.js",
    words: ["widget", "button"],
    only: ["none"],
    define: { SEAL: JSON.stringify(callSeal) },
  });
  const inFolder = (file: string): string => file.slice("widget/".length);
  const chatIn = (language: Language): Promise<string> =>
    buildPart(outDir, {
      input: "chat/main.tsx",
      format: "es",
      file: `widget/chat-${language}.js`,
      words: ["widget"],
      without: [...elsewhere, ...ofYou.map((word) => `you.${word}`)],
      language,
      define: {
        EMOJI_FILE: JSON.stringify(inFolder(emoji)),
        SHEETS_FILE: JSON.stringify(inFolder(sheets)),
        PUSH_FILE: JSON.stringify(inFolder(push)),
        CALL_FILE: JSON.stringify(inFolder(call[language])),
      },
      license: "widget/licenses.md",
    });
  const chat = { de: await chatIn("de"), en: await chatIn("en") };
  const fetched = [chat.de, chat.en, greet.de, greet.en, watch, peek];
  const seal = sealed(outDir, fetched);
  const loader = {
    words: ["widget", "button"],
    without: ["unread"],
    define: { SEAL: JSON.stringify(seal) },
  } as const;
  const module = await buildPart(outDir, { ...loader, input: "loader.ts", format: "es", file: "widget/mount.js" });
  const script = await buildPart(outDir, { ...loader, input: "script.ts", format: "iife", file: "widget.js" });
  const name = (file: string): string => sealedName(file, seal);
  return {
    script,
    module,
    chat: { de: name(chat.de), en: name(chat.en) },
    greet: { de: name(greet.de), en: name(greet.en) },
    watch: name(watch),
    peek: name(peek),
    emoji,
    sheets,
    push,
    worker,
    call,
    callScript,
  };
};
