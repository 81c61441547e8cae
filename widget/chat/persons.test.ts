// Who sits at a browser, one after the other: what is kept apart, what is taken over, what is sent as whom. Stories of a shared computer.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromWidget } from "#contract/chat.ts";
import { userOf, type Word } from "#widget/identity.ts";
import { forgetOthers, openMemory } from "#widget/memory.ts";
import { startPersons } from "./persons.ts";
import { startSession } from "./session.ts";
import { concern, makeClock, makeSockets, makeStorage, message, welcome, type Welcome } from "./testWorld.ts";
import { awaitTurn } from "./turn.ts";

const channel = "canal";
const token = (sub: string): string =>
  `e30.${btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify({ sub }))))}.sig`;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A page of a browser whose site says who signs in. */
const openPage = (storage = makeStorage()) => {
  const clock = makeClock();
  const sockets = makeSockets();
  const blobs = new Map<string, Blob>();
  let ids = 0;
  const persons = startPersons({
    memoryOf: (user) => openMemory(channel, storage, user),
    forgetOthers: (user) => forgetOthers(channel, user, storage),
    emptied: () => blobs.clear(),
    start: (memory, _user, signed) =>
      startSession({
        memory,
        language: "de",
        link: null,
        signed,
        page: () => null,
        open: sockets.open,
        turn: (ours) => awaitTurn("turn", undefined, ours),
        now: clock.now,
        later: clock.later,
        chance: () => 0,
        newId: () => `id-${(ids += 1)}`,
        newToken: () => `session-${(ids += 1)}`,
        heard: () => undefined,
        forgotten: () => undefined,
        arrived: () => undefined,
        blobs: {
          keep: async (id, blob) => Boolean(blobs.set(id, blob)),
          read: async (id) => blobs.get(id) ?? null,
          forget: (ids) => ids.forEach((id) => blobs.delete(id)),
          clear: () => blobs.clear(),
          prune: () => undefined,
        },
        send: () => ({ finished: new Promise(() => undefined), stop: () => undefined }),
        fetch: () => Promise.reject(new Error("nothing is fetched here")),
      }),
    came: () => undefined,
    later: clock.later,
  });
  const session = () => {
    const now = persons.now();
    assert.ok(now, "somebody sits here");
    return now.session;
  };
  return {
    persons,
    clock,
    sockets,
    blobs,
    session,
    memory: (user: string | null) => openMemory(channel, storage, user),
    identify: async (word: Word | null) => {
      persons.identify(word);
      await settled();
      await settled();
    },
    /** Opens the last socket; gives its hello. */
    opened: (): Extract<FromWidget, { type: "hello" }> => {
      sockets.last().hears.opened();
      const hello = sockets.last().said.at(-1);
      assert.ok(hello?.type === "hello");
      return hello;
    },
    hears: async (word: object) => {
      sockets.last().hears.word(JSON.stringify(word));
      await settled();
      await settled();
    },
    welcomed: (more: Partial<Welcome> = {}) =>
      sockets.last().hears.word(JSON.stringify(welcome({ signed: true, ...more }))),
    said: () => sockets.all.flatMap(({ said }) => said).filter((word) => word.type === "say"),
    texts: () => Object.values(session().view().chats.messages).flatMap((all) => all.map(({ text }) => text)),
  };
};
const talk = { concernId: null, thread: "thread-1" };
const refused = { type: "refused", id: null, code: "identityRefused", afterMs: null };

test("what somebody said unsigned goes with them when they sign in, also what is not sent yet", async () => {
  const page = openPage();
  await page.identify(null);
  assert.equal(page.opened().identity, undefined);
  page.welcomed({ signed: false, token: "unsigned" });
  page.session().say(talk, "Unterwegs");
  assert.equal(page.said().length, 1);
  await page.identify(token("jana"));
  const hello = page.opened();
  assert.deepEqual([hello.token, hello.identity?.token, hello.identity?.joins], [null, token("jana"), "unsigned"]);
  page.welcomed({ token: hello.identity?.session ?? "" });
  assert.equal(page.memory("jana").read("token"), hello.identity?.session);
  assert.equal(page.said().length, 2, "and is said by the same id");
  assert.deepEqual(new Set(page.said().map((word) => word.id)).size, 1);
  assert.deepEqual(page.memory(null).names(""), ["user"], "nothing unsigned stays");
});

test("the next user starts clean: no history, no draft of a message, no token of the one before", async () => {
  const storage = makeStorage();
  const first = openPage(storage);
  await first.identify(token("anna"));
  first.opened();
  first.welcomed({ token: "annas", concerns: [concern("c1")], messages: [message("c1", 1)] });
  first.sockets.last().hears.closed({ code: 1006 });
  first.session().say(talk, "Annas Geheimnis");
  const second = openPage(storage);
  await second.identify(token("bert"));
  const hello = second.opened();
  assert.deepEqual([hello.token, hello.identity?.joins], [null, null]);
  second.welcomed({ token: "berts" });
  assert.deepEqual([second.texts(), second.said(), second.session().view().outbox], [[], [], []]);
  assert.deepEqual(second.memory("anna").names(""), ["out.id-2"], "her token opens nothing at this browser any more");
  // She comes back, and what she had not sent is sent as her.
  const back = openPage(storage);
  await back.identify(token("anna"));
  back.opened();
  back.welcomed({ token: "annas-2" });
  assert.equal(back.said().length, 1);
});

