// The laws hold in this repository, and each of them can catch: for every law there is a planted breach.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { errorCodes } from "#contract/errors.ts";
import { breaches } from "./check.ts";
import type { Breach, File } from "./check.ts";
import { generalLaws, importLaws, lawsAsMarkdown } from "./laws.ts";
import type { LawId } from "./laws.ts";

const root = dirname(dirname(import.meta.dirname));

/** Every file of the checkout that git knows or would add; text only where a law reads it. */
function repository(): readonly File[] {
  const read = (path: string): File => ({
    path,
    text: /\.(?:tsx?|json|md|css|sql)$/.test(path) ? readFileSync(join(root, path), "utf8") : "",
  });
  return paths()
    .filter((path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true)
    .map(read);
}

function paths(): readonly string[] {
  if (existsSync(join(root, ".git")))
    return execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
      encoding: "utf8",
    })
      .split("\0")
      .filter((path) => path !== "");
  const outside = new Set(["node_modules", "dist", "data", ".cache"]);
  return globSync("**/*", { cwd: root, exclude: (name) => outside.has(name) }).map((path) =>
    path.replaceAll("\\", "/"),
  );
}

suite("the laws hold here", () => {
  const files = repository();
  const found = breaches(files, errorCodes);
  for (const { id, says } of generalLaws)
    test(`${id}: ${says}`, () => {
      const lines = found
        .filter(({ law }) => law === id)
        .map(({ path, line, says: cure }) => `${path}:${line}: ${cure}`);
      assert.equal(lines.length, 0, `\n${lines.join("\n")}\n`);
    });

  test("ARCHITECTURE.md prints them (node tools/laws.ts writes them there)", () => {
    const page = files.find(({ path }) => path === "ARCHITECTURE.md")?.text ?? "";
    assert.ok(
      page.includes(lawsAsMarkdown()),
      "ARCHITECTURE.md does not hold the laws as they are; run node tools/laws.ts",
    );
  });
});

/** A small repository without any breach; the planted files are laid over it. */
const sound: readonly File[] = [
  { path: "locales/de.json", text: '{"errors": {"notFound": "Nicht gefunden"}, "days_one": "Tag"}' },
  { path: "locales/en.json", text: '{"errors.notFound": "Not found", "days_one": "day", "days_few": "days"}' },
  { path: "modules/concerns/model.ts", text: "// Model.\nexport const model = 1;\n" },
  {
    path: "README.md",
    text: "See `modules/concerns/model.ts`, `data/postgres`, `a/b` and `modules/<name>/`.\n```\n`web/none.ts`\n```\n",
  },
];

function judge(...planted: readonly File[]): readonly Breach[] {
  const kept = sound.filter(({ path }) => !planted.some((file) => file.path === path));
  return breaches([...kept, ...planted], ["notFound"]);
}

/** A file with its opening comment. */
const file = (path: string, code: string): File => ({ path, text: `// Opening.\n${code}\n` });

const crossFolder = (path: string, target: string): File =>
  file(path, `import { x } from "${target}";\nexport const y = x;`);

