// A centre on two server processes behind a balancer, one of which is killed while dozens of visitors and agents talk: nobody notices but by a reconnect.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openWidget, type Widget } from "#bench/chat-ends.ts";
import { api } from "#contract/api.ts";
import type { AnyEvent } from "#contract/events.ts";
import { startBalancer, type Balancer } from "#test/balancer.ts";
import { admin, setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage } from "#test/chat.ts";
import { signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { cleaners, ownStore } from "#test/faults.ts";
import { ownTime } from "#test/ownTime.ts";
import { gone as closed, startPushes, type Pushes } from "#test/pushes.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const widgetsWanted = 36;
const desksWanted = 6;
const wordsEach = 6;

let one: TestServer;
let two: TestServer;
let balancer: Balancer;
let desk: Desk;
let channelId: string;
let pushes: Pushes;

before(async () => {
  const store = await ownStore();
  pushes = await startPushes();
  cleaners.push(pushes.stop);
  const env = { ...pushes.env, SECRET: "ein-geheimnis-fuer-beide-knoten-1234567890", LOG_LEVEL: "error" };
  one = await startTestServer({ database: store.url, env });
  cleaners.push(one.stop);
  const centre = await setUpCentre(one.url);
  channelId = (await addChat(centre.desk, centre.brand.id)).id;
  two = await startTestServer({ database: store.url, env });
  cleaners.push(two.stop);
  balancer = await startBalancer([one.url, two.url]);
  desk = await signIn(balancer.url, admin.email, admin.password);
});
after(() => balancer?.stop());

/** A desk that comes again with its cursor as often as its line breaks; everything it heard, over all its lives. */
const loyalDesk = async (): Promise<{
  readonly heard: () => readonly AnyEvent[];
  readonly lives: () => number;
  readonly close: () => void;
}> => {
  const feeds: LiveFeed[] = [];
  let closed = false;
  const live = async (after: number): Promise<void> => {
    let feed: LiveFeed | null = null;
    // The balancer may still give it to the node that is dying.
    while (feed === null && !closed) feed = await desk.live(after).catch(() => null);
    if (feed === null) return;
    const mine = feed;
    feeds.push(mine);
    void mine.closed.then(() => {
      const numbers = mine.words.map((word) => (word.type === "events" || word.type === "reset" ? word.upTo : 0));
      return closed ? undefined : live(Math.max(after, ...numbers));
    });
  };
  await live(0);
  return {
    heard: () => feeds.flatMap(({ events }) => events),
    lives: () => feeds.length,
    close: () => {
      closed = true;
      for (const feed of feeds) feed.close();
    },
  };
};

void test(
  "kill -9 of one of two nodes: nothing said is lost, doubled or out of order, for visitors and for desks; who was there is gone soon, and told by push",
  { timeout: 150_000 },
  async (t) => {
    const closings: (() => void)[] = [];
    // Also when something fails: whoever comes again for ever kept this process from ending, and what had failed from being said.
    t.after(() => {
      for (const close of closings) close();
    });
    const desks = await Promise.all(Array.from({ length: desksWanted }, loyalDesk));
    closings.push(...desks.map(({ close }) => close));
    const widgets = Array.from({ length: widgetsWanted }, (_, n) => openWidget(n, channelId, "127.0.0.1"));
    closings.push(
      ...widgets.map((widget) => () => {
        widget.lost = null;
        widget.cut();
      }),
    );
    let broken = 0;
    const come = async (widget: Widget): Promise<void> => {
      widget.lost = () => {
        broken += 1;
        void come(widget);
      };
      await widget.come(balancer.url);
    };
    await Promise.all(widgets.map(come));
    await Promise.all(widgets.map((widget) => widget.say(`Chat ${widget.n}, Wort 0`)));

    // Somebody sits at the node that is going to die, and does not come back; an agent at the other one looks at it.
    const sitting = await openPage(two.url, channelId);
    closings.push(sitting.close);
    await sitting.hello();
    sitting.say({ type: "here", here: true });
    const { concernId } = await sitting.tell("Ich bin bald weg.");
    const atOne = await (await signIn(one.url, admin.email, admin.password)).live();
    closings.push(atOne.close);
    atOne.say({ type: "look", concernId, state: "viewing" });
    await atOne.word((word) => word.type === "visitors" && word.visitors.length === 1);

    // A browser whose page is open there is not told of what is answered at the other node, until that page is gone with its node.
    const [reading, left] = [await pushes.reader(two.url, channelId), await pushes.reader(two.url, channelId)];
    await closed(left);
    const atDeskOne = await signIn(one.url, admin.email, admin.password);
    for (const each of [reading, left]) await answerIn(atDeskOne, each.concernId, "Am anderen Knoten gesagt");
    await reading.page.message("Am anderen Knoten gesagt");
    await pushes.pushesTo(left, 1);
    assert.deepEqual(pushes.told(reading), [], "its page is open");

    let taken = 0;
    const half = Promise.withResolvers<void>();
    const talking = widgets.map(async (widget) => {
      for (let n = 1; n < wordsEach; n += 1) {
        await widget.say(`Chat ${widget.n}, Wort ${n}`);
        taken += 1;
        if (taken === (widgetsWanted * (wordsEach - 1)) / 2) half.resolve();
      }
    });
    const answering = widgets.map(async (widget) => {
      const say = (): Promise<void> => answerIn(desk, widget.concernId ?? "", `Antwort an ${widget.n}`);
      // The answer's way breaks, too. Nobody knows then whether it was taken in: who asks again looks first.
      await say().catch(() => undefined);
    });
    await half.promise;
    await two.end("SIGKILL");
    const gone = ownTime();
    const push = pushes.pushesTo(reading, 1);
    await Promise.all([...talking, ...answering]);
    // An answer whose way broke before it was said is said now.
    for (const widget of widgets) {
      const opened = await textsOf(widget.concernId ?? "");
      if (!opened.includes(`Antwort an ${widget.n}`))
        await answerIn(desk, widget.concernId ?? "", `Antwort an ${widget.n}`);
    }
    await atOne.word((word) => word.type === "visitors" && word.visitors.length === 0);
    gone.stop();
    assert.ok(gone.ms() < 20_000, `somebody who is gone was shown for ${gone.ms()} ms`);
    t.diagnostic(`the dead node's visitor was gone after ${Math.round(gone.ms())} ms of our own time`);

    // Within the lease of a minute, which the dead node may have held at that moment.
    await push;
    assert.deepEqual(
      [reading, left].map((each) => pushes.told(each).length),
      [1, 1],
    );

    const marker = await openPage(balancer.url, channelId);
    closings.push(marker.close);
    await marker.hello();
    const last = await marker.tell("Alles gesagt.");
    for (const widget of widgets) {
      const texts = await textsOf(widget.concernId ?? "");
      assert.deepEqual(
        texts.filter((text) => text.startsWith("Chat")),
        Array.from({ length: wordsEach }, (_, n) => `Chat ${widget.n}, Wort ${n}`),
        "each word once, in its order",
      );
      const wanted = texts.filter((text) => text.startsWith("Antwort"));
      while (widget.heard.size < wanted.length && !t.signal.aborted)
        await new Promise((resolve) => setTimeout(resolve, 20));
      assert.deepEqual(
        [...widget.heard.values()].map(({ text }) => text),
        wanted,
      );
    }
    assert.ok(broken >= widgetsWanted / 3, `${broken} pages lost their line`);
    const lives = desks.map((each) => each.lives());
    let most = 0;
    for (const each of desks) {
      const isLast = (event: AnyEvent): boolean => event.kind === "message.added" && event.data.message.id === last.id;
      while (!each.heard().some(isLast) && !t.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
      const heard = each.heard();
      const numbers = heard.map((event) => event.seq);
      const once = [...new Set(numbers)].toSorted((a, b) => a - b);
      assert.deepEqual(numbers, once, "in order, none twice");
      const messages = heard.filter((event) => event.kind === "message.added").length;
      most ||= messages;
      assert.equal(messages, most, "every desk has heard the same");
      assert.ok(messages >= widgetsWanted * (wordsEach + 1) + 2, `${messages} messages`);
    }
    assert.ok(
      lives.some((count) => count > 1) && lives.some((count) => count === 1),
      `some desks were at the node that died: ${lives.join(", ")}`,
    );
  },
);

const textsOf = async (concernId: string): Promise<readonly string[]> => {
  const { messages } = await desk.call(api.concerns.open, { params: { id: concernId } });
  return messages.map((message) => message.text);
};
