// A picture in the text, there and back through a real Postfix: it leaves as part of the text, and comes back in its place when the customer quotes it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readMail } from "#channels/email/simMail.ts";
import { converse } from "#channels/email/simClient.ts";
import { api } from "#contract/api.ts";
import type { Message } from "#contract/concerns.ts";
import type { LoggedEvent } from "#contract/events.ts";
import { peersAvailable } from "#test/peers/mail.ts";
import { startMailCentre } from "#test/peers/mailCentre.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;
/** The smallest PNG there is: one pixel. */
const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

let centre: Awaited<ReturnType<typeof startMailCentre>>;
before(async () => {
  if (skip === false) centre = await startMailCentre();
});
after(async () => {
  if (skip === false) await centre.stop();
});

const arrived = async (subject: string): Promise<Message> => {
  const event = (await centre.live.event(
    (each) =>
      each.kind === "message.added" &&
      each.data.message.direction === "in" &&
      each.data.message.subject?.includes(subject) === true,
  )) as LoggedEvent<"message.added">;
  return centre.lena.call(api.concerns.message, { params: { id: event.data.message.id } });
};

test("a picture in the text reaches the customer in its place, and comes back in its place", { skip }, async () => {
  const { customer, lena, door, server } = centre;
  await customer.write({ to: [{ name: "", address: door.address }], subject: "Wo ist der Knopf", text: "Wo?" });
  const first = await arrived("Wo ist der Knopf");
  const uploadId = await lena.upload("knopf.png", pixel, "image/png");
  const { message } = await lena.call(api.concerns.reply, {
    params: { id: first.concernId },
    body: {
      channelId: door.id,
      to: [customer.address],
      cc: [],
      text: "Hier ist er.",
      html: `<p>Hier <img data-upload="${uploadId}"> ist er.</p>`,
      uploads: [uploadId],
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  await lena.call(api.concerns.sendNow, { params: { id: message.id } });
  const got = await customer.next((mail) => mail.text.includes("Hier ist er."));
  const read = await readMail(got.raw);
  const inline = /<img[^>]*src="cid:([^"]+)"/.exec(read.html ?? "")?.[1];
  assert.ok(inline, read.html ?? "no HTML");
  assert.match(got.raw.toString("latin1"), new RegExp(`Content-ID: <${inline.replace(/[.+]/g, "\\$&")}>`, "i"));
  assert.ok(got.raw.toString("latin1").replace(/\s/g, "").includes(pixel.toString("base64")), "the very same bytes");

  // The customer's program sends the same text and picture back, under a head of its own.
  const [head = "", ...body] = got.raw.toString("latin1").split("\r\n\r\n");
  const type = /^(?:Content-Type|MIME-Version):.*(?:\r\n[ \t].*)*/gim;
  const lines = [
    `From: ${customer.address}`,
    `To: ${got.replyTo[0]?.address}`,
    "Subject: Der Knopf ist weg",
    `Message-ID: <${crypto.randomUUID()}@kunde.test>`,
    ...(head.match(type) ?? []),
  ];
  const raw = Buffer.from([lines.join("\r\n"), ...body].join("\r\n\r\n"), "latin1");
  const to = got.replyTo[0]?.address ?? "";
  await converse(
    { host: "127.0.0.1", port: server.ports.smtp },
    { hello: "kunde.test", from: customer.address, to: [to], raw },
  );
  const back = await arrived("Der Knopf ist weg");
  assert.equal(back.concernId, first.concernId);
  const [file] = back.files;
  assert.equal(file?.inlineId, inline);
  const bytes = await fetch(new URL(file.url, server.url));
  assert.deepEqual(Buffer.from(await bytes.arrayBuffer()), pixel);
  const frame = await fetch(new URL(back.html?.url ?? "", server.url), { headers: { cookie: lena.cookie } });
  // The frame shows the picture from our own files, at the place where it stood in the text.
  assert.match(await frame.text(), /Hier <img[^>]*src="\/files\/[^"]+"[^>]*> ist er\./);
});
