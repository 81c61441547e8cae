// A relay's host or password was wrong and has been mended: what waits leaves at once, and the channel says no longer that it cannot send.
// The fault: the trouble stayed until the next try, which after a day of failing came four hours later.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import { api } from "#contract/api.ts";
import { addMailbox, mailboxSettings, setUpCentre } from "#test/centre.ts";
import type { Desk, LiveFeed } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

let server: TestServer;
let sim: MailSim;
let desk: Desk;
let feed: LiveFeed;

before(async () => {
  sim = await startMailSim({ dir: null, smtpPort: 0 });
  server = await startTestServer({ env: { UNDO_SECONDS: "0" } });
});
after(async () => {
  feed?.close();
  await server?.stop();
  await sim?.stop();
});

void test("a channel that is set anew forgets its trouble and tries at once what waits", async () => {
  const centre = await setUpCentre(server.url);
  desk = centre.desk;
  feed = await desk.live();
  const address = "service@kabel.test";
  const channel = await addMailbox(desk, centre.brand.id, { address, smtp: { host: "127.0.0.1", port: 1 } });
  await sim.send(
    { from: { name: "Kim", address: "kim@kunde.test" }, to: [{ name: "", address }], subject: "Frage", text: "Wann?" },
    { host: "127.0.0.1", port: server.ports.smtp },
  );
  const created = await feed.event((event) => event.kind === "concern.created");
  assert.ok(created.kind === "concern.created");
  const { message } = await desk.call(api.concerns.reply, {
    params: { id: created.data.row.id },
    body: {
      channelId: channel.id,
      to: ["kim@kunde.test"],
      cc: [],
      text: "Morgen.",
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  await feed.event((event) => event.kind === "channel.changed" && event.data.channel.sendingTrouble?.code === "4.4.1");
  const waits = await feed.event(
    (event) =>
      event.kind === "delivery.changed" &&
      event.data.messageId === message.id &&
      event.data.delivery.state === "waiting" &&
      event.data.delivery.attempts === 1,
  );
  assert.ok(waits.kind === "delivery.changed");
  const pauseUntil = Date.parse(waits.data.delivery.nextTryAt ?? "");
  const came = sim.next((mail) => mail.envelope.to.includes("kim@kunde.test"), 0);
  const changed = await desk.call(api.brands.changeChannel, {
    params: { id: channel.id },
    body: {
      brandId: channel.brandId,
      kind: channel.kind,
      name: channel.name,
      enabled: true,
      settings: mailboxSettings({ address, smtp: { host: "127.0.0.1", port: sim.port } }),
    },
  });
  assert.equal(changed.sendingTrouble, null, "it is said no longer, before anything was tried");
  await came;
  const sent = await feed.event((event) => event.kind === "delivery.changed" && event.data.delivery.state === "sent");
  assert.ok(Date.parse(sent.at) < pauseUntil, "it did not wait for the end of its pause");
  const channels = await desk.call(api.brands.channels);
  assert.equal(channels.find((each) => each.id === channel.id)?.sendingTrouble, null);
});
