// The visitor's side without a browser: who this browser is, what is said once although everything breaks, and that two pages agree.
import assert from "node:assert/strict";
import { test } from "node:test";
import { unread, waitingIn } from "./chats.ts";
import { entriesOf } from "./outbox.ts";
import { openMemory } from "#widget/memory.ts";
import { concern, makeBrowser, makeClock, makeStorage, message, welcome, type TestPage } from "./testWorld.ts";

const fresh = (thread = "t") => ({ concernId: null, thread });
const started = () => {
  const clock = makeClock();
  const browser = makeBrowser(clock);
  return { clock, browser, page: browser.open() };
};
/** The server takes what was said last. */
const take = (page: TestPage, seq: number, concernId = "c"): void => {
  const say = page.said("say").at(-1);
  assert.ok(say);
  page.hears({
    type: "taken",
    id: say.id,
    message: message(concernId, seq, { by: "you", text: say.text, said: say.id }),
  });
};

test("of somebody who only looks nothing is kept; with the first words the token is", () => {
  const { page } = started();
  page.greeted(welcome({ token: "T1" }));
  assert.deepEqual(page.memory.names(""), []);
  page.session.say(fresh(), "Guten Tag");
  assert.equal(page.memory.read("token"), "T1");
  assert.deepEqual(
    page.said("say").map(({ text, concernId, thread }) => [text, concernId, thread]),
    [["Guten Tag", null, "t"]],
  );
  take(page, 1);
  assert.equal(entriesOf(page.memory).length, 0);
  // What follows goes to what it has become.
  page.session.say(fresh(), "Noch etwas");
  assert.equal(page.said("say").at(-1)?.concernId, "c");
});

test("one is said after the other, in their order, and again after a break until it is taken", () => {
  const { clock, page } = started();
  page.greeted(welcome({ token: "T1" }));
  for (const text of ["eins", "zwei", "drei"]) page.session.say(fresh(), text);
  assert.equal(page.said("say").length, 1, "the second waits for the first");
  page.drop();
  clock.pass(500);
  page.greeted(welcome());
  assert.equal(page.said("hello").at(-1)?.token, "T1");
  const [first, second] = page.said("say");
  assert.deepEqual(second, first, "the same words with the same id");
  for (const seq of [1, 2, 3]) take(page, seq);
  assert.deepEqual(
    page.said("say").map(({ text }) => text),
    ["eins", "eins", "zwei", "drei"],
  );
  assert.deepEqual(
    page.session.view().chats.messages["c"]?.map(({ text }) => text),
    ["eins", "zwei", "drei"],
  );
});

test("what was said before a reload is said after it; what the server had already is shown once", () => {
  const { browser, page } = started();
  page.greeted(welcome({ token: "T1" }));
  page.session.say(fresh(), "eins");
  page.session.end();
  const again = browser.open();
  const [entry] = again.session.view().outbox;
  assert.ok(entry);
  // It was stored, but nobody heard of it.
  again.greeted(welcome({ concerns: [concern("c")], messages: [message("c", 1, { by: "you", said: entry.id })] }));
  const { chats, outbox } = again.session.view();
  assert.deepEqual(waitingIn(chats, outbox, { concernId: "c", thread: "c" }), []);
  assert.equal(again.said("say").at(-1)?.id, entry.id);
  take(again, 1);
  assert.equal(again.session.view().chats.messages["c"]?.length, 1);
});

