// The laws of this code as data: which folder may import what, and what else holds everywhere. Read by check.ts,
// printed into ARCHITECTURE.md by tools/laws.ts.

/**
 * Something that may be imported: a top folder (`lib`), a part of one (`platform/db`), `node:`, `npm` (any package),
 * `npm:zod` (one package), `own` (own module or channel; elsewhere own top folder), `other model` and `other actions`
 * (another module's files of that role), `own model` and so on (files of that role in the own module).
 */
export type Source = string;

/** Who may import what. The first law whose `files` fits a path decides. */
export type ImportLaw = {
  /** As printed in the first column. */
  readonly name: string;
  readonly files: RegExp;
  readonly may: readonly Source[] | "anything";
  /** The law in one line. */
  readonly says: string;
};

/** A file of a module that carries a role: `store.ts`, `store-search.ts`, `note-store.ts`. */
const role = (name: string): RegExp => new RegExp(`^modules/[^/]+/(?:[\\w-]+-)?${name}(?:-[\\w-]+)?\\.ts$`);

export const importLaws: readonly ImportLaw[] = [
  {
    name: "test, tools, bench, *.test.ts",
    files: /^(?:test|tools|bench)\/|\.test\.tsx?$/,
    may: "anything",
    says: "nobody imports them",
  },
  {
    name: "lib",
    files: /^lib\//,
    may: ["lib"],
    says: "pure helpers that fit any program: no clock, no chance but a given one",
  },
  { name: "planner", files: /^planner\//, may: ["planner", "lib"], says: "pure mathematics of waiting and staffing" },
  {
    name: "contract",
    files: /^contract\//,
    may: ["contract", "lib", "npm:zod"],
    says: "shapes only; runs in a browser; every object strict",
  },
  {
    name: "platform",
    files: /^platform\//,
    may: ["platform", "lib", "node:", "npm"],
    says: "could serve a library or a bank; no domain word in it",
  },
  {
    name: "modules/flows/model-words.ts",
    files: /^modules\/flows\/model-words\.ts$/,
    may: ["own model", "contract", "lib", "locales", "npm:intl-messageformat"],
    says: "makes words for customers: by the locales, and by ICU's messages (docs/decisions/0360-intl-messageformat.md)",
  },
  {
    name: "modules: model, policy",
    files: new RegExp(`${role("model").source}|${role("policy").source}`),
    may: ["own model", "own policy", "other model", "contract", "lib"],
    says: "decides: data and `now` in, data out",
  },
  {
    name: "modules: store",
    files: role("store"),
    may: ["own model", "own store", "contract", "platform/db", "lib"],
    says: "all SQL of this module, on its tables only; the first argument is the transaction in hand",
  },
  {
    name: "modules: actions",
    files: role("actions"),
    may: ["own", "other model", "other actions", "other reads", "contract", "platform", "lib", "planner"],
    says: "the only writer: load, decide, save, say; one transaction holds change and event",
  },
  {
    name: "modules: reads",
    files: role("reads"),
    may: [
      "own model",
      "own policy",
      "own reads",
      "own store",
      "other model",
      "other reads",
      "contract",
      "platform",
      "lib",
    ],
    says: "what others may read of the module; never writes (docs/decisions/0001-reads.md)",
  },
  {
    name: "modules: routes, reactions",
    files: new RegExp(`${role("routes").source}|${role("reactions").source}`),
    may: ["own", "other model", "other actions", "other reads", "contract", "platform", "lib"],
    says: "thin; a reaction is idempotent and replays from a cursor",
  },
  {
    name: "modules: other files",
    files: /^modules\//,
    may: ["own", "other model", "other actions", "other reads", "contract", "platform", "lib", "planner"],
    says: "no HTTP, no channel's name, no provider's word; the module graph has no cycle, upward talk is by event",
  },
  {
    name: "channels/index.ts",
    files: /^channels\/index\.ts$/,
    may: ["channels", "contract"],
    says: "the list of channels",
  },
  {
    name: "channels: inbound, outbound",
    files: /^channels\/[^/]+\/(?:inbound|outbound)\.ts$/,
    may: ["own", "contract", "lib", "npm", "node:"],
    says: "pure translation",
  },
  {
    name: "channels: sim",
    files: /^channels\/[^/]+\/sim\.ts$/,
    may: ["own", "contract", "lib", "node:", "npm"],
    says: "the provider, small and real, on loopback; for tests and the demo world",
  },
  {
    name: "channels: other files",
    files: /^channels\//,
    may: ["own", "contract", "lib", "npm", "node:"],
    says: "never another channel, never a module; gone by deleting the folder and its line",
  },
  {
    name: "server",
    files: /^server\//,
    may: [
      "server",
      "modules",
      "channels",
      "platform",
      "contract",
      "planner",
      "portal",
      "locales",
      "lib",
      "db",
      "node:",
      "npm",
    ],
    says: "the only place that knows modules and channels; config.ts is the only reader of process.env",
  },
  {
    name: "db",
    files: /^db\//,
    may: ["db", "modules", "platform", "contract", "lib", "locales", "node:", "npm"],
    says: "migrations",
  },
  {
    name: "web",
    files: /^web\//,
    may: ["own", "contract", "lib", "locales", "npm"],
    says: "screens never import screens; decisions in .ts, pictures in .tsx; no colour outside tokens.css",
  },
  {
    name: "widget",
    files: /^widget\//,
    may: ["own", "contract", "lib", "locales", "npm"],
    says: "what customers embed: an own entry, a size budget",
  },
  {
    name: "portal",
    files: /^portal\//,
    may: ["own", "contract", "lib", "locales", "npm"],
    says: "the customer's pages; reads modules through the contract",
  },
  {
    name: "vite.config.ts",
    files: /^vite\.config\.ts$/,
    may: ["npm", "node:"],
    says: "how the browser's part is built",
  },
];

/** A law that is not about who imports whom. `id` is what a breach and its test name. */
export type GeneralLaw = { readonly id: string; readonly says: string };

export const generalLaws = [
  { id: "imports", says: "a file imports only what its row of the table allows, and lies in a folder that has a row" },
  { id: "cycles", says: "the graph of modules has no cycle" },
  { id: "screens", says: "a screen of web/screens never imports another screen" },
  { id: "crossing", says: "imports that cross folders are written #folder/file.ts, never ../" },
  { id: "names", says: "named exports only" },
  { id: "length", says: "no file past 500 lines" },
  { id: "opening", says: "a file opens with a comment that says its role and who calls it" },
  { id: "pure", says: "lib, planner, model and policy know no clock and no chance: both are given" },
  {
    id: "words",
    says: "every error of the contract has its words in German and English; both languages have the same keys",
  },
  { id: "paths", says: "every path that a .md names in backticks exists, and every file that a comment names" },
  {
    id: "regex",
    says: "no regular expression whose time grows faster than its input, unless a comment `bounded:` above it says why its input is short",
  },
  {
    id: "html",
    says: "HTML from text is made in web/kit/ForeignHtml.tsx only: no innerHTML, no dangerouslySetInnerHTML, no document.write",
  },
  {
    id: "door",
    says: "on the server's side one door leads out, platform/egress.ts; without it go only the file store and a channel to its provider (docs/decisions/0260-one-door-out.md)",
  },
  { id: "colours", says: "colours are written in tokens.css only" },
] as const satisfies readonly GeneralLaw[];

export type LawId = (typeof generalLaws)[number]["id"];

/** The one component that may turn sanitised text into HTML. */
export const htmlFile = "web/kit/ForeignHtml.tsx";
/** Files of the server's side that may fetch: the door itself, and what goes to an address that only the operator writes. A channel speaks with its provider. */
export const fetchFiles: readonly string[] = ["platform/egress.ts", "platform/files/s3.ts"];
/** Files whose caller demands a default export. */
export const defaultExportFiles: readonly string[] = ["vite.config.ts", "tools/test/reporter.ts"];
/** Lines a file may have. */
export const mostLines = 500;

/** The laws as Markdown, for ARCHITECTURE.md. */
export function lawsAsMarkdown(): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("*", "\\*");
  return [
    "| files | may import | in one line |",
    "|---|---|---|",
    ...importLaws.map(
      (law) => `| ${cell(law.name)} | ${law.may === "anything" ? law.may : law.may.join(", ")} | ${cell(law.says)} |`,
    ),
    "",
    ...generalLaws.map((law) => `- **${law.id}**: ${law.says}`),
    "",
  ].join("\n");
}
