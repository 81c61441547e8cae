// The desk in a real Chromium before a filled server: from the press of a key to the painted answer, and whether anything moves when
// live events arrive. Called by bench/work.ts.
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { cpuBetween, cpuOf } from "#bench/processes.ts";
import { quantile, type Figures } from "#bench/measure.ts";
import type { Bench, Measured } from "#bench/work.ts";
import { chromiumPath, startBrowser, wide } from "#test/screens/browser.ts";

/** What has to stand on the page for a press to count as answered. */
type Answer =
  | { readonly kind: "cursor"; readonly not: string }
  | { readonly kind: "opened"; readonly number: number }
  | { readonly kind: "composer" }
  | { readonly kind: "typed"; readonly letters: number };

interface Watch {
  /** Waits for the next key press. A call of its own, because a key overtakes what is asked of the page. */
  readonly arm: (answer: Answer) => void;
  /** Milliseconds from that press to the painting that shows the answer. */
  readonly painted: () => Promise<number>;
  /** Forgets what has moved, and what stands where now. */
  readonly still: () => void;
  /** How far anything that is being read has moved since, in pixels, and the browser's own sum of layout shifts. */
  readonly moved: () => { readonly pixels: number; readonly shift: number };
}

declare global {
  var deskWatch: Watch;
}

/** Runs in the page. */
const watchDesk = (): void => {
  const stands = (answer: Answer): boolean => {
    const focused = document.activeElement;
    if (answer.kind === "cursor")
      return focused?.classList.contains("row") === true && focused.getAttribute("data-id") !== answer.not;
    if (answer.kind === "opened")
      return document.title.startsWith(`#${answer.number} `) && document.querySelector(".concern .message") !== null;
    if (answer.kind === "composer") return focused?.matches(".editor-text, .editor-plain") === true;
    return (document.querySelector(".editor-text")?.textContent.length ?? 0) >= answer.letters;
  };
  // The frame in which the answer is there is painted right after the callbacks of the frame; a message comes after that.
  const afterPaint = (done: () => void): void => {
    const channel = new MessageChannel();
    channel.port1.addEventListener("message", done, { once: true });
    channel.port1.start();
    requestAnimationFrame(() => channel.port2.postMessage(null));
  };
  let painting: Promise<number> = Promise.resolve(0);
  const arm = (answer: Answer): void => {
    painting = new Promise((resolve) => {
      addEventListener(
        "keydown",
        (press) => {
          const look = (): void => {
            if (stands(answer)) {
              const channel = new MessageChannel();
              channel.port1.addEventListener("message", () => resolve(performance.now() - press.timeStamp), {
                once: true,
              });
              channel.port1.start();
              channel.port2.postMessage(null);
            } else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        },
        { capture: true, once: true },
      );
    });
  };

  let shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[])
      if (!entry.hadRecentInput) shift += entry.value;
  }).observe({ type: "layout-shift" });
  let places = new Map<Element, number>();
  let most = 0;
  const readNow = (): Element[] =>
    [...document.querySelectorAll(".list-scroll .row, .thread .message")].filter((one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return bottom > 60 && top < innerHeight - 60;
    });
  const compare = (): void => {
    for (const [one, top] of places)
      if (one.isConnected) most = Math.max(most, Math.abs(one.getBoundingClientRect().top - top));
    afterPaint(compare);
  };
  globalThis.deskWatch = {
    arm,
    painted: () => painting,
    still: () => {
      shift = 0;
      most = 0;
      const first = places.size === 0;
      places = new Map(readNow().map((one) => [one, one.getBoundingClientRect().top]));
      if (first) compare();
    },
    moved: () => ({ pixels: most, shift }),
  };
};

/** An answer that has not been painted by then will not be. Milliseconds. */
const neverMs = 15_000;

const press = async (page: Page, key: string, answer: Answer): Promise<number> => {
  await page.evaluate((wanted) => globalThis.deskWatch.arm(wanted), answer);
  await page.keyboard.press(key);
  const took = page.evaluate(() => globalThis.deskWatch.painted());
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, neverMs, null);
  });
  const ms = await Promise.race([took, never]);
  clearTimeout(timer);
  if (ms !== null) return ms;
  const stands = await page.evaluate(() => `${document.title}, at ${document.activeElement?.outerHTML.slice(0, 200)}`);
  throw new Error(`${key} was not answered by ${JSON.stringify(answer)}; there stands: ${stands}`);
};

/** Repeats one press and gives its figures; a few presses come first and do not count. */
const measured = async (
  bench: Bench,
  count: number,
  operation: (n: number) => Promise<number>,
): Promise<Figures & { readonly took: readonly number[] }> => {
  for (let n = 0; n < 5; n += 1) await operation(n);
  const before = cpuOf(bench.centre.roots);
  const begun = performance.now();
  const took: number[] = [];
  for (let n = 5; n < count + 5; n += 1) took.push(await operation(n));
  const used = cpuBetween(before, cpuOf(bench.centre.roots));
  return {
    times: count,
    atOnce: 1,
    p50Ms: Math.round(quantile(took, 0.5) * 10) / 10,
    p95Ms: Math.round(quantile(took, 0.95) * 10) / 10,
    perSecond: Math.round((1_000 * count) / (performance.now() - begun)),
    appCpuMs: used.appMs / count,
    databaseCpuMs: used.databaseMs / count,
    took,
  };
};

const figuresOf = ({ took: _, ...figures }: Figures & { readonly took: readonly number[] }): Figures => figures;