test("offline for a day and closed meanwhile: all of it is said in its order, and what comes twice or late stands once, where the server has it", () => {
  const { clock, browser, page } = started();
  page.greeted(welcome({ token: "T1" }));
  page.drop();
  for (const text of ["eins", "zwei", "drei"]) page.session.say(fresh(), text);
  clock.pass(24 * 3_600_000);
  const unsent = entriesOf(page.memory).map(({ id }) => id);
  assert.equal(unsent.length, 3);
  page.session.end();
  const next = browser.open();
  // They have never said anything that arrived: nobody knows them yet.
  next.greeted(welcome({ token: "T2" }));
  for (const seq of [1, 2, 4]) take(next, seq);
  assert.deepEqual(
    next.said("say").map(({ id, text }) => [id, text]),
    ["eins", "zwei", "drei"].map((text, index) => [unsent[index], text]),
  );
  const news = (seqs: readonly number[], upTo: number): void =>
    next.hears({
      type: "news",
      concerns: [concern("c", { lastSeq: 5 })],
      messages: seqs.map((seq) => message("c", seq)),
      upTo,
    });
  news([5], 90);
  news([5, 3], 80);
  news([3], 90);
  assert.deepEqual(
    next.session.view().chats.messages["c"]?.map(({ seq, text }) => [seq, text]),
    [
      [1, "eins"],
      [2, "zwei"],
      [3, "c 3"],
      [4, "drei"],
      [5, "c 5"],
    ],
  );
  assert.equal(entriesOf(next.memory).length, 0);
});

test("who is told to wait waits and says the same again; what is not taken at all is shown and can be dropped", () => {
  const { clock, page } = started();
  page.greeted(welcome({ token: "T1" }));
  page.session.say(fresh(), "eins");
  page.session.say(fresh(), "zwei");
  const id = page.said("say")[0]?.id ?? "";
  page.hears({ type: "refused", id, code: "tooFast", afterMs: 3_000 });
  assert.equal(page.session.view().slowed, "tooFast");
  clock.pass(2_999);
  assert.equal(page.said("say").length, 1);
  clock.pass(1);
  assert.equal(page.said("say").at(-1)?.id, id);
  assert.equal(page.session.view().slowed, null);
  page.hears({ type: "refused", id, code: "tooMuch", afterMs: null });
  assert.equal(page.session.view().outbox[0]?.failed, "tooMuch");
  assert.equal(page.said("say").at(-1)?.text, "zwei", "the next is not held up");
  page.session.drop(id);
  assert.deepEqual(
    page.session.view().outbox.map(({ text }) => text),
    ["zwei"],
  );
});

test("words to a concern that is not this visitor's become something new", () => {
  const { page } = started();
  page.greeted(welcome({ token: "T1" }));
  page.session.say({ concernId: "gone", thread: "gone" }, "Hallo?");
  const id = page.said("say")[0]?.id ?? "";
  page.hears({ type: "refused", id, code: "notFound", afterMs: null });
  assert.deepEqual(
    page.said("say").map(({ concernId }) => concernId),
    ["gone", null],
  );
  page.hears({ type: "refused", id, code: "notFound", afterMs: null });
  assert.equal(page.said("say").length, 2, "but not for ever");
});

test("a resume asks only for what came after, and a reload for everything", () => {
  const { clock, browser, page } = started();
  page.memory.keep("token", "T1");
  page.drop();
  clock.pass(500);
  page.greeted(welcome({ upTo: 40, concerns: [concern("c")], messages: [message("c", 1)] }));
  page.hears({ type: "news", concerns: [concern("c")], messages: [message("c", 2)], upTo: 44 });
  page.drop();
  clock.pass(500);
  page.greeted(welcome({ upTo: 50 }));
  assert.equal(page.said("hello").at(-1)?.after, 44);
  assert.equal(page.session.view().chats.messages["c"]?.length, 2);
  page.session.end();
  const again = browser.open();
  again.sockets.last().hears.opened();
  assert.equal(again.said("hello")[0]?.after, null);
});

test("the place from which the next page looks for news passes by nothing that was not read", () => {
  const { page } = started();
  page.greeted(welcome({ token: "T1", upTo: 10 }));
  page.session.say(fresh(), "Hallo");
  take(page, 1);
  page.hears({ type: "news", concerns: [concern("c")], messages: [message("c", 2)], upTo: 20 });
  assert.equal(unread(page.session.view().chats), 1);
  assert.equal(page.heard(), 1);
  assert.equal(page.memory.read("upTo"), null);
  page.session.seen("c");
  assert.equal(page.memory.read("upTo"), "20");
  assert.deepEqual(
    page.said("seen").map(({ seq }) => seq),
    [2],
  );
});

