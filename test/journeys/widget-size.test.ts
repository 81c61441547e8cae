// What the widget costs whoever visits a site: at most 5 kB until it is opened, also where it greets by itself, and 34 kB when it is open, everything counted, as
// gzip sends it; what is fetched only by whoever wants an emoji, or has something to fill in before or beside the talk, has limits of its own.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { chatTextLength } from "#contract/chat.ts";
import english from "#locales/en.json" with { type: "json" };
import german from "#locales/de.json" with { type: "json" };
import { buildWidget, type BuiltWidget } from "#tools/widget.ts";

const mostClosedBytes = 5_000;
/** Alone, for somebody unknown where nothing greets. */
const mostLoaderBytes = 3_200;
/** Where a greeting shows itself to somebody who has chatted here before. */
const mostKnownGreetedBytes = 5_900;
const mostOpenBytes = 34_000;
const mostEmojiBytes = 9_000;
const mostSheetsBytes = 8_000;
const mostPushBytes = 4_000;
/** Whoever calls fetches it, and nobody else. */
const mostCallBytes = 11_500;
const mostCallScriptBytes = 2_000;

let folder: string;
let built: BuiltWidget;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "draht-widget-"));
  built = await buildWidget(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

const text = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
const cost = async (name: string): Promise<number> => gzipSync(await readFile(join(folder, name)), { level: 6 }).length;

test("closed it is at most 5 kB, for whoever is known and where it greets as well; open two files of at most 34 kB, one of 9 kB for emoji, one of 8 kB for what few see, two of 4 kB for browsers that tell, one of 11.5 kB for who calls, and there are no others", async () => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const scripts = files.filter((file) => file.isFile() && file.name !== "licenses.md").map(({ name }) => name);
  const chats = Object.values(built.chat).map((file) => file.slice("widget/".length));
  const emoji = built.emoji.slice("widget/".length);
  const sheets = built.sheets.slice("widget/".length);
  const push = built.push.slice("widget/".length);
  const greet = Object.values(built.greet).map((file) => file.slice("widget/".length));
  const peek = built.peek.slice("widget/".length);
  const watch = built.watch.slice("widget/".length);
  const call = Object.values(built.call).map((file) => file.slice("widget/".length));
  const calling = Math.max(await cost(built.call.de), await cost(built.call.en));
  assert.ok(calling <= mostCallBytes, `what calls is ${calling} bytes`);
  const button = await cost(built.callScript);
  assert.ok(button <= mostCallScriptBytes, `what a page has for its own button is ${button} bytes`);
  const all = [
    ...chats,
    ...call,
    "call.js",
    emoji,
    sheets,
    push,
    ...greet,
    watch,
    peek,
    "push-worker.js",
    "mount.js",
    "widget.js",
  ];
  assert.deepEqual(scripts.toSorted(), all.toSorted());
  const telling = (await cost(built.push)) + (await cost(built.worker));
  assert.ok(telling <= mostPushBytes, `what browsers tell by is ${telling} bytes`);
  const [watching, looking] = [await cost(built.watch), await cost(built.peek)];
  const card = Math.max(await cost(built.greet.de), await cost(built.greet.en));
  const signs = await cost(built.emoji);
  assert.ok(signs <= mostEmojiBytes, `the emoji are ${signs} bytes`);
  const seldom = await cost(built.sheets);
  assert.ok(seldom <= mostSheetsBytes, `what few see is ${seldom} bytes`);
  for (const loader of [built.script, built.module]) {
    const closed = await cost(loader);
    for (const [what, bytes, most] of [
      ["closed", closed, mostLoaderBytes],
      ["closed, for somebody known", closed + looking, mostClosedBytes],
      ["closed, with greeting rules", closed + watching, mostClosedBytes],
      ["closed, with greeting rules, for somebody known", closed + watching + looking, mostClosedBytes],
      ["closed, with greeting rules, greeting shown", closed + watching + card, mostClosedBytes],
      ["the same to somebody known", closed + watching + card + looking, mostKnownGreetedBytes],
    ] as const)
      assert.ok(bytes <= most, `${loader}, ${what}: ${bytes} bytes of ${most}`);
    for (const chat of Object.values(built.chat)) {
      const open = closed + (await cost(chat));
      assert.ok(open <= mostOpenBytes, `open it is ${open} bytes`);
      for (const part of [emoji, sheets, push]) assert.ok((await text(chat)).includes(part), `the chat finds ${part}`);
    }
  }
});

