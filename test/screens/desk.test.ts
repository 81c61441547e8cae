// The desk as an agent lives with it: signing in, reading, answering by keyboard alone, notes, colleagues, a lost link.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTransport } from "nodemailer";
import type { Browser } from "playwright-core";
import { api } from "#contract/api.ts";
import { addAgent, addMailbox, admin, agentPassword, setUpCentre } from "#test/centre.ts";
import type { Desk } from "#test/desk.ts";
import { axeFindings, openDesk, startBrowser, startSink, type BrowserDesk, type Sink } from "#test/screens/browser.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

declare global {
  var lossSaidAfterMs: Promise<number>;
}

let server: TestServer;
let browser: Browser;
let sink: Sink;
let desk: Desk;
const login = { email: admin.email, password: admin.password };
const service = "service@kabel.test";

/** A customer writes; resolves when our door has said 250. */
const writes = async (
  from: string,
  subject: string,
  text: string,
  more: { readonly html?: string; readonly messageId?: string; readonly inReplyTo?: string } = {},
): Promise<void> => {
  const transport = createTransport({ host: "127.0.0.1", port: server.ports.smtp, secure: false, ignoreTLS: true });
  await transport.sendMail({ from, to: service, subject, text, ...more });
  transport.close();
};

/** Ends a window and says what it complained about. */
const close = async (one: BrowserDesk): Promise<void> => {
  await one.context.close();
  assert.deepEqual(one.complaints, []);
};

before(async () => {
  sink = await startSink();
  server = await startTestServer({ env: { UNDO_SECONDS: "10" } });
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await sink?.stop();
});

test("the first start asks for a brand and a person, and leads to the desk", async () => {
  const one = await openDesk(browser, server.url);
  await one.page.goto(server.url);
  await one.page.getByRole("heading", { name: "Willkommen bei Draht" }).waitFor();
  await one.page.getByLabel("Marke").fill("Kabel");
  await one.page.getByLabel("Ihr Name").fill(admin.name);
  await one.page.getByLabel("E-Mail-Adresse").fill(admin.email);
  await one.page.getByLabel("Passwort").fill("kurz");
  await one.page.getByText("Noch kürzer als 10 Zeichen.").waitFor();
  assert.deepEqual(await axeFindings(one.page), []);
  await one.page.getByLabel("Passwort").fill(admin.password);
  await one.page.getByRole("button", { name: "Loslegen" }).click();
  await one.page.getByRole("heading", { name: "Meine" }).waitFor();
  await close(one);

  const { signIn } = await import("#test/desk.ts");
  desk = await signIn(server.url, admin.email, admin.password);
  const [brand] = await desk.call(api.brands.list);
  assert.ok(brand);
  await addMailbox(desk, brand.id, { address: service, smtp: { host: "127.0.0.1", port: sink.port } });
  await addAgent(desk, { name: "Omar Celik", email: "omar@kabel.test", role: "agent" });
  await assert.rejects(setUpCentre(server.url), "a second set-up is refused");
});

test("signing in: a wrong password is said in words, the right one opens the desk, in the browser's language", async () => {
  const one = await openDesk(browser, server.url, { locale: "en-GB" });
  await one.page.goto(server.url);
  await one.page.getByLabel("E-mail address").fill(admin.email);
  await one.page.getByLabel("Password").fill("wrong");
  await one.page.keyboard.press("Enter");
  await one.page.getByRole("alert").filter({ hasText: "Address or password is wrong." }).waitFor();
  await one.page.getByLabel("Password").fill(admin.password);
  await one.page.keyboard.press("Enter");
  await one.page.getByRole("navigation").getByText("Meine").waitFor();
  await one.context.close();
  assert.ok(
    one.complaints.every((complaint) => complaint.includes("/api/sign-in")),
    one.complaints.join("\n"),
  );
});