/** For each row of the import table one import that it allows and one that it does not. */
const importCases: readonly (readonly [name: string, path: string, allowed: string, forbidden: string])[] = [
  ["test, tools, bench, *.test.ts", "lib/text.test.ts", "#server/main.ts", ""],
  ["lib", "lib/text.ts", "./other.ts", "node:fs"],
  ["planner", "planner/erlang/b.ts", "#lib/sum.ts", "zod"],
  ["contract", "contract/concerns.ts", "zod", "#platform/db/db.ts"],
  ["platform", "platform/http/http.ts", "fastify", "#contract/errors.ts"],
  ["modules: model, policy", "modules/concerns/policy.ts", "#modules/customers/model.ts", "./store.ts"],
  ["modules/flows/model-words.ts", "modules/flows/model-words.ts", "#locales/de.json", "node:fs"],
  ["modules: store", "modules/concerns/store.ts", "#platform/db/db.ts", "#modules/customers/model.ts"],
  ["modules: reads", "modules/search/reads.ts", "#modules/concerns/reads.ts", "#modules/concerns/actions.ts"],
  [
    "modules: actions",
    "modules/concerns/actions-reply.ts",
    "#modules/customers/actions.ts",
    "#modules/customers/store.ts",
  ],
  ["modules: routes, reactions", "modules/concerns/routes.ts", "./store.ts", "#modules/customers/store.ts"],
  ["modules: other files", "modules/concerns/merge.ts", "#modules/customers/model.ts", "#channels/email/index.ts"],
  ["channels/index.ts", "channels/index.ts", "./email/index.ts", "#modules/concerns/model.ts"],
  ["channels: inbound, outbound", "channels/email/inbound.ts", "postal-mime", "#platform/log.ts"],
  ["channels: sim", "channels/email/sim.ts", "node:net", "#server/config.ts"],
  ["channels: other files", "channels/email/transport.ts", "./settings.ts", "#channels/sms/settings.ts"],
  ["server", "server/main.ts", "#modules/concerns/actions.ts", "#web/main.tsx"],
  ["db", "db/seed.ts", "#modules/concerns/actions.ts", "#server/config.ts"],
  ["web", "web/state/apply.ts", "#contract/events.ts", "#modules/concerns/model.ts"],
  ["widget", "widget/main.ts", "#locales/de.json", "#web/kit/button.tsx"],
  ["portal", "portal/page.ts", "#contract/concerns.ts", "node:fs"],
  ["vite.config.ts", "vite.config.ts", "vite", "#server/main.ts"],
];

