// The desk while somebody chats: that they are here and write is seen, they are answered in the chat with the keys alone, and elsewhere when they have gone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import { addChat, openPage, type VisitorPage } from "#test/chat.ts";
import { signIn } from "#test/desk.ts";
import { ada, closeSilent, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

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
  assert.equal(await page.locator(".composer-foot").getByRole("button", { name: "Datei anhängen" }).count(), 0);
  await page.keyboard.type("Ich messe Ihre Leitung.");
  await visitor.word("typing", (word) => word.on);
  await page.keyboard.press("Control+Enter");
  const heard = await visitor.message("Ich messe Ihre Leitung.");
  assert.equal(heard.by, "us");
  await page.locator(".message", { hasText: "Ich messe Ihre Leitung." }).waitFor();
  // It is there already: no way back is offered.
  await page.locator(".composer-start").first().waitFor();
  assert.equal(await page.locator(".toast").count(), 0);

  visitor.close();
  await page.locator(".visitor-here").waitFor({ state: "hidden" });
  await closeSilent(one);
});