test("two pages that nobody knows yet become one visitor", () => {
  const { clock, browser, page } = started();
  const other = browser.open();
  page.greeted(welcome({ token: "T1" }));
  other.greeted(welcome({ token: "T2" }));
  page.session.say(fresh(), "von der einen");
  other.session.say(fresh("u"), "von der anderen");
  assert.equal(other.said("say").length, 0, "not under another name");
  take(page, 1);
  clock.pass(0);
  other.hears(welcome({ concerns: [concern("c")], messages: [message("c", 1, { by: "you" })] }));
  assert.equal(other.said("hello").at(-1)?.token, "T1");
  assert.equal(page.memory.read("token"), "T1");
  const said = [...page.said("say"), ...other.said("say")].map(({ text }) => text);
  assert.ok(said.includes("von der anderen"));
});

test("leaving forgets everything in every page, also what was still to be said, and tells the server as soon as it can", () => {
  const { clock, browser, page } = started();
  const other = browser.open();
  page.memory.keep("token", "T1");
  for (const each of [page, other]) {
    each.drop();
    clock.pass(500);
    each.greeted(welcome({ concerns: [concern("c")], messages: [message("c", 1)] }));
  }
  page.session.introduce("Anna", "anna@kunde.test");
  page.drop();
  page.session.say({ concernId: "c", thread: "c" }, "Noch nicht gesagt");
  page.session.leave();
  assert.deepEqual(page.memory.names(""), ["leaving"]);
  for (const each of [page, other]) {
    assert.deepEqual(each.session.view().chats.concerns, []);
    assert.equal(each.forgotten(), 1);
  }
  assert.equal(other.said("hello").at(-1)?.token, "T1", "this hello ends the other's seat, whoever is first");
  page.greeted(welcome({ concerns: [concern("c")] }));
  assert.deepEqual(page.session.view().chats.concerns, [], "nothing of them is shown again");
  assert.equal(page.said("leave").length, 1);
  page.drop(4000);
  assert.deepEqual(page.memory.names(""), []);
  page.sockets.last().hears.opened();
  assert.equal(page.said("hello").at(-1)?.token, null);
});

test("a token that opens nothing any more shows nothing any more", () => {
  const { clock, page } = started();
  page.memory.keep("token", "T1");
  page.drop();
  clock.pass(500);
  page.greeted(welcome({ concerns: [concern("c")], messages: [message("c", 1)] }));
  page.drop();
  clock.pass(500);
  page.greeted(welcome({ token: "T2" }));
  assert.deepEqual(page.session.view().chats.concerns, []);
  assert.equal(page.memory.read("token"), null);
  page.session.say(fresh(), "Hallo");
  assert.equal(page.memory.read("token"), "T2");
});

test("a link from a mail is said once, and whom it leads is kept at once", () => {
  const clock = makeClock();
  const page = makeBrowser(clock).open("from-the-mail");
  page.greeted(welcome({ token: "T9", concerns: [concern("c")] }));
  assert.deepEqual(
    page.said("hello").map(({ link }) => link),
    ["from-the-mail"],
  );
  assert.equal(page.memory.read("token"), "T9");
  page.drop();
  clock.pass(500);
  page.sockets.last().hears.opened();
  const last = page.said("hello").at(-1);
  assert.deepEqual([last?.link, last?.token], [null, "T9"]);
});

test("name and address are said until the server shows that it has them", () => {
  const { clock, page } = started();
  page.greeted(welcome({ token: "T1" }));
  page.drop();
  page.session.introduce("Anna", "anna@kunde.test");
  clock.pass(500);
  page.greeted(welcome({ token: "T1" }));
  assert.equal(page.said("introduce").length, 1);
  assert.equal(page.session.view().chats.email, "anna@kunde.test");
  page.drop();
  clock.pass(500);
  page.greeted(welcome({ token: "T1", name: "Anna", email: "anna@kunde.test" }));
  assert.equal(page.said("introduce").length, 1);
  assert.equal(page.memory.read("self"), null);
});

test("typing is said now and then while it lasts, and ends by itself", () => {
  const { clock, page } = started();
  page.greeted(welcome({ token: "T1" }));
  page.session.typing("c", true);
  page.session.typing("c", true);
  assert.deepEqual(
    page.said("typing").map(({ on }) => on),
    [true],
  );
  clock.pass(5_000);
  assert.equal(page.said("typing").at(-1)?.on, false);
});

