// The floor and the wallboard in a browser: looked after by keys and by dragging alone, with a leader who really hands work out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { AgentId, QueueId, SkillId } from "#contract/ids.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";
import { axeFindings, openDesk, phone } from "#test/screens/browser.ts";
import { signIn, type LiveFeed } from "#test/desk.ts";
import { closeSilent, omar as omarLogin, startScreenCentre, type ScreenCentre } from "#test/screens/centre.ts";

let centre: ScreenCentre;
let omarId: AgentId;
/** Who is at no desk is offline after a while. */
let atDesk: LiveFeed;

const service = idOf<QueueId>(1);
const french = idOf<SkillId>(902);

before(async () => {
  centre = await startScreenCentre();
  const { desk } = centre;
  const { revision } = await desk.call(api.routing.book);
  const any = bookQueue(1).when;
  // Nobody can so much, so that nothing moves by itself; who is given something by hand needs no skill for it.
  const common = { requires: { [french]: 5 }, offerSeconds: 600 };
  const queues = [
    bookQueue(1, { ...common, name: "Service", when: { ...any, priorities: ["normal"] } }),
    bookQueue(2, { ...common, name: "Eilig", when: { ...any, priorities: ["urgent"] } }),
  ];
  await desk.call(api.routing.setBook, { body: { was: revision, book: bookWith(queues) } });
  for (const subject of ["Kein Bild", "Kein Ton", "Umzug"])
    await centre.writes({
      from: `${subject.replace(" ", ".")} <${subject.replace(" ", ".")}@kunde.test>`,
      subject,
      text: "Guten Tag.",
    });
  const omar = (await desk.call(api.agents.list)).find(({ name }) => name === "Omar Celik");
  assert.ok(omar);
  omarId = omar.id;
  atDesk = await (await signIn(centre.server.url, omarLogin.email, omarLogin.password)).live();
});

after(async () => {
  atDesk?.close();
  await centre?.stop();
});

const open = async (page: Page): Promise<void> => {
  await page.goto(`${centre.server.url}/floor`);
  await row(page, "Service").waitFor();
};
const row = (page: Page, name: string): Locator => page.locator(".floor-queue", { hasText: name });
const person = (page: Page, name: string): Locator => page.locator(".floor-person", { hasText: name });
const toast = (page: Page, text: RegExp): Promise<void> => page.locator(".toast", { hasText: text }).first().waitFor();

