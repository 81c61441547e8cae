// What goes into an answer and when it leaves: pasted pictures, dropped files, uploads given up, refusals in words, times to send at.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import pg from "pg";
import type { CDPSession, Locator, Page } from "playwright-core";
import type { ConcernRow } from "#contract/concerns.ts";
import { closeSilent, omar, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "draht-files-"));
  centre = await startScreenCentre({ UNDO_SECONDS: "1", MAX_FILE_BYTES: "8000000" });
});

after(async () => {
  await centre?.stop();
  await rm(folder, { recursive: true, force: true });
});

const openReply = async (page: Page, row: ConcernRow, key = "r"): Promise<void> => {
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  await page.keyboard.press(key);
  await page.locator(key === "r" ? ".editor-text" : ".note-field textarea").waitFor();
};

/** Lets files go at the middle of an element, as the window manager does. */
const drop = async (page: Page, cdp: CDPSession, selector: string, files: readonly string[]): Promise<void> => {
  const box = await page.locator(selector).boundingBox();
  assert.ok(box);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  await cdp.send("Input.dispatchDragEvent", { type: "dragEnter", ...at, data });
  await cdp.send("Input.dispatchDragEvent", { type: "dragOver", ...at, data });
  await page
    .locator(".drop-here")
    .waitFor({ timeout: 2_000 })
    .catch(() => undefined);
  await cdp.send("Input.dispatchDragEvent", { type: "drop", ...at, data });
};

const fileOf = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

/** Puts a drawn picture of this size into the clipboard. */
const copyPicture = `(async () => {
  const canvas = new OffscreenCanvas(40, 30);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "teal";
  pen.fillRect(0, 0, 40, 30);
  const png = await canvas.convertToBlob({ type: "image/png" });
  await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
})()`;

/** The width of a picture as it came, once it has come. */
const widthOf = (picture: Locator): Promise<number> =>
  picture.evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    return image.naturalWidth;
  });