test("an id that is made to look like another drawer's name opens its own", async () => {
  const page = openPage();
  const ids = ["a@", "a@.token", "a.token", "__proto__", "@", "ä\u0000", ""];
  for (const id of ids) page.memory(userOf(token(id))).keep("token", id);
  for (const id of ids) {
    assert.deepEqual(page.memory(userOf(token(id))).names(""), ["token"], id);
    assert.equal(page.memory(userOf(token(id))).read("token"), id);
  }
  for (const none of ["", "a", "a.b.c", `e30.${btoa('{"sub":"\\ud800"}')}.x`, `e30.${btoa("[]")}.x`])
    assert.equal(userOf(none), "", none);
  assert.deepEqual(page.memory("a").names(""), []);
  assert.deepEqual(page.memory(null).names(""), []);
});

test("a word that is not believed shows nothing; what the browser kept of the user is tried, then a fresh word, then they choose", async () => {
  const page = openPage();
  page.memory("jana").keep("token", "kept");
  let asked = 0;
  await page.identify(() => token("jana") + "x".repeat((asked += 1)));
  const hello = page.opened();
  assert.deepEqual([hello.token, hello.identity?.token], ["kept", `${token("jana")}x`]);
  await page.hears(refused);
  const second = page.sockets.last().said.at(-1);
  assert.ok(second?.type === "hello" && second.token === "kept" && second.identity === undefined);
  await page.hears(welcome({ signed: false, token: "stranger", concerns: [concern("c9")] }));
  assert.equal(page.memory("jana").read("token"), null);
  const third = page.sockets.last().said.at(-1);
  assert.ok(third?.type === "hello" && third.identity?.token === `${token("jana")}xx`);
  assert.notEqual(third.identity.session, hello.identity?.session);
  await page.hears(refused);
  assert.deepEqual([page.session().view().isUnbelieved, page.session().view().chats.concerns], [true, []]);
  assert.equal(page.sockets.last().isClosed, true);
  await page.identify(null);
  assert.equal(page.opened().identity, undefined);
  page.welcomed({ signed: false, token: "guest" });
  assert.equal(page.session().view().isUnbelieved, false);
});

test("the same word is said again with the same session while its answer is awaited, and never after it", async () => {
  const page = openPage();
  await page.identify(token("jana"));
  const first = page.opened();
  page.sockets.last().hears.closed({ code: 1006 });
  page.clock.pass(1_000);
  const again = page.opened();
  assert.deepEqual(again.identity, first.identity, "the server takes it from this page again");
  page.welcomed({ token: first.identity?.session ?? "" });
  page.sockets.last().hears.closed({ code: 1006 });
  page.clock.pass(1_000);
  const later = page.opened();
  assert.deepEqual([later.identity, later.token], [undefined, first.identity?.session]);
});

test("signing out leaves nothing, and the server is told although there is no network just now", async () => {
  const page = openPage();
  await page.identify(token("jana"));
  page.opened();
  page.welcomed({ token: "janas", concerns: [concern("c1")], messages: [message("c1", 1)] });
  page.sockets.last().hears.closed({ code: 1006 });
  page.blobs.set("photo", new Blob(["x"]));
  page.persons.leave();
  assert.equal(page.blobs.size, 0, "no file either");
  assert.deepEqual([page.texts(), page.memory("jana").names("")], [[], []]);
  page.session().say(talk, "Ich bin die Nächste");
  const hello = page.opened();
  assert.equal(hello.token, "janas");
  page.welcomed({ token: null, concerns: [concern("c1")], messages: [message("c1", 1)] });
  assert.deepEqual([page.texts(), page.sockets.last().said.at(-1)?.type], [[], "leave"]);
  page.sockets.last().hears.closed({ code: 4000 });
  assert.equal(page.opened().token, null);
  page.welcomed({ signed: false, token: "next" });
  assert.equal(page.said().length, 1);
});

test("a site that fails to answer is not believed, and one that answers late changes nothing", async () => {
  const page = openPage();
  await page.identify(() => Promise.reject(new Error("503")));
  assert.equal(page.opened().identity?.token, "");
  const slow = Promise.withResolvers<string | null>();
  const waits = openPage();
  await waits.identify(() => slow.promise);
  assert.equal(waits.persons.now(), null);
  await waits.identify(null);
  slow.resolve(token("jana"));
  await settled();
  await settled();
  assert.equal(waits.persons.now()?.user, null);
});