test("a mail appears by itself, is opened, answered, taken back, sent and resolved by keyboard alone", async () => {
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/desk/open`);
  await page.getByText("Nichts offen. Gut gemacht.").waitFor();
  await writes(
    "Hanna Größmann <hanna@kunde.test>",
    "Kein Bild auf Kanal 12",
    "Guten Tag,\n\nseit Freitag fehlt das Bild.\n\nHanna Größmann",
  );
  await page.getByRole("listitem").filter({ hasText: "Kein Bild auf Kanal 12" }).waitFor();

  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByText("seit Freitag fehlt das Bild.").first().waitFor();
  await page.locator(".message").getByText("seit Freitag fehlt das Bild.").waitFor();

  await page.keyboard.press("r");
  await page.locator(".editor-text").waitFor();
  await page.keyboard.type("Guten Tag Frau Größmann, der Sender kommt ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("heute");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(" wieder.");
  await page.keyboard.press("Control+Enter");
  await page.locator(".toast").getByText("Wird gesendet").waitFor();
  assert.match((await page.locator(".toast-count").textContent()) ?? "", /^ (?:10|\d)$/, "the seconds left are shown");
  await page.locator(".message[data-direction=out]").waitFor();
  assert.equal(sink.count(), 0);

  await page.keyboard.press("z");
  await page.locator(".message[data-direction=out]").waitFor({ state: "detached" });
  await page.keyboard.press("r");
  await page.locator(".editor-text strong", { hasText: "heute" }).waitFor();
  await page.keyboard.press("Control+Enter");
  const mail = await sink.mailWith("hanna@kunde.test");
  assert.match(mail, /In-Reply-To:/i);
  await page
    .locator(".deliveries")
    .getByText(/Gesendet|Zugestellt/)
    .waitFor();

  await page.keyboard.press("e");
  await page
    .locator(".toast")
    .getByText(/gelöst/)
    .waitFor();
  await page.locator(".row").waitFor({ state: "detached" });
  await close(one);
});

test("signature and the repeated message are seen before they leave, can be edited and left out, and leave as seen", async () => {
  await writes("Jonte Petersen <jonte@kunde.test>", "Leitung tot", "Seit Sonntag ist die Leitung tot.\nBitte prüfen.");
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/desk/open`);
  await page.getByRole("link", { name: /Leitung tot/ }).click();
  await page.locator(".message").waitFor();
  await page.keyboard.press("r");
  await page.locator(".editor-text").waitFor();
  await page.keyboard.type("Wir messen heute.");
  await page.locator(".below .fold", { hasText: "Nachricht von Jonte Petersen" }).click();
  const quote = page.getByLabel("Wiederholte Nachricht");
  assert.equal(await quote.inputValue(), "Seit Sonntag ist die Leitung tot.\nBitte prüfen.");
  const head = await page.locator(".below-head").innerText();
  assert.match(head, /^Am .* um \d\d:\d\d schrieb Jonte Petersen:$/);
  await page.getByRole("button", { name: "Nachricht weglassen" }).click();
  await page.locator(".below .fold", { hasText: "ohne die letzte Nachricht" }).waitFor();
  await page.getByRole("button", { name: "Ganze Nachricht anhängen" }).click();
  await quote.fill("Seit Sonntag ist die Leitung tot.");
  await page.keyboard.press("Control+Enter");
  const mail = (await sink.mailWith("jonte@kunde.test")).replaceAll("=\r\n", "");
  assert.match(mail, /> Seit Sonntag ist die Leitung tot\./);
  assert.doesNotMatch(mail, /Bitte pr/);
  assert.match(mail, /schrieb Jonte Petersen:/);
  await close(one);
});

test("an answer for any time is chosen by keyboard; a mail that comes before holds it back and says so", async () => {
  const from = "Swantje Ohlsen <swantje@kunde.test>";
  const messageId = "<techniker@kunde.test>";
  await writes(from, "Wann kommt der Techniker", "Seit gestern warte ich.", { messageId });
  const one = await openDesk(browser, server.url, { login });
  const { page } = one;
  await page.goto(`${server.url}/desk/open`);
  await page.getByRole("link", { name: /Wann kommt der Techniker/ }).click();
  await page.locator(".message").waitFor();
  await page.keyboard.press("r");
  await page.locator(".editor-text").waitFor();
  await page.keyboard.type("Er kommt am Dienstag.");
  await page.keyboard.press("Control+Shift+Enter");
  const day = page.getByLabel("Tag");
  await day.waitFor();
  await day.fill("2020-01-01");
  await page.getByText("Dieser Zeitpunkt liegt in der Vergangenheit.").waitFor();
  await day.fill("2031-02-04");
  await page.getByLabel("Uhrzeit").fill("07:45");
  await page.getByText(/Dienstag, 4\. Februar 2031 um 07:45 \(MEZ\), in \d Jahren/).waitFor();
  assert.equal(sink.count(), 2, "nothing has left because of Ctrl");
  await page.keyboard.press("Control+Enter");
  const planned = page.locator(".message[data-direction=out] .scheduled");
  await planned.getByText(/Wird gesendet: Di\., 4\. Feb\. 2031, 07:45/).waitFor();
  const row = await desk.call(api.concerns.byNumber, { params: { number: page.url().split("/").at(-1) ?? "" } });
  const shown = await desk.call(api.concerns.open, { params: { id: row.id } });
  assert.equal(shown.messages.at(-1)?.scheduled?.at, "2031-02-04T06:45:00.000Z", "in the reader's zone");
  assert.equal(shown.concern.row.status, "snoozed");

  await writes(from, "Re: Wann kommt der Techniker", "Dienstag bin ich nicht da!", { inReplyTo: messageId });
  await planned.getByText(/Inzwischen wurde geschrieben: angehalten/).waitFor();
  await planned.getByRole("button", { name: "Jetzt senden" }).click();
  await sink.mailWith("Er kommt am Dienstag.");
  await planned.waitFor({ state: "detached" });
  await close(one);
});

