// The desk while somebody chats: that they are here and write is seen, they are answered in the chat with the keys alone, and elsewhere when they have gone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import { addChat, answerIn, openPage, type VisitorPage } from "#test/chat.ts";
import { signIn } from "#test/desk.ts";
import { axeFindings } from "#test/screens/browser.ts";
import { ada, closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";
import { launch, openVisitor, ours, pageWith, say, sent, startSite, strictPolicy } from "#test/screens/site.ts";

let centre: ScreenCentre;
let channelId: string;
const pages: VisitorPage[] = [];

before(async () => {
  centre = await startScreenCentre({ UNDO_SECONDS: "0" });
  const desk = await signIn(centre.server.url, ada.email, ada.password);
  const [brand] = await desk.call(api.brands.list);
  assert.ok(brand);
  channelId = (await addChat(desk, brand.id)).id;
});

after(async () => {
  for (const page of pages) page.close();
  await centre?.stop();
});

test("a chat is answered with the keys alone, where the customer is", async () => {
  const visitor = await openPage(centre.server.url, channelId);
  pages.push(visitor);
  await visitor.hello();
  visitor.say({ type: "introduce", name: "Jana Krause", email: "jana@kunde.test" });
  const { concernId } = await visitor.tell("Mein Fernseher ist seit heute früh schwarz.");
  visitor.say({
    type: "page",
    page: { url: "https://www.kabel.test/hilfe/fernsehen?kunde=4711", title: "Hilfe: Fernsehen", referrer: "" },
  });
  visitor.say({ type: "here", here: true });

  const one = await centre.open();
  const { page } = one;
  const { row } = await (async () => {
    const desk = await signIn(centre.server.url, ada.email, ada.password);
    return (await desk.call(api.concerns.open, { params: { id: concernId } })).concern;
  })();
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  await page.locator(".visitor-here strong", { hasText: "Jana Krause ist gerade im Chat" }).waitFor();
  assert.equal(
    await page.locator(".visitor-here span").textContent(),
    "auf „Hilfe: Fernsehen“ (www.kabel.test/hilfe/fernsehen)",
  );
  visitor.say({ type: "typing", concernId, on: true });
  await page.locator(".visitor-here strong", { hasText: "Jana Krause schreibt im Chat" }).waitFor();

  await page.keyboard.press("r");
  const field = page.locator("textarea.editor-plain");
  await field.waitFor();
  await page.locator(".way-reason", { hasText: "der Kunde ist gerade hier" }).waitFor();
  const chooser = page.waitForEvent("filechooser");
  await page.locator(".composer-foot").getByRole("button", { name: "Dateien anhängen" }).click();
  await (await chooser).setFiles([{ name: "Plan.txt", mimeType: "text/plain", buffer: Buffer.from("Plan") }]);
  await page.locator(".composer-files", { hasText: "Plan.txt" }).waitFor();
  await field.focus();
  await page.keyboard.type("Ich messe Ihre Leitung.");
  await visitor.word("typing", (word) => word.on);
  await page.keyboard.press("Control+Enter");
  const heard = await visitor.message("Ich messe Ihre Leitung.");
  assert.equal(heard.by, "us");
  assert.deepEqual(
    heard.files.map(({ name }) => name),
    ["Plan.txt"],
  );
  await page.locator(".message", { hasText: "Ich messe Ihre Leitung." }).waitFor();
  const emptyAndFocused = () =>
    page.waitForFunction(() => {
      const at = document.activeElement;
      return at instanceof HTMLTextAreaElement && at.matches(".editor-plain") && at.value === "";
    });
  // It is there already: no way back is offered, and the next sentence is written where this one was.
  await emptyAndFocused();
  assert.equal(await page.locator(".toast").count(), 0);
  await page.keyboard.type("Sie ist in Ordnung.");
  await page.keyboard.press("Control+Enter");
  await visitor.message("Sie ist in Ordnung.");
  await emptyAndFocused();
  await page.keyboard.press("Escape");
  await page.locator(".composer-start").first().waitFor();

  await page.keyboard.press("r");
  await field.waitFor();
  await page.locator(".way").getByRole("button").press("Enter");
  await page.getByRole("listbox").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("listbox").waitFor({ state: "detached" });
  await page.locator("textarea.editor-plain:focus").waitFor();
  await page.keyboard.type("Noch ein Entwurf");
  await page.getByRole("button", { name: "Einfügen" }).press("Enter");
  await page.getByRole("menuitem", { name: "Auswahl …" }).waitFor();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Auswahl senden" });
  await sheet.getByLabel("Frage").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.type("Blinkt die Lampe?");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Ja\nNein");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const asked = await visitor.message("Blinkt die Lampe?\n• Ja\n• Nein");
  assert.deepEqual(
    asked.parts.map(({ kind }) => kind),
    ["choices"],
  );
  await sheet.waitFor({ state: "detached" });
  assert.equal(await field.inputValue(), "Noch ein Entwurf", "what is being written stays");

  // What was asked stands there as it is, and what was chosen of it as soon as it is.
  const card = page.locator(".message", { hasText: "Blinkt die Lampe?" }).locator(".part").first();
  assert.deepEqual(await card.locator(".part-options li").allTextContents(), ["Ja", "Nein"]);
  await visitor.tell("", { concernId, answer: { messageId: asked.id, part: 0, values: ["Nein"] } });
  await card.locator("li[data-chosen]", { hasText: "Nein gewählt" }).waitFor();
  const chosen = page.locator('.part[data-kind="answer"]', { hasText: "Blinkt die Lampe?" });
  assert.equal(await chosen.locator("dd").textContent(), "Nein");
  await page.locator(".row[aria-current] .row-snippet").getByText("Nein", { exact: true }).waitFor();
  assert.deepEqual(await axeFindings(page), []);

  // The same by the palette, which finds each of them, from wherever the caret is; it comes back to what is being written.
  await field.focus();
  await page.keyboard.press("Control+k");
  await page.locator(".sheet input:focus").waitFor();
  await page.keyboard.type("in den chat senden");
  const finds = ["Auswahl", "Formular", "Artikel"].map((word) => `${word} in den Chat senden`);
  for (const name of finds) await page.getByRole("option", { name }).waitFor();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("artikel in den chat");
  await page.getByRole("option", { name: "Auswahl in den Chat senden" }).waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  const article = page.getByRole("dialog", { name: "Artikel senden" });
  await article.locator("input:focus").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.type("Router neu starten");
  for (const typed of ["In zwei Minuten", "https://hilfe.kabel.test/router"]) {
    await page.keyboard.press("Tab");
    await page.keyboard.type(typed);
  }
  await article.getByRole("button", { name: "Senden" }).and(page.locator(":enabled")).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await visitor.message("Router neu starten\nIn zwei Minuten\nhttps://hilfe.kabel.test/router");
  await page.locator(".message .part", { hasText: "Router neu starten" }).getByRole("link").waitFor();
  await article.waitFor({ state: "detached" });
  await page.locator(".composer-open textarea:focus").waitFor();

  visitor.close();
  await page.locator(".visitor-here").waitFor({ state: "hidden" });
  await closeSilent(one);
});

test("what the customer says beside the matter is proposed as a concern of its own: split off by a key, or refused for good; the way over the channels leads through the thread", async () => {
  const desk = await signIn(centre.server.url, ada.email, ada.password);
  const visitor = await openPage(centre.server.url, channelId);
  pages.push(visitor);
  await visitor.hello();
  visitor.say({ type: "introduce", name: "Mara Vogt", email: "mara@kunde.test" });
  const { concernId } = await visitor.tell(
    "Der Router blinkt rot und das Internet ist weg, seit dem Gewitter gestern Abend.",
  );
  await answerIn(desk, concernId, "Bitte den Router einmal vom Strom nehmen.");
  await visitor.message("Bitte den Router einmal vom Strom nehmen.");
  const opened = await desk.call(api.concerns.open, { params: { id: concernId } });
  const channels = await desk.call(api.brands.channels, {});
  const mailbox = channels.find(({ kind, canSend }) => kind === "email" && canSend);
  assert.ok(mailbox, "there is a mailbox that can send");
  const content = { html: null, uploads: [] };
  await desk.call(api.concerns.reply, {
    params: { id: concernId },
    body: {
      ...content,
      channelId: mailbox.id,
      to: ["mara@kunde.test"],
      cc: [],
      text: "Die Anleitung als Mail.",
      sendAt: null,
      statusAfter: "waiting",
      key: crypto.randomUUID(),
    },
  });
  await desk.call(api.concerns.note, {
    params: { id: concernId },
    body: { ...content, text: "Leitung ist in Ordnung.", key: crypto.randomUUID() },
  });
  await visitor.tell(
    "Der Router leuchtet wieder grün. Noch etwas anderes: Ich möchte meine Bankverbindung für die Lastschrift ändern.",
    { concernId },
  );

  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/all/${opened.concern.row.number}`);
  const proposal = page.locator(".proposal-line", { hasText: "sagt „noch etwas anderes“" });
  await proposal.waitFor();
  assert.deepEqual(await axeFindings(page), []);
  const steps = page.locator(".path-step");
  assert.equal(await steps.count(), 3);
  assert.match((await steps.nth(1).getAttribute("aria-label")) ?? "", /^E-Mail: 1 Nachricht von Ada/);
  // The keys show one kind and one channel after the other.
  await page.keyboard.press("Shift+C");
  await page.locator(".message", { hasText: "Leitung ist in Ordnung." }).waitFor({ state: "detached" });
  await page.keyboard.press("Shift+C");
  await page.locator(".message", { hasText: "Anleitung als Mail" }).waitFor({ state: "detached" });
  await page.locator(".message", { hasText: "Leitung ist in Ordnung." }).waitFor();
  await page.keyboard.press("Shift+C");
  await page.keyboard.press("Shift+P");
  await page.locator(".message", { hasText: "Anleitung als Mail" }).waitFor({ state: "detached" });
  assert.equal(await page.locator(".message").count(), 3);
  await steps.nth(1).click();
  await page.locator(".message", { hasText: "Anleitung als Mail" }).waitFor();
  await page.keyboard.press("Shift+Y");
  await page.locator(".move-line", { hasText: "1 Nachricht von hier steht jetzt in" }).waitFor();
  await proposal.waitFor({ state: "detached" });
  // Refused for good, also after a reload.
  await visitor.tell("Anderes Thema: Wie kündige ich meinen Mobilfunktarif zum Monatsende?", { concernId });
  await page.locator(".proposal-line").getByRole("button", { name: "Nein" }).click();
  await page.locator(".proposal-line").waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".message", { hasText: "Mobilfunktarif" }).waitFor();
  assert.equal(await page.locator(".proposal-line").count(), 0);
  visitor.close();
  await closeSilent(one);
});

test("a visitor without a name is called one, what they say of themselves is a claim, and what they sit at is told", async () => {
  const visitor = await openPage(centre.server.url, channelId);
  pages.push(visitor);
  await visitor.hello();
  const { concernId } = await visitor.tell("Wer ich bin, sage ich nicht.");
  visitor.say({
    type: "page",
    page: { url: "https://www.kabel.test/", title: "", referrer: "https://suche.example/?q=geheim" },
  });
  visitor.say({ type: "here", here: true });
  const desk = await signIn(centre.server.url, ada.email, ada.password);
  const { row } = (await desk.call(api.concerns.open, { params: { id: concernId } })).concern;
  const short = /^visitor-(\w{4})/.exec(row.customerName)?.[1]?.toUpperCase() ?? "";
  const one = await centre.open();
  const { page } = one;
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message", { hasText: `Besucher ${short}` }).waitFor();
  await page.locator(".visitor-here strong", { hasText: `Besucher ${short} ist gerade im Chat` }).waitFor();
  assert.equal(
    await page.locator(".visitor-here small").textContent(),
    "am Computer · Deutsch · kam von suche.example",
  );
  assert.equal(await page.getByText("visitor-").count(), 0);
  await page.locator("aside.customer", { hasText: `Besucher ${short}` }).waitFor();
  visitor.say({ type: "introduce", name: "", email: "wer@kunde.test" });
  const claim = page.locator("[data-claimed]", { hasText: "wer@kunde.test" });
  await claim.getByText("im Chat angegeben, nicht bewiesen").waitFor();

  // Another one says the same of themselves: they are compared, merged and taken apart by what they are called here.
  const other = await openPage(centre.server.url, channelId);
  pages.push(other);
  await other.hello();
  const second = await other.tell("Ich auch nicht.");
  other.say({ type: "introduce", name: "", email: "wer@kunde.test" });
  const their = (await desk.call(api.concerns.open, { params: { id: second.concernId } })).concern.row.customerName;
  const name = `Besucher ${/^visitor-(\w{4})/.exec(their)?.[1]?.toUpperCase() ?? ""}`;
  await page.getByRole("button", { name: `Vielleicht ${name}: vergleichen` }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("columnheader", { name }).waitFor();
  await sheet.getByRole("columnheader", { name: `Besucher ${short}` }).waitFor();
  assert.equal(await page.getByText("visitor-").count(), 0);
  await sheet.getByRole("button", { name: "Zusammenführen" }).click();
  await page.locator(".toast", { hasText: `Mit ${name} zusammengeführt` }).waitFor();
  await page.getByRole("button", { name: `Trennen: ${name}` }).click();
  await sheet.getByText(`${name} wieder von Besucher ${short} trennen?`).waitFor();
  assert.equal(await page.getByText("visitor-").count(), 0);
  await sheet.getByRole("button", { name: "Trennen" }).click();
  await page.locator(".toast", { hasText: `${name} ist wieder ein eigener Kunde` }).waitFor();

  // They say who they are: what they said before stands under that name, too.
  visitor.say({ type: "introduce", name: "Frieda Ahrens", email: "wer@kunde.test" });
  await page.locator(".message", { hasText: "Wer ich bin, sage ich nicht." }).getByText("Frieda Ahrens").waitFor();
  assert.equal(await page.locator(".message", { hasText: `Besucher ${short}` }).count(), 0);
  await closeSilent(one);
});

/** The attack (threats, E4): somebody gives a victim's address as their own, an agent believes it and merges the two. */
test("a merge shows an attacker's browser nothing: on the screen and on the wire there are only their own words and what was answered to them, also after a reload", async () => {
  const { browser, desk, feed, server } = centre;
  const victim = await centre.writes({ from: "Vera <vera@kunde.test>", subject: "Kündigung", text: "Mein Code: 4711" });
  const site = await startSite();
  try {
    const chat = await addChat(desk, victim.brandId, { origins: [site.origin] });
    site.show("*", pageWith(server.url, chat.id), strictPolicy(server.url));
    const attacker = await openVisitor(browser, `${site.origin}/`);
    const { page } = attacker;
    const heard: string[] = [];
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => heard.push(String(payload))));
    await launch(page).click();
    await say(page, "Hier ist Vera");
    await sent(page, "Hier ist Vera").waitFor();
    const card = page.getByRole("region", { name: "Wie wir Sie erreichen" });
    await card.getByLabel("Ihre E-Mail-Adresse").fill("vera@kunde.test");
    await card.getByLabel("Ihre E-Mail-Adresse").press("Enter");
    await card.waitFor({ state: "detached" });
    const created = await feed.event(
      (event) => event.kind === "concern.created" && event.data.row.subject === "Hier ist Vera",
    );
    assert.ok(created.kind === "concern.created");
    const own = created.data.row;
    await desk.call(api.merging.merge, {
      params: { id: victim.customerId },
      body: { otherId: own.customerId, take: [] },
    });
    await answerIn(desk, victim.id, "Nur für die echte Vera", "email");
    await answerIn(desk, own.id, "Wer sind Sie wirklich?");
    await ours(page, "Wer sind Sie wirklich?").waitFor();
    await centre.sink.mailWith("echte Vera");
    await page.reload();
    await launch(page).click();
    await ours(page, "Wer sind Sie wirklich?").waitFor();
    assert.deepEqual(await page.locator(".bubble .text").allInnerTexts(), ["Hier ist Vera", "Wer sind Sie wirklich?"]);
    assert.ok(
      heard.some((frame) => frame.includes("Wer sind Sie wirklich?")),
      "what is heard is listened to",
    );
    assert.deepEqual(
      heard.filter((frame) => /Kündigung|4711|echte Vera/.test(frame) || frame.includes(victim.id)),
      [],
    );
    await attacker.context.close();
    assert.deepEqual(attacker.complaints, []);
  } finally {
    await site.stop();
  }
});

test("every way says why it is offered and what it costs; a wish and what is urgent change the best one at once, and another is taken with the keys", async () => {
  const visitor = await openPage(centre.server.url, channelId);
  pages.push(visitor);
  const welcome = await visitor.hello();
  visitor.say({ type: "introduce", name: "Rosa Lind", email: "" });
  const { concernId } = await visitor.tell("Mein Router rauscht.");
  visitor.close();
  const desk = await signIn(centre.server.url, ada.email, ada.password);
  const { row } = (await desk.call(api.concerns.open, { params: { id: concernId } })).concern;
  const params = { id: row.customerId };

  const one = await centre.open();
  const { page } = one;
  const ways = page.locator(".way").getByRole("button");
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("r");
  await page.locator("textarea:focus").waitFor();
  // What cannot be is grey, says why, and is passed over by the keys.
  await ways.press("Enter");
  const mail = page.getByRole("option", { name: "E-Mail" });
  await mail.getByText("keine solche Adresse bekannt").waitFor();
  assert.equal(await mail.getAttribute("aria-disabled"), "true");
  assert.equal(await page.locator(".row").getByText("Mein Router rauscht.").count(), 1, "it is not said twice");
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press("End");
  await page
    .getByRole("option", { name: "Web-Chat" })
    .and(page.locator(":not([aria-disabled=true])"))
    .last()
    .and(page.locator(":focus"))
    .waitFor();
  await page.keyboard.press("Escape");
  // Nobody is there to see it, and nothing is known where it could go instead.
  await page
    .locator(".way-reason", {
      hasText: "hier hat der Kunde zuletzt geschrieben · was der Kunde nicht sieht, wartet im Chat",
    })
    .waitFor();

  const { addresses } = await desk.call(api.customers.addAddress, {
    params,
    body: { kind: "email", value: "rosa@kunde.test" },
  });
  const addressId = addresses.find(({ kind }) => kind === "email")?.id ?? "";
  await desk.call(api.customers.changeAddress, { params: { ...params, addressId }, body: { preferred: true } });

  await page.goto(`${centre.server.url}/admin/channels`);
  const card = page.locator(".card", { hasText: "Was eine Nachricht kostet" });
  await card.getByLabel("E-Mail").fill("-1");
  await card.getByText("Eine Zahl von 0 bis 99.999,99.").waitFor();
  await card.getByLabel("E-Mail").fill("7,5");
  await card.getByLabel("E-Mail").press("Enter");
  await page.locator(".toast", { hasText: "Kosten gespeichert" }).waitFor();

  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("r");
  const reason = (text: string) => page.locator(".way-reason", { hasText: text }).waitFor();
  await reason("hier hat der Kunde zuletzt geschrieben");
  const change = (priority: "urgent" | "normal") =>
    desk.call(api.concerns.change, { params: { id: concernId }, body: { priority } });
  await change("urgent");
  await reason("dringend: kommt an, auch wenn der Kunde den Chat nicht öffnet · 7,5 ct je Nachricht");
  await change("normal");
  await reason("hier hat der Kunde zuletzt geschrieben");
  const wish = page.getByRole("button", { name: "Antwort per" });
  await wish.press("Enter");
  await page.getByRole("option", { name: "E-Mail" }).waitFor();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await reason("so möchte der Kunde die Antwort");
  await page.locator(".toast", { hasText: "Wunsch für die Antwort geändert" }).waitFor();

  await ways.press("Enter");
  await mail.getByText("rosa@kunde.test · so möchte der Kunde").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await reason("hier hat der Kunde zuletzt geschrieben");
  await page.locator("textarea.editor-plain").waitFor();

  // A second chat of the brand, where the customer never was, is heard of, and is no way to them.
  const chats = (await desk.call(api.brands.channels, {})).filter(
    ({ brandId, kind }) => brandId === row.brandId && kind === "webchat",
  );
  const shop = await addChat(desk, row.brandId);
  const never = page.getByRole("option", { name: "Web-Chat" }).filter({ hasText: "erst möglich, wenn der Kunde" });
  await ways.press("Enter");
  await never.nth(chats.length - 1).waitFor();
  assert.equal(await never.first().getAttribute("aria-disabled"), "true");
  await page.keyboard.press("Escape");
  assert.notEqual(shop.id, channelId);

  // They say a mail address while an answer is being written: what they do not see goes there.
  const again = await openPage(centre.server.url, channelId);
  pages.push(again);
  await again.hello({ token: welcome.token });
  again.say({ type: "introduce", name: "Rosa Lind", email: "rosa@kunde.test" });
  await reason("was der Kunde nicht sieht, geht nach 1 Minute per E-Mail an ihn");
  again.close();

  // A chat that is switched off is heard of where its answer is being written, which stays.
  const field = page.locator("textarea.editor-plain");
  await field.fill("Der Techniker kommt morgen.");
  const here = (await desk.call(api.brands.channels, {})).find(({ id }) => id === channelId);
  assert.ok(here);
  const hereKept = await desk.call(api.brands.channelSettings, { params: { id: channelId } });
  const chatOn = (enabled: boolean) =>
    desk.call(api.brands.changeChannel, {
      params: { id: here.id },
      body: { brandId: here.brandId, kind: here.kind, name: here.name, enabled, settings: hereKept.settings },
    });
  await chatOn(false);
  await reason("der Kanal ist ausgeschaltet");
  assert.deepEqual(await axeFindings(page), []);
  assert.equal(await field.inputValue(), "Der Techniker kommt morgen.");
  assert.equal(
    await page
      .getByRole("button", { name: /^Senden/ })
      .first()
      .isDisabled(),
    true,
  );
  await chatOn(true);
  await reason("hier hat der Kunde zuletzt geschrieben");
  assert.equal(await field.inputValue(), "Der Techniker kommt morgen.");

  // Without its mailbox the way stays there, grey, with another reason.
  const mailbox = (await desk.call(api.brands.channels, {})).find(({ kind, canSend }) => kind === "email" && canSend);
  assert.ok(mailbox);
  const kept = await desk.call(api.brands.channelSettings, { params: { id: mailbox.id } });
  const { brandId, kind, name } = mailbox;
  const switchOn = (enabled: boolean) =>
    desk.call(api.brands.changeChannel, {
      params: { id: mailbox.id },
      body: { brandId, kind, name, enabled, settings: kept.settings },
    });
  await switchOn(false);
  await reason("was der Kunde nicht sieht, wartet im Chat");
  await ways.press("Enter");
  await mail.getByText("der Kanal ist ausgeschaltet").waitFor();
  assert.equal(await mail.getAttribute("aria-disabled"), "true");
  await page.keyboard.press("Escape");
  await switchOn(true);

  // The palette finds in English what it finds in German.
  await centre.speak("en");
  await page.reload();
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.locator(".sheet input:focus").waitFor();
  await page.keyboard.type("into the chat");
  for (const word of ["choices", "a form", "an article"])
    await page.getByRole("option", { name: `Send ${word} into the chat` }).waitFor();
  await centre.speak("de");
  await closeSilent(one);
});
