// Makes the demo world ready for its pictures: somebody is answered, a newsletter has come, somebody moves from the chat to mail. Called by tools/pictures.ts.
import { createTransport } from "nodemailer";
import { api } from "#contract/api.ts";
import { everything, type ConcernRow } from "#contract/concerns.ts";
import { answerIn, openPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";

/** The concern with the most to see: files or pictures first, then the longest thread among those still open. */
export const showpiece = async (desk: Desk): Promise<ConcernRow> => {
  const { rows } = await desk.call(api.concerns.list, {
    query: { filter: JSON.stringify({ ...everything, statuses: ["new", "open", "waiting"] }), limit: 50 },
  });
  const [best] = rows.toSorted(
    (a, b) => Number(b.language === "de") - Number(a.language === "de") || b.messageCount - a.messageCount,
  );
  if (!best) throw new Error("The demo world has no open concern to show.");
  return best;
};

/** Concerns that are looked after now, the newest first. */
const current = async (desk: Desk): Promise<readonly ConcernRow[]> => {
  const filter = JSON.stringify({ ...everything, statuses: ["new", "open"] });
  return (await desk.call(api.concerns.list, { query: { filter, limit: 50 } })).rows;
};

/** Answers one customer, so that there is something in the post box; resolves with the concern when the mail has left. */
export const answerSomebody = async (desk: Desk, except: ConcernRow): Promise<ConcernRow> => {
  const rows = await current(desk);
  for (const row of rows.filter((one) => one.id !== except.id && one.language === "de" && one.status === "new")) {
    const { ways } = await desk.call(api.concerns.open, { params: { id: row.id } });
    const way = ways.find((one) => one.blocked === null && one.value.includes("@"));
    if (!way) continue;
    const feed = await desk.live();
    const body = {
      channelId: way.channelId,
      to: [way.value],
      cc: [],
      text: `Guten Tag ${row.customerName},\n\nvielen Dank für Ihre Nachricht. Die Störung ist bekannt, unsere Technik ist vor Ort. Wir melden uns, sobald alles wieder läuft.`,
      html: null,
      uploads: [],
      sendAt: null,
      statusAfter: "waiting" as const,
      key: crypto.randomUUID(),
    };
    await desk.call(api.concerns.reply, { params: { id: row.id }, body });
    await feed.event(
      (event) =>
        event.kind === "delivery.changed" && event.concernId === row.id && event.data.delivery.state === "sent",
    );
    feed.close();
    return row;
  }
  throw new Error("the demo world has nobody who could be answered");
};

/** Whoever was answered thanks, the concern is settled, and they are asked how it was; resolves with the way to the question's page. */
export const asksForRating = async (desk: Desk, { id, brandId }: ConcernRow): Promise<string> => {
  const rule = { enabled: true, delayMinutes: 0, windowDays: 14, pauseDays: 0, reopens: false };
  await desk.call(api.ratings.setRule, { params: { id: brandId }, body: rule });
  const [answer] = (await desk.call(api.postbox.list, { query: {} })).mails;
  const from = answer?.to[0];
  if (!answer || from === undefined) throw new Error("no answer has left");
  const feed = await desk.live();
  const subject = `Re: ${answer.subject}`;
  const text = "Jetzt läuft alles wieder, vielen Dank!";
  await desk.call(api.postbox.write, { body: { name: "", from, to: "", subject, text, answers: answer.id } });
  await feed.event((event) => event.kind === "message.added" && event.concernId === id);
  await desk.call(api.concerns.change, { params: { id }, body: { status: "resolved" } });
  await feed.event(
    (event) => event.kind === "delivery.changed" && event.concernId === id && event.data.delivery.state === "sent",
  );
  feed.close();
  const [asked] = (await desk.call(api.postbox.list, { query: { to: from } })).mails;
  const path = /\/rating\/[\w.-]+/.exec(asked?.text ?? "")?.[0];
  if (path === undefined) throw new Error(`nobody was asked: ${asked?.text ?? "there is no mail"}`);
  return path;
};

/** The last message of a long concern is split off; resolves with the concern it was split from. */
export const splits = async (desk: Desk, except: readonly ConcernRow[]): Promise<ConcernRow> => {
  const long = (await current(desk)).find(
    (row) => row.messageCount > 2 && row.language === "de" && except.every((one) => one.id !== row.id),
  );
  if (!long) throw new Error("the demo world has no concern that could be split");
  const { messages } = await desk.call(api.concerns.open, { params: { id: long.id } });
  const last = messages.findLast(({ direction }) => direction === "in");
  if (!last) throw new Error("nobody has written in the concern that is to be split");
  const body = { key: crypto.randomUUID(), messages: { only: [last.id] }, subject: null };
  return (await desk.call(api.moving.split, { params: { id: long.id }, body })).from;
};

/** What the first brand says to everybody who opens its chat: one thing now, one later, one that is over. */
export const noticesStand = async (desk: Desk): Promise<void> => {
  const [brand] = await desk.call(api.brands.list);
  if (!brand) throw new Error("the demo world has no brand");
  const dayMs = 86_400_000;
  const at = (days: number): string => new Date(Date.now() + days * dayMs).toISOString();
  for (const [de, en, from, until] of [
    [
      "Kein Bild und kein Internet in Rothenburgsort und Hamm. Wir arbeiten daran: https://elbkabel.example/stand",
      "No picture and no internet in Rothenburgsort and Hamm. We are on it: https://elbkabel.example/stand",
      at(-0.1),
      null,
    ],
    ["Wartung am Samstag von 2 bis 4 Uhr: Internet und Telefon fallen kurz aus.", "", at(2), at(3)],
  ] as const)
    await desk.call(api.notices.create, { body: { brandId: brand.id, text: { de, en }, from, until } });
};

const sentence = "Vielen Dank, dass Sie bei uns sind: seit zwanzig Jahren liefern wir, was Ihr Haus braucht. ";
const newsletter = `<table width="100%" bgcolor="#e8eef1"><tr><td align="center"><table width="640" cellpadding="18" bgcolor="#ffffff">
<tr><td bgcolor="#0b4f5c"><img src="https://bilder.example/logo.png" width="180" height="44" alt="Kabelkurier"></td></tr>
<tr><td><h1>Kabelkurier 12</h1><p>${sentence.repeat(3)}</p></td></tr>
<tr><td><table width="100%"><tr>${["Glasfaser", "Messtechnik", "Termine"].map((title) => `<td width="200" valign="top"><h3>${title}</h3><p>${sentence}</p></td>`).join("")}</tr></table></td></tr>
<tr><td><p>${sentence}</p><p><a href="https://kurier.example/weg">Abbestellen</a></p></td></tr></table></td></tr></table>`;

/** A newsletter comes in by the real door; resolves with its concern. */
export const newsletterComes = async (desk: Desk, smtpPort: number): Promise<ConcernRow> => {
  const feed = await desk.live();
  const subject = "Kabelkurier 12: Glasfaser bis in die Wohnung";
  const transport = createTransport({ host: "127.0.0.1", port: smtpPort, secure: false, ignoreTLS: true });
  await transport.sendMail({
    from: "Kabelkurier <redaktion@kurier.example>",
    to: "service@elbkabel.example",
    subject,
    text: "Kabelkurier 12",
    html: newsletter,
  });
  transport.close();
  const event = await feed.event((each) => each.kind === "concern.created" && each.data.row.subject === subject);
  feed.close();
  if (event.kind !== "concern.created") throw new Error("no newsletter has come");
  return event.data.row;
};

/** Automatic answers that name nothing of ours come in by the real door and lie aside; resolves when they do. */
export const asideComes = async (desk: Desk, smtpPort: number): Promise<void> => {
  const feed = await desk.live();
  const transport = createTransport({ host: "127.0.0.1", port: smtpPort, secure: false, ignoreTLS: true });
  const absent = [
    ["Petra Lindqvist", "p.lindqvist@handel.example", "Abwesend bis 7. Dezember"],
    ["Hausverwaltung Nord", "buero@hv-nord.example", "Automatische Antwort: Ihre Nachricht"],
    ["Tom Becker", "tom@becker.example", "Out of office"],
  ] as const;
  for (const [name, address, subject] of absent) {
    await transport.sendMail({
      from: { name, address },
      to: "service@elbkabel.example",
      subject,
      text: `${name} ist zurzeit nicht im Haus. Ihre Nachricht wird nicht weitergeleitet.`,
      headers: { "auto-submitted": "auto-replied" },
    });
    await feed.event((event) => event.kind === "intake.refused");
  }
  transport.close();
  feed.close();
};

/**
 * A visitor of the operator's website chats, leaves before the last answer, gets it by mail and answers by mail: one concern over two channels.
 * The server must be started with CHAT_MAIL_SECONDS=1. Resolves with the concern.
 */
export const chatMoves = async (desk: Desk, url: string): Promise<ConcernRow> => {
  const channels = await desk.call(api.brands.channels);
  const chat = channels.find(({ kind, name }) => kind === "webchat" && name === "elbkabel.example");
  if (!chat) throw new Error("the demo's site has no chat");
  const email = "mehmet.yilmaz@post.example";
  const feed = await desk.live();
  const page = await openPage(url, chat.id);
  await page.hello();
  const asked = await page.tell("Moin, seit heute früh ist das Internet weg. Der Router blinkt rot.");
  const { concernId } = asked;
  const answered = async (text: string): Promise<void> => {
    await answerIn(desk, concernId, text);
    await page.message(text);
  };
  await answered("Guten Tag! Ich sehe mir die Leitung eben an. Wohnen Sie in der Müggenburger Straße?");
  await page.tell("Ja, Nummer 11. Ich muss leider gleich los.", { concernId });
  page.say({ type: "introduce", name: "Mehmet Yılmaz", email });
  page.say({ type: "ping" });
  await page.word("pong");
  page.close();
  await page.closed;
  await answerIn(
    desk,
    concernId,
    "Der Verstärker im Haus ist ausgefallen. Morgen zwischen 9 und 11 Uhr wird er getauscht, Sie müssen nicht zu Hause sein.",
  );
  const inbox = async () => (await desk.call(api.postbox.list, { query: { to: email } })).mails[0];
  await feed.event(
    (event) =>
      event.kind === "delivery.changed" &&
      event.concernId === concernId &&
      event.data.delivery.recipient === email &&
      event.data.delivery.state === "sent",
  );
  const mail = await inbox();
  if (!mail) throw new Error("what was not seen in the chat has not come by mail");
  const text = "Perfekt, vielen Dank! Der Hausmeister lässt den Techniker in den Keller.";
  await desk.call(api.postbox.write, {
    body: { name: "Mehmet Yılmaz", from: email, to: "", subject: `Re: ${mail.subject}`, text, answers: mail.id },
  });
  await feed.event(
    (event) =>
      event.kind === "message.added" && event.concernId === concernId && event.data.message.from?.value === email,
  );
  feed.close();
  return (await desk.call(api.concerns.open, { params: { id: concernId } })).concern.row;
};

/** Answers the newest thing said in the chat; resolves with what settles it. */
export const answerChat = async (desk: Desk, text: string): Promise<() => Promise<void>> => {
  const { rows } = await desk.call(api.concerns.list, {
    query: { filter: JSON.stringify({ ...everything, statuses: ["new"] }), limit: 1 },
  });
  const [row] = rows;
  if (!row) throw new Error("nobody has said anything in the chat");
  await answerIn(desk, row.id, text);
  return async () => {
    await desk.call(api.concerns.change, { params: { id: row.id }, body: { status: "resolved" } });
  };
};
