// The chat while servers die and lines break: what was said is in its concern exactly once and in its order, and a page that comes again knows all of it.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import { admin, setUpCentre } from "#test/centre.ts";
import { addChat, answerIn, openPage, type VisitorPage } from "#test/chat.ts";
import { signIn } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

const env = { LOG_LEVEL: "error", SECRET: "ein-geheimnis-fuer-beide-knoten-1234567890" };
let folder: string;
let server: TestServer;
let channelId: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "draht-chat-"));
  server = await startTestServer({ dataDir: folder, env });
  const { desk, brand } = await setUpCentre(server.url);
  channelId = (await addChat(desk, brand.id)).id;
});

after(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What a widget does: says what stands in its outbox in order, keeps what is not taken, comes again with the same ids. */
const outbox = (thread: string) => {
  const waiting: { readonly id: string; readonly text: string }[] = [];
  const taken = new Map<string, string>();
  let page: VisitorPage | null = null;
  let token: string | null = null;
  return {
    taken,
    add: (text: string): void => {
      waiting.push({ id: crypto.randomUUID(), text });
    },
    /** Comes to the server and says what waits; resolves when everything is taken or the line is lost. */
    flush: async (): Promise<void> => {
      page = await openPage(server.url, channelId);
      const welcome = await page.hello({ token });
      token = welcome.token ?? token;
      const here = page;
      const lost = here.closed.then(() => "lost" as const);
      for (let one = waiting[0]; one !== undefined; one = waiting[0]) {
        const answer = await Promise.race([
          here.tell(one.text, { thread, id: one.id }).catch(() => "lost" as const),
          lost,
        ]);
        if (answer === "lost") return;
        taken.set(one.id, answer.id);
        waiting.shift();
      }
    },
    left: () => waiting.length,
    close: (): void => page?.close(),
  };
};

test("kill -9 again and again while somebody chats: nothing taken is lost, nothing is there twice, the order is theirs", async () => {
  const box = outbox(crypto.randomUUID());
  const said: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (let index = 0; index < 4; index += 1) {
      said.push(`Runde ${round}, Wort ${index}`);
      box.add(said.at(-1) ?? "");
    }
    const flushed = box.flush();
    // Somewhere between the first and the last word of the round.
    const before = box.taken.size;
    while (box.taken.size < before + 1 + (round % 3)) await new Promise((resolve) => setImmediate(resolve));
    await server.end("SIGKILL");
    await flushed;
    server = await server.again();
  }
  while (box.left() > 0) await box.flush();
  box.close();
  const desk = await signIn(server.url, admin.email, admin.password);
  const feed = await desk.live();
  const begun = await feed.event((event) => event.kind === "concern.created");
  feed.close();
  const { messages } = await desk.call(api.concerns.open, { params: { id: begun.concernId as never } });
  assert.deepEqual(
    messages.map((message) => message.text),
    said,
  );
  assert.deepEqual([...box.taken.values()].toSorted(), messages.map((message) => message.id as string).toSorted());
});

test("two nodes: a visitor at one hears what is answered at the other, and has it all there, too", async () => {
  const thread = crypto.randomUUID();
  const first = await openPage(server.url, channelId);
  const { token } = await first.hello();
  const { concernId } = await first.tell("Bin ich verbunden?", { thread });
  const other = await startTestServer({ database: await server.databaseUrl(), env });
  try {
    const desk = await signIn(other.url, admin.email, admin.password);
    await answerIn(desk, concernId, "Ja, über den anderen Knoten.");
    await first.message("Ja, über den anderen Knoten.");
    const second = await openPage(other.url, channelId);
    const welcome = await second.hello({ token });
    assert.deepEqual(
      welcome.messages.map((message) => message.text),
      ["Bin ich verbunden?", "Ja, über den anderen Knoten."],
    );
    await second.tell("Danke!", { concernId, thread });
    await first.message("Danke!");
    first.close();
    second.close();
  } finally {
    await other.stop();
  }
});