test("what was being written survives the death of the window", async () => {
  await writes("Karl Thomsen <karl@kunde.test>", "Rechnung doppelt", "Bitte prüfen.");
  const first = await openDesk(browser, server.url, { login });
  await first.page.goto(`${server.url}/desk/open`);
  await first.page.getByRole("link", { name: /Rechnung doppelt/ }).click();
  await first.page.locator(".message").waitFor();
  await first.page.keyboard.press("r");
  await first.page.locator(".editor-text").waitFor();
  // No network any more: only this machine can keep it.
  await first.context.setOffline(true);
  await first.page.keyboard.type("Das darf nicht verloren gehen");
  await first.page.locator(".composer-saving", { hasText: /auf diesem Rechner gesichert/i }).waitFor();
  const address = first.page.url();
  await first.page.close();
  await first.context.setOffline(false);
  const again = await first.context.newPage();
  await again.goto(address);
  await again.getByRole("button", { name: /Entwurf weiterschreiben|antworten/ }).click();
  await again.locator(".editor-text", { hasText: "Das darf nicht verloren gehen" }).waitFor();
  await first.context.close();
});

test("a note with a mention reaches the colleague, and whoever writes is seen by the other", async () => {
  await writes("Ayşe Demir <ayse@kunde.test>", "Umzug nach Kiel", "Wir ziehen um.");
  const ada = await openDesk(browser, server.url, { login });
  const omar = await openDesk(browser, server.url, { login: { email: "omar@kabel.test", password: agentPassword } });
  for (const one of [ada, omar]) {
    await one.page.goto(`${server.url}/desk/open`);
    await one.page.getByRole("link", { name: /Umzug nach Kiel/ }).click();
    await one.page.locator(".message").waitFor();
  }
  await omar.page.locator(".who-else").getByText(admin.name).waitFor({ state: "attached" });

  await ada.page.keyboard.press("n");
  await ada.page.getByLabel("Text der Notiz").waitFor();
  await ada.page.keyboard.type("@om");
  await ada.page.getByRole("option", { name: /Omar Celik/ }).waitFor();
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("schaust du bitte?");
  await omar.page.getByText(`${admin.name} schreibt hier auch`).waitFor();
  await ada.page.keyboard.press("Control+Enter");
  await omar.page.locator(".message[data-direction=note]", { hasText: "@omar schaust du bitte?" }).waitFor();
  await omar.page.locator(".nav-view", { hasText: "Erwähnungen" }).locator(".nav-count", { hasText: "1" }).waitFor();
  await close(ada);
  await close(omar);
});

test("a lost link is said within three seconds, and what happened meanwhile is there afterwards without a reload", async () => {
  const one = await openDesk(browser, server.url, { login });
  await one.page.goto(`${server.url}/desk/open`);
  await one.page.locator(".row").first().waitFor();
  // In the page's own time: what a crowded machine holds up is not the desk's fault.
  await one.page.evaluate((words) => {
    const tickMs = 20;
    globalThis.lossSaidAfterMs = new Promise((resolve) =>
      addEventListener("offline", () => {
        let ticks = 0;
        setInterval(() => (ticks += 1), tickMs);
        const watcher = new MutationObserver(() => {
          if (document.body.textContent.includes(words)) resolve(ticks * tickMs);
        });
        watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
    );
  }, "Die Verbindung ist weg.");
  await one.context.setOffline(true);
  assert.ok((await one.page.evaluate(() => globalThis.lossSaidAfterMs)) < 3_000);
  await writes("Frauke Janssen <frauke@kunde.test>", "Router blinkt rot", "Nach dem Gewitter.");
  await one.context.setOffline(false);
  await one.page.getByRole("link", { name: /Router blinkt rot/ }).waitFor();
  await one.page.getByText("Die Verbindung ist weg.").waitFor({ state: "detached" });
  await one.context.close();
});

test("nothing a stranger writes runs or looks like ours", async () => {
  const canary = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
  await writes(`"${canary.replaceAll('"', "'")}" <evil@fremd.test>`, `Betreff ${canary}`, `Text ${canary}`, {
    html: `<p>Formatiert</p><script>parent.hit=1</script><img src=x onerror="parent.hit=1"><a href="javascript:parent.hit=1">link</a>`,
  });
  const one = await openDesk(browser, server.url, { login });
  await one.page.goto(`${server.url}/desk/open`);
  await one.page.getByRole("link", { name: /Betreff/ }).click();
  await one.page.locator(".message").waitFor();
  await one.page.getByRole("button", { name: "Formatiert zeigen" }).click();
  await one.page.frameLocator(".mail-frame").getByText("Formatiert").waitFor();
  assert.equal(
    await one.page.locator(".mail-frame").getAttribute("sandbox"),
    "allow-popups allow-popups-to-escape-sandbox",
  );
  assert.equal(await one.page.evaluate("window.hit"), undefined);
  await one.context.close();
});

test("search finds what was meant, from the palette and on its page", async () => {
  const one = await openDesk(browser, server.url, { login });
  await one.page.goto(`${server.url}/desk`);
  await one.page.locator(".nav-view").first().waitFor();
  await one.page.keyboard.press("Control+k");
  await one.page.keyboard.type("grossmann");
  await one.page
    .getByRole("option", { name: /Kein Bild auf Kanal 12/ })
    .first()
    .waitFor();
  await one.page.keyboard.press("Escape");
  await one.page.keyboard.press("/");
  await one.page.getByRole("searchbox").fill("bild");
  await one.page.locator(".search-hit mark").first().waitFor();
  await close(one);
});
