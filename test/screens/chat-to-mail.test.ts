// One concern over two channels as people live it: two browsers, a real mailbox (Dovecot, Postfix), and the minute after which what was not seen goes
// by mail, set to two seconds. The protocol's side of it is test/journeys/chat-to-mail.test.ts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { everything } from "#contract/concerns.ts";
import { agentPassword } from "#test/centre.ts";
import { addChat, answerIn } from "#test/chat.ts";
import { peersAvailable } from "#test/peers/mail.ts";
import { startMailCentre, type MailCentre } from "#test/peers/mailCentre.ts";
import { openDesk, phone, startBrowser } from "#test/screens/browser.ts";
import { closeSilent } from "#test/screens/centre.ts";
import {
  launch,
  openVisitor,
  pageWith,
  say,
  sent,
  startSite,
  strictPolicy,
  type Site,
  type Visitor,
} from "#test/screens/site.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;

let centre: MailCentre;
let site: Site;
let browser: Browser;

before(async () => {
  if (skip !== false) return;
  [centre, site, browser] = await Promise.all([
    startMailCentre({ CHAT_MAIL_SECONDS: "2", UNDO_SECONDS: "0" }),
    startSite(),
    startBrowser(),
  ]);
  const [brand] = await centre.admin.call(api.brands.list);
  assert.ok(brand);
  const chat = await addChat(centre.admin, brand.id, { origins: [site.origin] });
  site.show("*", pageWith(centre.server.url, chat.id), strictPolicy(centre.server.url));
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await centre?.stop();
});

const leave = async ({ context, complaints }: Visitor): Promise<void> => {
  await context.close();
  assert.deepEqual(complaints, []);
};
/** What stands in the chat, in its order. */
const talk = (page: Page): Promise<string[]> => page.locator(".bubble .text").allInnerTexts();
/** What people have said in the thread at the desk, in its order; the mail that took the answers along is told as automatic. */
const thread = (page: Page): Promise<string[]> =>
  page.locator(".message:not(:has(.message-auto)) .plain-text").allInnerTexts();

test(
  "a visitor chats and leaves; the answers come to the mailbox, the reply from there and what is said behind the link stand in the one concern",
  { skip },
  async () => {
    const { customer, lena, live, server, peers } = centre;
    const visitor = await openVisitor(browser, `${site.origin}/`);
    await launch(visitor.page).click();
    await say(visitor.page, "Mein Router blinkt rot.");
    await sent(visitor.page, "Mein Router blinkt rot.").waitFor();
    const card = visitor.page.getByRole("region", { name: "Wie wir Sie erreichen" });
    await card.getByLabel("Ihr Name").fill("Karla Kunde");
    await card.getByLabel("Ihre E-Mail-Adresse").fill(customer.address);
    await card.getByRole("button", { name: "Speichern" }).click();
    await card.waitFor({ state: "detached" });
    const created = await live.event((event) => event.kind === "concern.created");
    assert.ok(created.kind === "concern.created");
    const { id, number } = created.data.row;

    const desk = await openDesk(browser, server.url, {
      login: { email: peers.accounts.agent.user, password: agentPassword },
    });
    await desk.page.goto(`${server.url}/desk/open/${number}`);
    await desk.page.locator(".visitor-here", { hasText: "Karla Kunde" }).waitFor();
    await visitor.page.close();
    await desk.page.locator(".visitor-here").waitFor({ state: "hidden" });
    await desk.page.keyboard.press("r");
    await desk.page.locator("textarea.editor-plain").waitFor();
    await desk.page.keyboard.insertText("Die Leitung ist gemessen.");
    await desk.page.keyboard.press("Control+Enter");
    await live.event((event) => event.kind === "message.added" && event.data.message.direction === "out");
    await answerIn(lena, id, "Bitte starten Sie den Router neu.");

    const mail = await customer.next(({ text }) => text.includes("Bitte starten Sie den Router neu."));
    assert.match(
      mail.text,
      /Die Leitung ist gemessen\.[^]*Bitte starten Sie den Router neu\./,
      "collected in one mail",
    );
    assert.equal(customer.mails.length, 1);
    const link = /https?:\/\/\S+#\S+/.exec(mail.text)?.[0] ?? "";
    assert.match(link, /\/chat\/[\w-]+#/, mail.text);

    await customer.answer(mail, "Neu gestartet: Es geht wieder.");
    await desk.page.locator(".message", { hasText: "Neu gestartet: Es geht wieder." }).waitFor();

    const mobile = await openVisitor(browser, link, phone);
    await sent(mobile.page, "Neu gestartet: Es geht wieder.").waitFor();
    const before = [
      "Mein Router blinkt rot.",
      "Die Leitung ist gemessen.",
      "Bitte starten Sie den Router neu.",
      "Neu gestartet: Es geht wieder.",
    ];
    assert.deepEqual(await talk(mobile.page), before);
    await say(mobile.page, "Eine Frage noch.");
    await sent(mobile.page, "Eine Frage noch.").waitFor();
    await desk.page.locator(".message", { hasText: "Eine Frage noch." }).waitFor();
    assert.deepEqual(await thread(desk.page), [...before, "Eine Frage noch."]);
    await desk.page.keyboard.press("r");
    await desk.page.locator(".way-reason", { hasText: "der Kunde ist gerade hier" }).waitFor();
    await desk.page.keyboard.insertText("Gern, welche?");
    await desk.page.keyboard.press("Control+Enter");
    await mobile.page.locator(".by-us .text", { hasText: "Gern, welche?" }).waitFor();

    // One concern of one customer, with both addresses; and at the site, where it began, the chat goes on.
    const { rows } = await lena.call(api.concerns.list, {
      query: { filter: JSON.stringify(everything), limit: 10 },
    });
    assert.deepEqual(
      rows.map((row) => [row.id, row.customerName]),
      [[id, "Karla Kunde"]],
    );
    const again = await visitor.tab();
    await again.locator(".launch").click();
    await again.locator(".by-us .text", { hasText: "Gern, welche?" }).waitFor();
    await leave(mobile);
    await leave(visitor);
    await closeSilent(desk);
  },
);
