// Ctrl-C while mails are on their way: what is being handed over is finished, what has not begun waits for the next start, nothing is doubted or sent twice.
// The connections to the relay were once cut before the sending had ended: every mail under way became "unknown".
import assert from "node:assert/strict";
import { test } from "node:test";
import { startMailSim } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import type { DeliveryState } from "#contract/concerns.ts";
import type { AnyEvent } from "#contract/events.ts";
import { addMailbox, admin, setUpCentre } from "#test/centre.ts";
import { signIn } from "#test/desk.ts";
import { startTestServer } from "#test/server.ts";

test("an orderly end waits for a slow relay and begins nothing new", async () => {
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  let server = await startTestServer({ env: { UNDO_SECONDS: "0" } });
  try {
    const { desk, brand } = await setUpCentre(server.url);
    const smtp = { host: "127.0.0.1", port: sim.port };
    const { id: channelId } = await addMailbox(desk, brand.id, { address: "service@kabel.test", smtp });
    const live = await desk.live();
    // More than are sent at once, by a relay that takes its time with each.
    const people = Array.from({ length: 14 }, (_, n) => `kunde${n}@kunde.test`);
    sim.fail({ step: "end", does: 1_200, times: people.length });
    const state = (fits: (state: DeliveryState) => boolean) => (event: AnyEvent) =>
      event.kind === "delivery.changed" && fits(event.data.delivery.state);
    const sending = live.event(state((now) => now === "sending"));
    await Promise.all(
      people.map((to) =>
        desk.call(api.concerns.create, {
          body: {
            brandId: brand.id,
            channelId,
            customerId: null,
            kind: "email",
            to: [to],
            cc: [],
            subject: "Wartung",
            text: `Guten Tag ${to}`,
            html: null,
            uploads: [],
            key: crypto.randomUUID(),
          },
        }),
      ),
    );
    await sending;
    assert.equal(await server.end("SIGTERM"), 0);
    const before = sim.messages().length;
    assert.ok(before > 0 && before < people.length, `${before} of ${people.length} were finished`);

    server = await server.again();
    const again = await (await signIn(server.url, admin.email, admin.password)).live();
    const last = new Map<string, DeliveryState>();
    await again.event((event) => {
      if (event.kind === "delivery.changed") last.set(event.data.deliveryId, event.data.delivery.state);
      return last.size === people.length && [...last.values()].every((now) => now !== "sending" && now !== "waiting");
    });
    assert.deepEqual([...new Set(last.values())], ["sent"]);
    assert.ok(
      again.events.every((event) => !state((now) => now === "unknown")(event)),
      "nothing was ever doubted",
    );
    assert.deepEqual(
      sim
        .messages()
        .flatMap((mail) => mail.envelope.to)
        .toSorted(),
      people.toSorted(),
      "each once",
    );
    again.close();
  } finally {
    await server.stop();
    await sim.stop();
  }
});