test("a storage that is full is said, and the words are sent all the same", () => {
  const memory = openMemory(
    "x",
    makeStorage(() => true),
  );
  assert.equal(memory.keep("a", "1"), false);
  assert.equal(memory.read("a"), "1");
  assert.deepEqual(memory.names(""), ["a"]);
  memory.forget("a");
  assert.equal(memory.read("a"), null);
});

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};
const chosenIn = (page: TestPage, name: string) => page.session.choose(new File(["x"], name), name);

test("files go up before the word that names them, one after the other, and are forgotten here when it is taken", async () => {
  const { browser, clock, page } = started();
  page.greeted(welcome({ token: "T1" }));
  const files = [chosenIn(page, "a.txt"), chosenIn(page, "b.txt")];
  page.session.say(fresh(), "Zwei", files);
  page.session.say(fresh(), "Danach");
  await settled();
  assert.deepEqual(
    page.uploads.map(({ upload }) => [upload.name, upload.token]),
    [["a.txt", "T1"]],
  );
  page.uploads[0]?.upload.progress(0.5);
  assert.deepEqual(page.session.view().progress, { id: files[0]?.id, share: 0.5 });
  page.uploads[0]?.end({ kind: "stored" });
  await settled();
  assert.deepEqual(page.said("say"), [], "not before all of them are there");
  // The link breaks: what goes up goes on.
  page.drop();
  page.uploads[1]?.end({ kind: "stored" });
  await settled();
  clock.pass(500);
  page.greeted(welcome());
  assert.equal(page.uploads.length, 2);
  assert.deepEqual(
    page.said("say").map((word) => word.files),
    [files.map(({ id }) => id)],
  );
  assert.equal(browser.blobs.size, 2);
  take(page, 1);
  assert.equal(browser.blobs.size, 0);
  assert.equal(page.said("say").at(-1)?.text, "Danach");
});

test("a file that was lost on its way goes again after a pause, one that is refused says why, one taken back is stopped", async () => {
  const { clock, page } = started();
  page.greeted(welcome({ token: "T1" }));
  page.session.say(fresh(), "", [chosenIn(page, "a.txt")]);
  await settled();
  page.uploads[0]?.end({ kind: "lost", afterMs: null });
  await settled();
  assert.equal(page.uploads.length, 1);
  clock.pass(1_000);
  await settled();
  assert.equal(page.uploads.length, 2);
  page.uploads[1]?.end({ kind: "refused", code: "fileInfected" });
  await settled();
  const [entry] = page.session.view().outbox;
  assert.equal(entry?.failed, "fileInfected");
  page.session.drop(entry.id);
  page.session.say(fresh(), "", [chosenIn(page, "gross.bin")]);
  page.session.say(fresh(), "Doch nicht");
  await settled();
  page.session.drop(page.session.view().outbox[0]?.id ?? "");
  await settled();
  assert.equal(page.uploads[2]?.isStopped, true);
  assert.deepEqual(
    page.said("say").map(({ text }) => text),
    ["Doch nicht"],
  );
});

test("a file the server no longer has goes up again by itself, once; one this browser has lost is said to be", async () => {
  const { browser, page } = started();
  page.greeted(welcome({ token: "T1" }));
  page.session.say(fresh(), "", [chosenIn(page, "a.txt")]);
  const refuse = (): void =>
    page.hears({ type: "refused", id: page.said("say").at(-1)?.id ?? "", code: "noFile", afterMs: null });
  for (const index of [0, 1]) {
    await settled();
    page.uploads[index]?.end({ kind: "stored" });
    await settled();
    refuse();
  }
  await settled();
  assert.equal(page.uploads.length, 2);
  assert.equal(page.session.view().outbox[0]?.failed, "noFile");
  browser.blobs.clear();
  page.session.again(page.session.view().outbox[0]?.id ?? "");
  await settled();
  assert.equal(page.session.view().outbox[0]?.failed, "fileGone");
});