suite("each law catches", () => {
  test("a sound repository has no breach", () => {
    assert.deepEqual(judge(), []);
  });

  test("every row of the import table has its cases here", () => {
    const rows = importLaws.map(({ name }) => name);
    assert.deepEqual(importCases.map(([name]) => name).toSorted(), rows.toSorted());
  });

  for (const [name, path, allowed, forbidden] of importCases)
    test(`imports, ${name}: ${path} may take ${allowed}${forbidden === "" ? "" : `, not ${forbidden}`}`, () => {
      assert.equal(importLaws.find(({ files }) => files.test(path))?.name, name);
      assert.deepEqual(judge(crossFolder(path, allowed)), []);
      if (forbidden === "") return;
      const found = judge(crossFolder(path, forbidden));
      assert.deepEqual(
        found.map(({ law, line }) => [law, line]),
        [["imports", 2]],
      );
    });

  const planted: Readonly<Record<LawId, readonly (readonly [what: string, file: File])[]>> = {
    imports: [
      ["a folder that no row knows", file("helpers/x.ts", "export const x = 1;")],
      ["a test imported by the product", crossFolder("server/main.ts", "./main.test.ts")],
      ["a type import", file("lib/x.ts", 'import type { A } from "#server/main.ts";\nexport type B = A;')],
      ["a re-export", file("lib/x.ts", 'export * from "#server/main.ts";')],
      ["a dynamic import", file("lib/x.ts", 'export const load = () => import("#server/main.ts");')],
      ["an import type", file("lib/x.ts", 'export type B = import("#server/main.ts").B;')],
      ["the tests", crossFolder("server/main.ts", "#test/database.ts")],
    ],
    cycles: [
      ["two modules that import each other", crossFolder("modules/concerns/model.ts", "#modules/customers/model.ts")],
    ],
    screens: [
      ["a screen that imports a screen", crossFolder("web/screens/inbox/list.ts", "#web/screens/search/hit.ts")],
    ],
    crossing: [["../", crossFolder("server/http/x.ts", "../config.ts")]],
    names: [
      ["export default", file("lib/x.ts", "export default 1;")],
      ["a renamed default", file("lib/x.ts", "const a = 1;\nexport { a as default };")],
    ],
    length: [["501 lines", file("lib/x.ts", "export {};\n".repeat(499) + "export {};")]],
    opening: [["no comment", { path: "lib/x.ts", text: "export const x = 1;\n" }]],
    pure: [
      ["a clock", file("lib/x.ts", "export const x = () => Date.now();")],
      ["another clock", file("modules/concerns/policy.ts", "export const x = () => new Date();")],
      ["chance", file("planner/x.ts", "export const x = () => Math.random();")],
    ],
    words: [
      [
        "a key twice in one group",
        { path: "locales/de.json", text: '{\n  "a": {\n    "x": "1",\n    "x": "2"\n  }\n}' },
      ],
      ["an error without German words", { path: "locales/de.json", text: '{"days_one": "Tag"}' }],
      ["an empty text", { path: "locales/en.json", text: '{"errors": {"notFound": " "}, "days_one": "day"}' }],
      [
        "a key of one language",
        { path: "locales/de.json", text: '{"errors.notFound": "…", "days_one": "Tag", "more": "mehr"}' },
      ],
    ],
    paths: [
      ["a path that is not there", { path: "README.md", text: "See `modules/concerns/gone.ts`.\n" }],
      ["a page that is not there", { path: "docs/guide/use.md", text: "See `../gone.md` or `docs/gone.md`.\n" }],
      ["a bare name of nobody's in a document", { path: "channels/email/README.md", text: "`gone.ts` sends.\n" }],
      ["a file in a comment that is not there", file("lib/x.ts", "// Called by gone.ts.\nexport const x = 1;")],
      ["one of a folder", file("lib/x.ts", "/** As modules/concerns/gone.ts has it. */\nexport const x = 1;")],
      ["one in SQL", { path: "db/migrations/0009_x.sql", text: "-- See docs/gone.md.\nSELECT 1;\n" }],
    ],
    regex: [
      ["an exponential one", file("lib/x.ts", "export const x = /^(a+)+$/;")],
      [
        "an exponential one that claims to be bounded",
        file("lib/x.ts", "// bounded: short.\nexport const x = /^(a+)+$/;"),
      ],
      ["a polynomial one", file("lib/x.ts", "export const x = /^\\s*\\s*$/;")],
    ],
    html: [
      ["innerHTML", file("web/kit/x.ts", "export const x = (e: Element) => { e.innerHTML = '1'; };")],
      [
        "dangerouslySetInnerHTML",
        file("web/kit/x.tsx", "export const X = () => <p dangerouslySetInnerHTML={{ __html: '' }} />;"),
      ],
      ["document.write", file("widget/x.ts", "export const x = () => document.write('1');")],
    ],
    door: [
      ["a fetch of its own", file("modules/concerns/x.ts", "export const x = () => fetch('https://a.example');")],
      ["by another name", file("server/x.ts", "export const x = globalThis.fetch;")],
    ],
    colours: [
      ["a hex colour", { path: "web/kit/button.css", text: "a { color: #fff; }\n" }],
      ["one in the widget", { path: "widget/chat/chat.css", text: "a { color: #fff; }\n" }],
      ["a function", file("web/kit/x.tsx", "export const x = 'rgb(1 2 3)';")],
    ],
  };

  for (const { id } of generalLaws)
    for (const [what, breach] of planted[id])
      test(`${id}: ${what}`, () => {
        const around = id === "cycles" ? [crossFolder("modules/customers/model.ts", "#modules/concerns/model.ts")] : [];
        const found = judge(breach, ...around).filter(({ law }) => law === id);
        assert.ok(found.length > 0, "not caught");
      });

  test("what looks like a breach and is none", () => {
    const innocent = [
      file("lib/a.ts", "// import { x } from '../x.ts'\nexport const a = \"import x from '../x'\";"),
      file("lib/b.ts", "export const b = (now: Date) => new Date(now);"),
      file("lib/c.ts", "// bounded: a header line has at most 998 characters.\nexport const c = /^\\s*\\s*$/;"),
      file("web/screens/inbox/list.ts", 'import { hit } from "./hit.ts";\nexport const list = hit;'),
      { path: "web/kit/tokens.css", text: ":root { --ink: #123456; }\n" },
      { path: "widget/tokens.css", text: ":host { --ink: #123456; }\n" },
      { path: "web/kit/a.css", text: "#fade { color: var(--ink); }\n" },
      file("web/kit/ForeignHtml.tsx", "export const X = () => <p dangerouslySetInnerHTML={{ __html: '' }} />;"),
    ];
    assert.deepEqual(judge(...innocent), []);
  });
});