test("by keys alone: a queue is unfolded, paused and let go on; a piece of work is given to somebody, their level of a skill and their queues are set, a team is told", async () => {
  const one = await centre.open();
  const { page } = one;
  await open(page);
  await row(page, "Service").locator(".floor-number strong", { hasText: "3" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".floor-inside .floor-work").nth(2).waitFor();

  await page.keyboard.press("p");
  await toast(page, /angehalten/);
  await row(page, "Service").locator(".badge", { hasText: "angehalten" }).waitFor();
  await page.keyboard.press("z");
  await row(page, "Service").locator(".badge").waitFor({ state: "detached" });

  await person(page, "Omar")
    .getByRole("button", { name: /Zustand von Omar/ })
    .click();
  await page.getByRole("menuitem", { name: "Auf verfügbar setzen" }).click();
  await page.locator(".floor-group[data-state=available] .floor-person", { hasText: "Omar" }).waitFor();

  await row(page, "Service").locator("[data-floor-row]").focus();
  await page.keyboard.press("j");
  await page.keyboard.press("m");
  await page.locator(".finder-list [role=option]", { hasText: "Omar" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.type("omar");
  await page.keyboard.press("Enter");
  await toast(page, /#\d+ geht an Omar/);
  await person(page, "Omar").locator(".floor-work[data-state=offered]").waitFor();
  // It only waited: it goes back to where it waited, and is not his any more.
  await page.keyboard.press("z");
  await person(page, "Omar").locator(".floor-work").waitFor({ state: "detached" });
  await row(page, "Service").locator(".floor-number strong", { hasText: "3" }).waitFor();

  await person(page, "Omar").locator(".floor-name").focus();
  await page.keyboard.press("Enter");
  await page.locator(".floor-set-up").waitFor();
  assert.deepEqual(await axeFindings(page), []);
  // What was asked for before a change comes after it: it says nothing of the change, and takes nothing back.
  const asked = Promise.withResolvers<undefined>();
  const answered = Promise.withResolvers<undefined>();
  const answeredLast = Promise.withResolvers<undefined>();
  let reads = 0;
  await page.route("**/api/agent-work", async (route) => {
    reads += 1;
    const isFirst = reads === 1;
    const response = await route.fetch();
    asked.resolve(undefined);
    await (isFirst ? answered : answeredLast).promise;
    await route.fulfill({ response });
  });
  await page.locator(".floor-set-up .field-select").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("option", { name: "Französisch" }).waitFor();
  await page.keyboard.type("Franz");
  await page.keyboard.press("Enter");
  await page.locator(".floor-level[data-selected]", { hasText: "3" }).focus();
  await asked.promise;
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await page.locator(".floor-level[data-selected]", { hasText: "4" }).waitFor();
  const late = page.waitForResponse((response) => response.url().endsWith("/api/agent-work"));
  answered.resolve(undefined);
  await (await late).finished();
  await page.keyboard.press("x");
  const box = page.getByRole("checkbox", { name: "Omar Celik nimmt aus Eilig" });
  await box.focus();
  // A toast says what is being done: it is done when the server has answered.
  const saved = page.waitForResponse(
    (response) => response.request().method() === "PUT" && /"queueIds":\[/.test(response.request().postData() ?? ""),
  );
  await page.keyboard.press("Space");
  await page.locator(".toast", { hasText: "Omar Celik ist eingestellt" }).last().waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.keyboard.press("Escape");
  await page.locator(".sheet").waitFor({ state: "detached" });
  await saved;
  answeredLast.resolve(undefined);
  const set = (await centre.desk.call(api.routing.agentWork)).find(({ agentId }) => agentId === omarId);
  assert.deepEqual([set?.skills, set?.queueIds], [{ [french]: 4 }, [service]]);

  await page.keyboard.press("t");
  await page.locator(".sheet textarea").fill("Leitung 3 ist gestört.");
  await page.getByRole("button", { name: "Mitteilen", exact: true }).click();
  await centre.feed.event((event) => event.kind === "team.told" && event.data.text === "Leitung 3 ist gestört.");
  await closeSilent(one);
});

test("a piece of work is dragged to a queue, and back by the toast's undo; a phone shows the same as cards, and nothing sticks out", async () => {
  const one = await centre.open({ colorScheme: "dark" });
  const { page } = one;
  await open(page);
  await row(page, "Service").locator(".floor-name").click();
  const work = page.locator(".floor-inside .floor-work", { hasText: "Umzug" });
  await work.waitFor();
  await work.dragTo(row(page, "Eilig"));
  await toast(page, /geht an Eilig/);
  await row(page, "Eilig").locator(".floor-number strong", { hasText: "1" }).waitFor();
  await page.keyboard.press("z");
  await row(page, "Eilig").locator(".floor-number strong", { hasText: "0" }).waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await closeSilent(one);

  const small = await centre.open({ ...phone, colorScheme: "light" });
  await open(small.page);
  await row(small.page, "Service").locator(".floor-name").tap();
  await small.page.locator(".floor-inside .floor-work").first().waitFor();
  const over = await small.page
    .locator(".floor")
    .evaluate(
      (page) =>
        [...page.querySelectorAll("*")].filter(
          (part) => part.getBoundingClientRect().right > innerWidth + 1 && !part.closest(".quietly"),
        ).length,
    );
  assert.equal(over, 0);
  assert.deepEqual(await axeFindings(small.page), []);
  await closeSilent(small);
});

test("a wallboard is made, opened without signing in, read from five metres, says when the connection is lost, and closes when its link is revoked", async () => {
  const one = await centre.open();
  const { page } = one;
  await open(page);
  await page.keyboard.press("b");
  await page.getByLabel("Name der neuen Tafel").fill("Foyer");
  await page.getByRole("button", { name: "Wandtafel anlegen" }).click();
  const link = (await page.locator(".floor-board-link code").textContent()) ?? "";
  assert.match(link, /\/wallboard#[\w-]{43}$/);
  assert.deepEqual(await axeFindings(page), []);

  const wall = await openDesk(centre.browser, centre.server.url, { viewport: { width: 1920, height: 1080 } });
  const asked: string[] = [];
  wall.page.on("request", (request) => asked.push(request.url()));
  await wall.page.goto(link);
  await wall.page.locator(".board-queue").nth(1).waitFor();
  const tile = wall.page.locator(".board-queue", { hasText: "Service" });
  await tile.locator(".board-waiting strong", { hasText: "3" }).waitFor();
  assert.ok(
    asked.every((url) => !url.includes(link.split("#")[1] ?? "-")),
    "no address that is asked for, and so no log, has the token",
  );
  assert.deepEqual(await axeFindings(wall.page), []);
  assert.ok((await capitals(tile.locator(".board-waiting strong"))) >= 120);

  await wall.context.setOffline(true);
  await wall.page.getByRole("alert").filter({ hasText: "Keine Verbindung seit" }).waitFor();
  await wall.context.setOffline(false);
  await wall.page.getByRole("alert").waitFor({ state: "detached" });

  await page.getByRole("button", { name: /Foyer.*widerrufen/ }).click();
  await page.getByRole("button", { name: "Widerrufen", exact: true }).click();
  await toast(page, /gilt nicht mehr/);
  await wall.page.getByRole("heading", { name: "Dieser Link gilt nicht mehr." }).waitFor();
  await wall.context.close();
  await closeSilent(one);
});

test("twelve queues have their place on a wallboard, and their numbers still have capitals of 120 pixels at 1920 by 1080", async () => {
  const one = await openDesk(centre.browser, centre.server.url, {
    viewport: { width: 1920, height: 1080 },
    locale: "en-GB",
  });
  const queue = (n: number) => ({
    queueId: `${service.slice(0, -2)}${n + 10}`,
    name: `Technical support for business customers ${n}`,
    paused: n === 2,
    open: n !== 3,
    overflows: n === 4,
    waiting: n === 5 ? 0 : n * 80,
    offered: 0,
    held: 0,
    longestWaitSeconds: n === 5 ? null : n * 700,
    byKind: [],
    available: 1,
    present: 2,
    lastHalfHour: none,
    today: { ...none, answered: 9, serviceLevel: Math.min(100, n * 9) },
    target: 80,
    withinSeconds: 20,
  });
  const none = { answered: 0, serviceLevel: null, abandoned: 0, averageWaitSeconds: null, longestWaitSeconds: null };
  const at = new Date().toISOString();
  let count = 12;
  await one.page.route("**/api/wallboard-now", (route) =>
    route.fulfill({
      json: {
        name: "Foyer",
        at,
        routed: count < 12,
        routedAt: at,
        queues: Array.from({ length: count }, (_, n) => queue(n + 1)),
        more: count === 12 ? 2 : 0,
        agents: { available: 12, busy: 3, wrapUp: 1, away: 4 },
      },
    }),
  );
  for (count of [12, 9, 6, 4, 2, 1]) {
    await one.page.goto(`${centre.server.url}/wallboard?n=${count}#${"x".repeat(43)}`);
    await one.page
      .locator(".board-queue")
      .nth(count - 1)
      .waitFor();
    const numbers = one.page.locator(".board-waiting strong");
    assert.ok((await capitals(numbers.first())) >= 120, `${count} queues`);
    const wrong = await one.page.evaluate(() => {
      // As wide as its text, as high as its line, which is hardly higher than its capitals.
      const boxOf = (part: Element): DOMRect => {
        const range = document.createRange();
        range.selectNodeContents(part);
        const [text, line] = [range.getBoundingClientRect(), part.getBoundingClientRect()];
        return new DOMRect(text.left, line.top, text.width, line.height);
      };
      return [...document.querySelectorAll(".board-queue")].flatMap((tile) => {
        const room = tile.getBoundingClientRect();
        const parts = [...tile.querySelectorAll(".board-numbers strong, .board-numbers span, h2 em")];
        const out = parts.filter((part) => {
          const { left, right, bottom } = boxOf(part);
          return left < room.left || right > room.right || bottom > room.bottom;
        });
        const over = parts.filter((part, at) =>
          parts.slice(at + 1).some((other) => {
            const [x, y] = [boxOf(part), boxOf(other)];
            const deep = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
            const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left);
            // There is room above the capitals of a line, and no letter of ours goes below it.
            return deep > 8 && wide > 2;
          }),
        );
        return [
          ...out.map((part) => `out: ${part.textContent}`),
          ...over.map((part) => `over another: ${part.textContent}`),
        ];
      });
    });
    assert.deepEqual(wrong, [], `${count} queues`);
    if (count === 12) {
      await one.page.getByRole("alert").filter({ hasText: "Nothing routed since" }).waitFor();
      assert.deepEqual(await axeFindings(one.page), []);
    }
  }
  await one.context.close();
});

/** How high the capitals of a text are, in pixels of the screen, by the font itself. */
const capitals = (text: Locator): Promise<number> =>
  text.evaluate((element) => {
    const style = getComputedStyle(element);
    const pen = document.createElement("canvas").getContext("2d");
    if (!pen) return 0;
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    return pen.measureText("H").actualBoundingBoxAscent;
  });