test("a picture pasted into an answer stands in the text, survives a reload and reaches the customer inside the mail", async () => {
  const row = await centre.writes({ from: "Jule <jule@kunde.test>", subject: "Welcher Stecker?", text: "Welcher?" });
  const one = await centre.open({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page } = one;
  await openReply(page, row);
  await page.keyboard.type("Dieser hier: ");
  await page.evaluate(copyPicture);
  await page.keyboard.press("Control+v");
  const picture = page.locator(".editor-text img[data-upload]");
  await picture.waitFor();
  assert.equal(await widthOf(picture), 40);
  await page.locator(".composer-saving", { hasText: "Entwurf gespeichert" }).waitFor();

  await page.reload();
  await page.locator(".message").first().waitFor();
  await page.keyboard.press("r");
  await picture.waitFor();
  assert.equal(await widthOf(picture), 40);
  await page.keyboard.press("Control+Enter");
  const mail = await centre.sink.mailWith("jule@kunde.test");
  assert.match(mail, /Content-Type: image\/png/i);
  const id = /Content-I[dD]: <([^>]+)>/.exec(mail)?.[1] ?? "";
  assert.ok(id !== "" && mail.includes(`cid:${id}`), "the text shows the picture at its place");
  await closeSilent(one);
});

test("a picture let go over the text stands where it was let go, in an answer and in a new message; what comes with it is attached", async () => {
  const row = await centre.writes({ from: "Mia <mia@kunde.test>", subject: "Welche Lampe?", text: "Welche?" });
  const one = await centre.open();
  const { page } = one;
  const cdp = await one.context.newCDPSession(page);
  await openReply(page, row);
  await page.keyboard.type("Diese hier:");
  const paths = [await fileOf("Lampe.png", lamp), await fileOf("Anleitung.txt", "Schritt 1")];
  await drop(page, cdp, ".editor-text p", paths);
  const picture = page.locator(".editor-text img[data-upload]");
  await picture.waitFor();
  assert.equal(await widthOf(picture), 1);
  await page.locator(".composer-files").getByText("Anleitung.txt").waitFor();
  await page.keyboard.press("Control+Enter");
  const mail = await centre.sink.mailWith("mia@kunde.test");
  const id = /Content-I[dD]: <([^>]+)>/.exec(mail)?.[1] ?? "";
  assert.ok(id !== "" && mail.includes(`cid:${id}`), "the text shows the picture at its place");
  assert.equal(mail.match(/^Content-Type: image\/png/gim)?.length, 1, "and is not attached beside");
  assert.ok(mail.includes("Anleitung.txt"));

  await page.goto(`${centre.server.url}/new`);
  await page.locator(".editor-text").click();
  await drop(page, cdp, ".editor-text", [await fileOf("Lampe.png", lamp)]);
  await picture.waitFor();
  await closeSilent(one);
});

/** One pixel. */
const lamp = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

test("files let go anywhere over the concern begin an answer with them; beside it the desk stays where it is", async () => {
  const row = await centre.writes({ from: "Kai <kai@kunde.test>", subject: "Vertrag bitte", text: "Bitte schicken." });
  const one = await centre.open();
  const { page } = one;
  const cdp = await one.context.newCDPSession(page);
  await page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await page.locator(".message").first().waitFor();
  const paths = [await fileOf("Vertrag.txt", "§ 1 Der Anschluss"), await fileOf("Anlage.txt", "Preise")];
  await drop(page, cdp, ".thread", paths);
  await page.locator(".composer-files").getByText("Vertrag.txt").waitFor();
  await page.locator(".composer-files").getByText("Anlage.txt").waitFor();
  assert.equal(await page.locator(".composer-open").count(), 1, "the composer has opened for them");

  await drop(page, cdp, ".nav-search", paths);
  assert.equal(new URL(page.url()).pathname, `/desk/open/${row.number}`);
  assert.equal(await page.locator(".composer-files .file").count(), 2, "nothing was added there");

  await page.getByRole("button", { name: "Anlage.txt entfernen" }).click();
  await page.locator(".composer-files .file").nth(1).waitFor({ state: "detached" });
  await page.locator(".editor-text").click();
  await page.keyboard.type("Anbei.");
  await page.keyboard.press("Control+Enter");
  const mail = await centre.sink.mailWith("kai@kunde.test");
  assert.ok(mail.includes("Vertrag.txt") && !mail.includes("Anlage.txt"));
  await closeSilent(one);
});

test("an upload says how far it is, is given up by key, and leaves nothing behind; nothing is sent before it has ended", async () => {
  const row = await centre.writes({ from: "Lotte <lotte@kunde.test>", subject: "Das Video", text: "Ruckelt." });
  const one = await centre.open();
  const { page } = one;
  await openReply(page, row);
  await page.keyboard.type("Siehe Anhang.");
  const cdp = await one.context.newCDPSession(page);
  await cdp.send("Network.enable");
  const narrow = { offline: false, latency: 0, downloadThroughput: -1 };
  await cdp.send("Network.emulateNetworkConditions", { ...narrow, uploadThroughput: 100_000 });
  await drop(page, cdp, ".thread", [await fileOf("Messung.bin", new Uint8Array(6_000_000).fill(1))]);
  const bar = page.getByRole("progressbar", { name: "Messung.bin wird hochgeladen" });
  await bar.waitFor();
  const shareOf = (): Promise<number> => bar.evaluate((shown: HTMLProgressElement) => shown.value);
  let share = await shareOf();
  while (share === 0) share = await shareOf();
  assert.ok(share < 1, `half-way: ${share}`);
  assert.ok(await page.getByRole("button", { name: "Senden und warten" }).isDisabled());

  await page.getByRole("button", { name: "Hochladen von Messung.bin abbrechen" }).focus();
  await page.keyboard.press("Enter");
  await bar.waitFor({ state: "detached" });
  assert.equal(await page.locator(".toast[data-tone=failed]").count(), 0, "giving up is no failure");
  await cdp.send("Network.emulateNetworkConditions", { ...narrow, uploadThroughput: -1 });
  await page.locator(".editor-text").click();
  await page.keyboard.press("Control+Enter");
  const mail = await centre.sink.mailWith("lotte@kunde.test");
  assert.ok(!mail.includes("Messung.bin"));
  assert.equal(await uploads("Messung.bin"), 0, "the server kept nothing of it");
  await closeSilent(one);
});

/** How many files of this name the server keeps for messages to come. */
const uploads = async (name: string): Promise<number> => {
  const client = new pg.Client({ connectionString: await centre.server.databaseUrl() });
  await client.connect();
  const { rows } = await client.query<{ n: number }>("SELECT count(*)::int AS n FROM upload WHERE name = $1", [name]);
  await client.end();
  return rows[0]?.n ?? -1;
};

/** The first bytes of a program for Windows, as far as they are looked at. */
const program = Buffer.concat([Buffer.from("MZ"), Buffer.alloc(600)]);

for (const look of [
  {
    language: "de" as const,
    large: "gross.bin ist größer als 8 MB.",
    empty: "leer.txt ist leer.",
    kind: "setup.exe: Programme werden nicht angenommen: Mailserver weisen sie zurück.",
    many: "51.txt wurde weggelassen: höchstens 50 Dateien.",
  },
  {
    language: "en" as const,
    large: "gross.bin is larger than 8 MB.",
    empty: "leer.txt is empty.",
    kind: "setup.exe: Programs are not accepted: mail servers turn them away.",
    many: "51.txt was left out: at most 50 files.",
  },
])
  test(`what is not taken is said in words (${look.language})`, async () => {
    await centre.speak(look.language);
    const row = await centre.writes({
      from: `Mo <mo-${look.language}@kunde.test>`,
      subject: `Anlagen ${look.language}`,
      text: "?",
    });
    const one = await centre.open();
    const { page } = one;
    await openReply(page, row, "n");
    const cdp = await one.context.newCDPSession(page);
    const said = (text: string): Promise<void> => page.locator(".toast[data-tone=failed]", { hasText: text }).waitFor();
    await drop(page, cdp, ".thread", [
      await fileOf("gross.bin", new Uint8Array(8_000_001)),
      await fileOf("leer.txt", ""),
      await fileOf("setup.exe", program),
      await fileOf("gut.txt", "gut"),
    ]);
    await said(look.large);
    await said(look.empty);
    await said(look.kind);
    await page.locator(".composer-files").getByText("gut.txt").waitFor();
    assert.equal(await page.locator(".composer-files .file").count(), 1, "only what is good is taken");
    const more: string[] = [];
    for (let n = 2; n <= 51; n += 1) more.push(await fileOf(`${n}.txt`, String(n)));
    await drop(page, cdp, ".thread", more);
    await said(look.many);
    await page.locator(".composer-files .file small").nth(49).waitFor();
    await one.context.close();
    // The browser itself notes the refused upload in its console; nothing else may stand there.
    assert.ok(
      one.complaints.every((complaint) => complaint.includes("415") && complaint.includes("/api/files")),
      one.complaints.join("\n"),
    );
    await centre.speak("de");
  });

test("an answer is scheduled, shown with its time on every desk, given another time, taken back, and leaves when told to", async () => {
  const row = await centre.writes({ from: "Nele <nele@kunde.test>", subject: "Termin am Montag", text: "Wann?" });
  const one = await centre.open();
  const other = await centre.open({ login: omar });
  await other.page.goto(`${centre.server.url}/desk/open/${row.number}`);
  await other.page.locator(".message").first().waitFor();
  const { page } = one;
  await openReply(page, row);
  await page.keyboard.type("Am Montag um neun.");

  // One of the likely times.
  await sendInAWeek(page);
  await page.locator(".toast").getByText("Wird zur gewählten Zeit gesendet").waitFor();
  const foot = page.locator(".deliveries");
  const others = other.page.locator(".deliveries");
  await foot.getByText(/^Wird gesendet: .* 08:00$/).waitFor();
  await others.getByText(/^Wird gesendet: .* 08:00$/).waitFor();
  assert.equal(await others.getByRole("button", { name: "Zurücknehmen" }).count(), 0, "that is for its author");

  // Another time; one that has passed cannot be taken.
  await foot.getByRole("button", { name: "Andere Zeit" }).press("Enter");
  const day = new Date(Date.now() + 4 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel("Tag", { exact: true }).fill("2020-01-01");
  assert.ok(await page.getByRole("button", { name: "Zu dieser Zeit senden" }).isDisabled());
  await setTime(page, day, "09:30");
  await foot.getByText(/^Wird gesendet: .* 09:30$/).waitFor();
  await others.getByText(/^Wird gesendet: .* 09:30$/).waitFor();

  // Taken back it stands in the composer again, and is planned from there for a time of one's own.
  await foot.getByRole("button", { name: "Zurücknehmen" }).press("Enter");
  await page.locator(".message[data-direction=out]").waitFor({ state: "detached" });
  await other.page.locator(".message[data-direction=out]").waitFor({ state: "detached" });
  await page.keyboard.press("r");
  await page.locator(".editor-text", { hasText: "Am Montag um neun." }).waitFor();
  await page.keyboard.press("Control+Shift+Enter");
  await setTime(page, day, "17:15");
  await foot.getByText(/^Wird gesendet: .* 17:15$/).waitFor();
  assert.ok(!(await sent("nele@kunde.test")), "nothing has left yet");

  // A colleague lets it go at once.
  await others.getByRole("button", { name: "Jetzt senden" }).click();
  await centre.sink.mailWith("nele@kunde.test");
  await foot.getByText(/Gesendet/).waitFor();
  await closeSilent(other);
  await closeSilent(one);
});

/** Chooses the last of the likely times: in a week, at eight. */
const sendInAWeek = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Anders senden" }).press("Enter");
  const times = page.getByRole("menuitem", { name: /^Senden: / });
  await times.last().waitFor();
  await times.last().press("Enter");
};

/** Fills in the sheet that asks when. */
const setTime = async (page: Page, day: string, time: string): Promise<void> => {
  await page.getByLabel("Tag", { exact: true }).fill(day);
  await page.getByLabel("Uhrzeit").fill(time);
  await page.keyboard.press("Control+Enter");
  await page.locator(".schedule").waitFor({ state: "detached" });
};

/** Has anything left for this address? */
const sent = async (address: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: await centre.server.databaseUrl() });
  await client.connect();
  const { rows } = await client.query("SELECT 1 FROM delivery WHERE recipient LIKE $1 AND attempts > 0", [
    `%${address}%`,
  ]);
  await client.end();
  return rows.length > 0;
};

test("what was planned is taken back by its toast, and stands in the composer again", async () => {
  const row = await centre.writes({ from: "Ole <ole@kunde.test>", subject: "Noch eine Frage", text: "Und?" });
  const one = await centre.open();
  const { page } = one;
  await openReply(page, row);
  await page.keyboard.type("Zu früh abgeschickt");
  await sendInAWeek(page);
  await page.locator(".message[data-direction=out]").waitFor();
  await page
    .locator(".toast")
    .getByRole("button", { name: /Rückgängig/ })
    .click();
  await page.locator(".message[data-direction=out]").waitFor({ state: "detached" });
  await page.keyboard.press("r");
  await page.locator(".editor-text", { hasText: "Zu früh abgeschickt" }).waitFor();
  assert.ok(!(await sent("ole@kunde.test")));
  await closeSilent(one);
});