/** Moving through the list, opening, answering and typing by keyboard; and nothing that moves when others work. */
export const deskWork = async (bench: Bench): Promise<Measured> => {
  if (chromiumPath(true) === undefined) {
    bench.say("  desk: no Chromium on this machine, not measured");
    return {};
  }
  const [mine, theirs] = [bench.centre.desks[0], bench.centre.desks[1]];
  if (!mine || !theirs) throw new Error("nobody is at a desk");
  const count = Math.max(10, Math.round(60 * bench.share));
  const browser = await startBrowser([], true);
  try {
    const context = await browser.newContext({ ...wide, locale: "de-DE" });
    const [name = "", value = ""] = mine.cookie.split("=");
    await context.addCookies([{ name, value, url: mine.url }]);
    const page = await context.newPage();
    await page.addInitScript(watchDesk);
    const result: Record<string, Figures> = {};

    await page.goto(`${mine.url}/desk/open`);
    await page.locator(".row").nth(5).waitFor();
    const cursorId = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.getAttribute("data-id") ?? "none");
    const step = async (n: number): Promise<number> =>
      press(page, n % 40 < 30 ? "j" : "k", { kind: "cursor", not: await cursorId() });
    await page.keyboard.press("j");
    result["desk: J or K to paint"] = figuresOf(await measured(bench, count * 2, step));

    const open = async (): Promise<number> => {
      await press(page, "j", { kind: "cursor", not: await cursorId() });
      const number = Number(
        (await page.evaluate(() => document.activeElement?.getAttribute("href")))?.split("/").at(-1),
      );
      return press(page, "Enter", { kind: "opened", number });
    };
    result["desk: Enter opens a concern, to paint"] = figuresOf(await measured(bench, count, open));

    const { rows } = await bench.database.query<{ number: number }>(
      "SELECT number::int AS number FROM concern WHERE message_count >= 50 ORDER BY number DESC LIMIT 60",
    );
    if (rows.length > 0)
      result["desk: a concern of 50 messages opens, to paint"] = figuresOf(
        await measured(bench, Math.min(count, 25), async (n) => {
          const number = rows[n % rows.length]?.number ?? 0;
          // A fresh page each time would measure the loading of the desk; the palette opens it in the desk that stands.
          await page.keyboard.press("Control+k");
          await page.keyboard.type(String(number));
          await page.locator(".finder-list .finder-number", { hasText: `#${number}` }).waitFor();
          // More may be found meanwhile, and what was found moves: the keys go down until they stand on it.
          const meant = page.locator(`.finder-list [role=option][data-focused]:has-text("#${number}")`);
          for (let steps = 0; (await meant.count()) === 0; steps += 1) {
            if (steps === 50) throw new Error(`the palette does not reach #${number}`);
            await page.keyboard.press("ArrowDown");
          }
          return press(page, "Enter", { kind: "opened", number });
        }),
      );

    result["desk: R opens the composer, to paint"] = figuresOf(
      await measured(bench, Math.min(count, 30), async () => {
        if ((await page.locator(".composer-open").count()) > 0) await page.keyboard.press("Escape");
        await page.locator(".composer-start").first().waitFor();
        return press(page, "r", { kind: "composer" });
      }),
    );
    await page.locator(".editor-text").waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    let letters = 0;
    result["desk: a letter typed, to paint"] = figuresOf(
      await measured(bench, count * 2, (n) => {
        letters += 1;
        return press(page, "abcdefghij"[n % 10] ?? "a", { kind: "typed", letters });
      }),
    );
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Escape");

    Object.assign(result, await underLife(bench, page, count));
    await context.close();
    return result;
  } finally {
    await browser.close();
  }
};

/** Others change what is on the screen and customers write while somebody reads and moves: how quick it stays, and whether anything jumps. */
const underLife = async (bench: Bench, page: Page, count: number): Promise<Measured> => {
  const [, theirs] = bench.centre.desks;
  if (!theirs) return {};
  await page.goto(`${theirs.url}/desk/open`);
  await page.locator(".row").nth(5).waitFor();
  // Down a little: what comes in above must not push what is read.
  for (let n = 0; n < 14; n += 1) await page.keyboard.press("j");
  await page.locator(".row:focus").waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".message").first().waitFor();
  const ids = await page.evaluate(() =>
    [...document.querySelectorAll(".list-scroll .row")].map((row) => row.getAttribute("data-id") ?? ""),
  );
  let going = true;
  const others = (async () => {
    for (let n = 0; going; n += 1) {
      await theirs.call(api.concerns.change, {
        params: { id: ids[n % ids.length] ?? "" },
        body: { tags: [`leben-${n % 7}`] },
      });
      await theirs.call(api.concerns.note, {
        params: { id: ids[(n * 3) % ids.length] ?? "" },
        body: { text: `Notiz ${n}`, html: null, uploads: [], key: crypto.randomUUID() },
      });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  })();
  // Somebody reads from the beginning; who stands at the end of a thread is shown what comes next.
  await page.locator(".thread").evaluate((thread) => thread.scrollTo({ top: 0 }));
  await page.evaluate(() => globalThis.deskWatch.still());
  const begun = performance.now();
  while (performance.now() - begun < 6_000 * Math.max(0.2, bench.share))
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
  const { pixels, shift } = await page.evaluate(() => globalThis.deskWatch.moved());
  const keys = await measured(bench, count * 2, async (n) =>
    press(page, n % 20 < 10 ? "j" : "k", {
      kind: "cursor",
      not: await page.evaluate(() => document.activeElement?.getAttribute("data-id") ?? "none"),
    }),
  );
  going = false;
  await others;
  return {
    "desk: J or K to paint while live events arrive": figuresOf(keys),
    "desk: nothing moves while live events arrive": { ...figuresOf(keys), movedPixels: pixels, layoutShift: shift },
  };
};
