// Nodes that hint at what is new over NATS: the same suite as over PostgreSQL, and a centre on two processes that loses its NATS and gets it back.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { natsBus, NatsRefused } from "#platform/live/bus-nats.ts";
import { silentLog } from "#platform/log.ts";
import { admin, setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage } from "#test/chat.ts";
import { signIn } from "#test/desk.ts";
import { cleaners, gate, ownStore } from "#test/faults.ts";
import { startNats, type NatsServer } from "#test/peers/nats.ts";
import { gone, startPushes } from "#test/pushes.ts";
import { refusal, startTestServer } from "#test/server.ts";
import { busSuite } from "#test/suites/bus.ts";
import { lacking } from "#tools/test/peers.ts";

const skip = lacking("nats");
let nats: NatsServer | null = null;
const server = async (): Promise<NatsServer> => (nats ??= await startNats());
after(() => nats?.stop());

busSuite(
  "nats",
  async () => {
    const way = await gate(new URL((await server()).url));
    const open = () => natsBus({ servers: [way.url], subject: "draht.suite", log: silentLog });
    const [here, there] = await Promise.all([open(), open()]);
    return {
      here,
      there,
      line: { cut: () => void (way.mode = "shut"), mend: () => void (way.mode = "open") },
      close: async () => {
        await Promise.all([here.close(), there.close()]);
        await way.stop();
      },
    };
  },
  { skip },
);

void test("two centres on one NATS hear nothing of each other; who is not let in is told so", { skip }, async () => {
  const { url } = await server();
  const [one, two] = await Promise.all(
    ["draht.one", "draht.two"].map((subject) => natsBus({ servers: [url], subject, log: silentLog })),
  );
  assert.ok(one && two);
  let wrong = 0;
  two.on("events", () => (wrong += 1));
  const third = await natsBus({ servers: [url], subject: "draht.one", log: silentLog });
  const heard = new Promise((resolve) => third.on("events", resolve));
  one.hint("events");
  await heard;
  assert.equal(wrong, 0);
  await Promise.all([one, two, third].map((bus) => bus.close()));
  const stranger = new URL(url);
  stranger.password = "geraten";
  await assert.rejects(natsBus({ servers: [stranger.href], subject: "draht.one", log: silentLog }), NatsRefused);
});

void test(
  "a centre on two nodes over NATS: answers and presence cross at once; without NATS answers still come, and when it is back all is as before",
  { skip, timeout: 240_000 },
  async () => {
    const { url, kill, start } = await server();
    const store = await ownStore();
    const pushes = await startPushes();
    cleaners.push(pushes.stop);
    const env = {
      ...pushes.env,
      SECRET: "ein-geheimnis-fuer-beide-knoten-1234567890",
      LOG_LEVEL: "error",
      NATS_URL: url,
    };
    const { output } = await refusal({
      database: store.url,
      env: { ...env, NATS_URL: url.replace(/:[^:@]+@/, ":geraten@") },
    });
    assert.match(output, /The NATS server does not let this program in .*NATS_URL/);
    assert.ok(!output.includes("geraten"), "the password is not shown");
    const one = await startTestServer({ database: store.url, env });
    cleaners.push(one.stop);
    const { desk, brand } = await setUpCentre(one.url);
    const channelId = (await addChat(desk, brand.id)).id;
    const two = await startTestServer({ database: store.url, env });
    cleaners.push(two.stop);
    const atTwo = await signIn(two.url, admin.email, admin.password);
    const feed = await atTwo.live();

    const page = await openPage(one.url, channelId);
    await page.hello();
    page.say({ type: "here", here: true });
    const { concernId } = await page.tell("Hören Sie mich?");
    await feed.event((event) => event.kind === "message.added");
    await answerIn(atTwo, concernId, "Ja, über NATS.");
    await page.message("Ja, über NATS.");
    const at = concernId as never;
    feed.say({ type: "look", concernId: at, state: "viewing" });
    await feed.word((word) => word.type === "visitors" && word.visitors.length === 1);

    // Whose page is open at one node is not told by push of what is answered at the other, until it is closed.
    const [reading, left] = [await pushes.reader(one.url, channelId), await pushes.reader(one.url, channelId)];
    await gone(left);
    for (const each of [reading, left]) await answerIn(atTwo, each.concernId, "Über NATS gesagt");
    await pushes.pushesTo(left, 1);
    assert.deepEqual(pushes.told(reading), [], "its page is open");
    await gone(reading);
    await pushes.pushesTo(reading, 1);

    await kill();
    await answerIn(atTwo, concernId, "Ohne NATS dauert es eine Sekunde.");
    await page.message("Ohne NATS dauert es eine Sekunde.");
    const said = feed.words.length;
    // Said while no other node can hear it.
    page.say({ type: "typing", concernId: at, on: true });
    await page.tell("Ich höre Sie trotzdem.", { concernId });
    await start();
    await feed.word(
      (word) => feed.words.indexOf(word) >= said && word.type === "visitors" && word.visitors[0]?.state === "typing",
    );
    await answerIn(atTwo, concernId, "Wieder da.");
    await page.message("Wieder da.");
    page.close();
    await feed.word(
      (word) => feed.words.indexOf(word) > said && word.type === "visitors" && word.visitors.length === 0,
    );
    feed.close();
  },
);