test("nothing of the desk is in it: not its words, not its schemas, not its framework", async () => {
  const chat = await text(built.chat.de);
  assert.ok(chat.includes(german.widget.concerns.begin), "the widget's own words are");
  assert.equal(chat.includes(english.widget.concerns.begin), false, "in the language that is read");
  assert.ok((await text(built.chat.en)).includes(english.widget.concerns.begin));
  for (const foreign of [german.concerns.keysInMail, german.errors.notAllowed, "ZodError", "react-dom"])
    assert.equal(chat.includes(foreign), false, foreign);
  assert.equal((await text(built.script)).includes(german.widget.concerns.begin), false);
  assert.equal((await text(built.greet.de)).includes(english.widget.greet.never), false);
  // What the chat fetches draws by the chat's own Preact.
  for (const part of [built.sheets, built.emoji]) assert.equal((await text(part)).includes("debounceRendering"), false);
  assert.ok(chat.includes("debounceRendering"));
  // What stands in a part of its own is nowhere twice.
  const [sheets, emoji] = [await text(built.sheets), await text(built.emoji)];
  const parts = [
    [sheets, german.widget.ask.missing],
    [sheets, english.widget.confirm.over],
    [sheets, german.widget.move.how],
    [sheets, english.widget.you.leaveWhy],
    [sheets, german.widget.parts.faults.date],
    [emoji, german.widget.emoji.groups.nature],
    [await text(built.push), english.widget.push.offer],
    [await text(built.call.de), german.widget.call.hangUp],
    [await text(built.call.en), english.widget.call.placeComes],
    [await text(built.greet.de), german.widget.greet.never],
    [await text(built.greet.en), english.widget.greet.never],
  ] as const;
  for (const [part, words] of parts) {
    assert.ok(part.includes(words), words);
    for (const each of Object.values(built.chat)) assert.equal((await text(each)).includes(words), false, words);
  }
});

test("each chat, and a page's own button, find what calls by its name", async () => {
  for (const language of ["de", "en"] as const)
    assert.ok((await text(built.chat[language])).includes(built.call[language].slice("widget/".length)));
  const ending = /-[\w-]{8}\.js$/.exec(built.call.de)?.[0] ?? assert.fail();
  assert.ok(built.call.en.endsWith(ending) && (await text(built.callScript)).includes(ending.slice(1, -3)));
});

test("it brings nothing that a strict policy forbids", async () => {
  for (const name of [
    built.script,
    built.module,
    built.emoji,
    built.sheets,
    built.push,
    built.worker,
    ...Object.values(built.greet),
    ...Object.values(built.call),
    built.callScript,
    built.watch,
    built.peek,
    ...Object.values(built.chat),
  ])
    // Nor does it hear what other windows say to the page (C12 of the threats): sockets and channels of its own origin alone.
    for (const forbidden of [
      /(?<![.\w$])addEventListener\(.message/,
      /window\.(?:onmessage|addEventListener\(.message)/,
      /\beval\(/,
      /new Function\b/,
      /createElement\(.style.\)/,
      /setAttribute\(.style./,
    ])
      assert.ok(!forbidden.test(await text(name)), `${name}: ${forbidden}`);
});

test("the script finds the chat by its name, and the chat knows how long a message may be", async () => {
  // The loader knows the common ending of what it fetches.
  const fetched = [built.watch, built.peek, ...Object.values(built.greet), ...Object.values(built.chat)];
  const ending = /-[\w-]{8}\.js$/.exec(built.watch)?.[0] ?? assert.fail();
  for (const file of fetched) assert.ok(file.endsWith(ending), file);
  for (const loader of [built.script, built.module]) assert.ok((await text(loader)).includes(ending));
  assert.ok(
    (await text(built.chat.de)).includes(String(chatTextLength)) || (await text(built.chat.de)).includes("4e3"),
  );
});
