// The demo world at its full size, as `npm start` makes it at the first start: how long that takes, that it is all there, and that its post box
// works: a customer writes through the real door, an agent answers, the answer lies in the box.
import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "#contract/api.ts";
import { demoLogins } from "#server/demo/cast.ts";
import { signIn } from "#test/desk.ts";
import { query, until } from "#test/faults.ts";
import { startTestServer } from "#test/server.ts";

/** Eight times what docs/bench.md records for a quiet machine: tests share theirs. */
const longestMs = 120_000;

test("the whole demo world is made within its time, and its post box works", { timeout: 400_000 }, async (t) => {
  const server = await startTestServer({ args: ["--demo"], makesStore: true, env: { UNDO_SECONDS: "0" } });
  try {
    t.diagnostic(`first start with the whole demo world ${Math.round(server.startMs)} ms`);
    assert.ok(server.startMs < longestMs, `${Math.round(server.startMs)} ms`);
    const [made] = await query<{ concerns: number; days: number; people: number }>(
      await server.databaseUrl(),
      `SELECT count(*)::int AS concerns, extract(day FROM max(created_at) - min(created_at))::int AS days, count(DISTINCT customer_id)::int AS people FROM concern`,
    );
    assert.ok(made && made.concerns >= 345 && made.days > 300 && made.people > 50, JSON.stringify(made));

    const [login] = demoLogins;
    const desk = await signIn(server.url, login?.email ?? "", login?.password ?? "");
    const box = await desk.call(api.postbox.list, { query: { limit: 50 } });
    const [person] = box.people;
    const [door = ""] = box.doors;
    assert.ok(person && door !== "");
    const live = await desk.live();
    await desk.call(api.postbox.write, {
      body: {
        from: person.address,
        name: person.name,
        to: door,
        subject: "Kein Bild seit heute früh",
        text: "Guten Tag, der Fernseher bleibt schwarz.",
        answers: null,
      },
    });
    const event = await live.event(
      (each) => each.kind === "message.added" && each.data.message.subject === "Kein Bild seit heute früh",
    );
    live.close();
    const { messages } = await desk.call(api.concerns.open, { params: { id: event.concernId ?? "" } });
    const channelId = messages.at(-1)?.channelId;
    assert.ok(channelId);
    await desk.call(api.concerns.reply, {
      params: { id: event.concernId ?? "" },
      body: {
        channelId,
        to: [person.address],
        cc: [],
        text: "Wir haben Ihren Anschluss neu gestartet.",
        html: null,
        uploads: [],
        sendAt: null,
        statusAfter: "waiting",
        key: crypto.randomUUID(),
      },
    });
    await until("the answer lies in the post box", 120_000, async () => {
      const { mails } = await desk.call(api.postbox.list, { query: { to: person.address, limit: 50 } });
      return mails.some((mail) => mail.text.includes("Anschluss neu gestartet"));
    });
  } finally {
    await server.stop();
  }
});
