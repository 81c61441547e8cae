// Every screen of the desk and how to get it there, its empty, waiting, failed and lost states included. Read by tools/pictures.ts.
import type { Page, Route } from "playwright-core";
import type { ConcernRow } from "#contract/concerns.ts";
import { flowScreens } from "./flow.ts";
import { portalScreens } from "./portal.ts";
import { working } from "./work.ts";

export interface Screen {
  readonly name: string;
  readonly path: string;
  readonly signedOut?: boolean;
  /** Who sits at the desk; left out: its administrator. */
  readonly as?: "omar";
  /** Before the page is opened. */
  readonly before?: (page: Page) => Promise<unknown>;
  readonly act: (page: Page) => Promise<unknown>;
}

const seen = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

const reply = async (page: Page): Promise<void> => {
  await seen(".message")(page);
  await page.keyboard.press("r");
  await seen(".editor-text")(page);
  // A draft of the picture before may stand there.
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Guten Tag, ich habe Ihren Anschluss gemessen. ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("Morgen zwischen 8 und 12 Uhr");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(" kommt ein Techniker.");
  await page.locator(".composer-saving", { hasText: /gespeichert|saved/ }).waitFor();
};

const note = async (page: Page): Promise<void> => {
  await seen(".message")(page);
  await page.keyboard.press("n");
  await page.locator(".note-field textarea").fill("@");
  await seen(".mentions [role=option]")(page);
};

const palette = async (page: Page): Promise<void> => {
  await seen(".row")(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("internet");
  await seen(".finder-list mark")(page);
};

const afterListKey =
  (keys: string, selector: string) =>
  async (page: Page): Promise<void> => {
    await seen(".row")(page);
    for (const key of keys.split(" ")) await page.keyboard.press(key);
    await seen(selector)(page);
  };

/** Three rows, and the choice of who is to have them. */
const selection = async (page: Page): Promise<void> => {
  await afterListKey("j x Shift+J Shift+J", ".selection-bar")(page);
  await page.keyboard.press("a");
  await seen(".picker [role=option]")(page);
};

/** Filtered by priority; the first choice that fits is taken. */
const filtered = async (page: Page): Promise<void> => {
  await afterListKey("f", ".picker [role=option]")(page);
  await page.keyboard.type("priori");
  await page.locator(".picker [role=option]", { hasText: /Dringend|Urgent/ }).waitFor();
  for (const key of ["Enter", "Escape"]) await page.keyboard.press(key);
  await seen(".filter-chip")(page);
  await page.locator(".picker").waitFor({ state: "detached" });
};

/** One link is there, and the next is looked for. */
const linking =
  (key: string) =>
  async (page: Page): Promise<void> => {
    await seen(".message")(page);
    await page.keyboard.press(key);
    await page.keyboard.type("internet");
    await seen(".finder-list mark")(page);
  };

const afterKey =
  (key: string, selector: string) =>
  async (page: Page): Promise<void> => {
    await seen(".message")(page);
    await page.keyboard.press(key);
    await seen(selector)(page);
  };

const opened =
  (list: string, form: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(list).first().click();
    await seen(form)(page);
  };

/** A call that is never answered, and one that is answered as told. */
const never = (address: string) => (page: Page) => page.route(address, () => undefined);
const answered = (address: string, with_: (route: Route) => Promise<unknown>) => (page: Page) =>
  page.route(address, (route) => with_(route) as Promise<void>);

const list = "**/api/concerns?*";

/** A visitor asks something in the chat of the operator's website and is answered while they look. */
const chatting =
  (answerChat: AnswerChat) =>
  async (page: Page): Promise<() => Promise<void>> => {
    await page.getByRole("button", { name: /Chat öffnen|Open chat/ }).click();
    await page.locator("draht-chat textarea").fill("Kommt heute Abend wieder Bild? Um 20:45 Uhr ist Anpfiff!");
    await page.keyboard.press("Enter");
    await page.locator(".by-you:not(.is-waiting)").waitFor();
    const settle = await answerChat("Moin! Der Verstärker im Haus ist getauscht, in zehn Minuten ist alles wieder da.");
    await page.locator(".by-us .text", { hasText: "Verstärker" }).waitFor();
    return settle;
  };

/** And is asked how it was when it is settled. */
const rating =
  (answerChat: AnswerChat) =>
  async (page: Page): Promise<void> => {
    const settle = await chatting(answerChat)(page);
    await settle();
    await page.getByRole("button", { name: /^4 gut|^4 good/ }).click();
    const thanks = page
      .locator("draht-chat")
      .getByRole("status")
      .filter({ hasText: /Danke|Thank/ });
    await thanks.waitFor();
    await thanks.evaluate((said) => said.scrollIntoView({ block: "end" }));
  };

/** Makes a wallboard and opens its link. */
const onTheWall = async (page: Page): Promise<void> => {
  await seen(".floor-queue")(page);
  await page.keyboard.press("b");
  await page.getByLabel(/Name der neuen Tafel|Name of the new board/).fill("Foyer");
  await page.keyboard.press("Enter");
  const link = await page.locator(".floor-board-link code").textContent();
  await page.goto(link ?? "");
  await seen(".board-queue")(page);
};

/** A form of the administration, with a part of it in the middle of what is seen. */
const openedAt =
  (entry: string | RegExp, part: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(".entries .entry", { hasText: entry }).first().click();
    await seen(part)(page);
    await page
      .locator(part)
      .first()
      .evaluate((at) => at.scrollIntoView({ block: "center" }));
  };

/** Answers the newest thing said in the chat; gives what settles it. */
type AnswerChat = (text: string) => Promise<() => Promise<void>>;

/**
 * All screens; `row` is an open concern with much to see, `drawn` one that came as HTML, `moved` one that went from chat to mail, `split` one of which a
 * message was split off; `question` is the way to the page on which somebody is asked for a rating.
 */
export const screensOf = ({
  row,
  drawn,
  moved,
  split,
  question,
  answerChat,
}: {
  readonly row: ConcernRow;
  readonly drawn: ConcernRow;
  readonly moved: ConcernRow;
  readonly split: ConcernRow;
  readonly question: string;
  readonly answerChat: AnswerChat;
}): readonly Screen[] => {
  const concern = `/desk/open/${row.number}`;
  const empty = answered(list, (route) => route.fulfill({ json: { rows: [], next: null } }));
  return [
    { name: "sign-in", path: "/", signedOut: true, act: seen(".doorstep form") },
    {
      name: "sign-in-failed",
      path: "/",
      signedOut: true,
      act: async (page) => {
        await page.locator("input[type=email]").fill("ada@elbkabel.example");
        await page.locator("input[type=password]").fill("falsch");
        await page.keyboard.press("Enter");
        await seen("[role=alert]")(page);
      },
    },
    {
      name: "set-up",
      path: "/",
      signedOut: true,
      before: answered("**/api/settings/public", async (route) => {
        const facts = (await (await route.fetch()).json()) as object;
        await route.fulfill({ json: { ...facts, needsSetUp: true } });
      }),
      act: seen(".doorstep form"),
    },
    {
      name: "unreachable",
      path: "/",
      before: answered("**/api/**", (route) => route.abort()),
      act: seen(".nothing"),
    },
    { name: "views", path: "/desk", act: seen(".nav-view") },
    { name: "list", path: "/desk/open", act: seen(".row") },
    { name: "list-empty", path: "/desk/mine", before: empty, act: seen(".list .nothing") },
    { name: "list-waiting", path: "/desk/open", before: never(list), act: seen(".waiting-lines") },
    {
      name: "list-failed",
      path: "/desk/open",
      before: answered(list, (route) => route.abort()),
      act: seen(".list .nothing[role=alert]"),
    },
    {
      name: "offline",
      path: concern,
      act: async (page) => {
        await seen(".message")(page);
        await page.context().setOffline(true);
        await seen(".banner")(page);
      },
    },
    {
      name: "desk",
      path: concern,
      act: async (page) => {
        await seen(".message")(page);
        // On a phone the customer's panel is a page of its own.
        if ((page.viewportSize()?.width ?? 0) > 1000) await seen("aside.customer h3")(page);
      },
    },
    { name: "concern-waiting", path: concern, before: never(`**/api/concerns/${row.id}`), act: seen(".waiting-lines") },
    { name: "concern-missing", path: "/desk/open/999999", act: seen(".concern .nothing") },
    { name: "page-missing", path: "/nirgends", act: seen(".nothing") },
    {
      name: "html-mail",
      path: `/desk/open/${drawn.number}`,
      act: async (page) => {
        await seen(".message")(page);
        if ((await page.locator(".mail-frame").count()) === 0)
          await page.locator(".message").first().locator("[aria-pressed]").click();
        await page.frameLocator(".mail-frame").locator("body").waitFor();
      },
    },
    {
      name: "delivery-failed",
      path: "/desk/failed",
      act: async (page) => {
        await page.locator(".row").first().click();
        await seen(".deliveries")(page);
      },
    },
    { name: "chat-and-mail", path: `/desk/open/${moved.number}`, act: seen(".message") },
    { name: "widget", path: "/site/", signedOut: true, act: chatting(answerChat) },
    { name: "widget-rating", path: "/site/", signedOut: true, act: rating(answerChat) },
    { name: "rating", path: `${question}?score=4`, signedOut: true, act: seen("form button") },
    ...portalScreens,
    { name: "rating-gone", path: "/rating/x", signedOut: true, act: seen("h1") },
    {
      name: "widget-greeting",
      path: "/site/",
      signedOut: true,
      before: (page) => page.clock.install(),
      act: async (page) => {
        // The page counts its seconds from when the greetings are there.
        await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.endsWith("~.visits")));
        await page.clock.fastForward(8_000);
        await page.getByRole("complementary").waitFor();
      },
    },
    {
      name: "widget-coloured",
      path: "/site/harbour/",
      signedOut: true,
      act: async (page) => {
        await page.getByRole("button", { name: /Chat öffnen|Open chat/ }).click();
        await page.locator("draht-chat .greeting").waitFor();
      },
    },
    { name: "reply", path: concern, act: reply },
    {
      name: "reply-later",
      path: concern,
      act: async (page) => {
        await reply(page);
        await page.locator(".split-more").click();
        await seen(".menu [role=menuitem]")(page);
      },
    },
    { name: "note", path: concern, act: note },
    { name: "assign", path: concern, act: afterKey("a", ".picker [role=option]") },
    { name: "snooze", path: concern, act: afterKey("s", ".picker [role=option]") },
    { name: "tags", path: concern, act: afterKey("#", ".picker") },
    { name: "history", path: concern, act: afterKey("h", ".history-line") },
    {
      name: "customer",
      path: concern,
      act: async (page) => {
        await seen(".message")(page);
        if ((await page.locator("aside").count()) === 0) await page.keyboard.press("c");
        await seen("aside")(page);
      },
    },
    {
      name: "merge",
      path: concern,
      act: async (page) => {
        await afterKey("Shift+I", ".finder-field")(page);
        await page.keyboard.type("an");
        await page.locator(".finder-list [role=option]").first().waitFor();
        await page.keyboard.press("Enter");
        await seen(".compare")(page);
      },
    },
    { name: "split", path: concern, act: afterKey("y", ".move-messages") },
    {
      name: "split-undo",
      path: `/desk/all/${split.number}`,
      act: async (page) => {
        await page.locator(".move-line button").last().click();
        await seen(".move-plan")(page);
      },
    },
    { name: "fields", path: concern, act: afterKey("d", ".fields-dialog") },
    { name: "keys", path: concern, act: afterKey("?", ".help") },
    { name: "palette", path: "/desk/open", act: palette },
    { name: "selection", path: "/desk/open", act: selection },
    { name: "selection-bar", path: "/desk/open", act: afterListKey("j x Shift+J Shift+J", ".selection-bar") },
    { name: "filter", path: "/desk/open", act: afterListKey("f", ".picker [role=option]") },
    { name: "filtered", path: "/desk/open", act: filtered },
    { name: "view", path: "/desk/open", act: afterListKey("Shift+V s", ".sheet .form") },
    { name: "links", path: concern, act: linking("Shift+D") },
    {
      name: "linked",
      path: concern,
      act: async (page) => {
        await linking("l")(page);
        await page.keyboard.press("Enter");
        await page.locator(".finder-list").waitFor({ state: "detached" });
        if ((await page.locator("aside").count()) === 0) await page.keyboard.press("c");
        await seen(".link-line")(page);
        await page.locator(".link-line").first().scrollIntoViewIfNeeded();
      },
    },
    {
      name: "work",
      path: "/work",
      before: working(row, [drawn, moved, split], false),
      act: async (page) => {
        await page.locator(".work-queue-open").last().click();
        await seen(".work-queue .work-row")(page);
      },
    },
    {
      name: "offer",
      path: concern,
      before: working(drawn, [moved, split, row], true),
      act: async (page) => {
        await page.locator(".offer summary").first().click();
        await seen(".offer li")(page);
      },
    },
    {
      name: "wrap-up",
      path: "/desk",
      before: working(row, [drawn, moved], false),
      act: seen(".dispositions"),
    },
    {
      name: "offer-decline",
      path: concern,
      before: working(drawn, [moved], true),
      act: async (page) => {
        await page.locator(".offer-foot .button").last().click();
        await seen(".offer-decline")(page);
      },
    },
    {
      name: "presence",
      path: "/work",
      before: working(row, [drawn, moved], false),
      act: async (page) => {
        await page.locator(".presence-button:visible").first().click();
        await seen(".menu [role=menuitem]")(page);
      },
    },
    { name: "menu", path: "/desk", act: opened(".nav-me", ".menu") },
    { name: "search", path: "/search?q=internet", act: seen(".search-hit") },
    { name: "search-begin", path: "/search", act: seen(".nothing") },
    { name: "search-nothing", path: "/search?q=xyzxyzxyz", act: seen(".nothing") },
    { name: "set-aside", path: "/set-aside", act: seen(".asides > li") },
    { name: "new", path: "/new", act: seen(".editor-text") },
    { name: "preferences", path: "/preferences", act: seen(".card") },
    { name: "admin-agents", path: "/admin/agents", act: seen(".entries .entry") },
    { name: "admin-agent", path: "/admin/agents", act: opened(".entries .entry", ".sheet .form") },
    { name: "admin-brands", path: "/admin/brands", act: seen(".entries .entry") },
    { name: "admin-brand", path: "/admin/brands", act: opened(".entries .entry", ".sheet .form") },
    { name: "admin-channels", path: "/admin/channels", act: seen(".entries .entry") },
    { name: "admin-channel", path: "/admin/channels", act: opened(".entries .entry", ".fieldset") },
    { name: "admin-topics", path: "/admin/topics", act: seen(".entries .entry") },
    { name: "admin-topic", path: "/admin/topics", act: opened(".entries .entry", ".sheet .form") },
    { name: "admin-tiers", path: "/admin/tiers", act: seen(".entries .entry") },
    { name: "admin-tier", path: "/admin/tiers", act: opened(".entries .entry", ".sheet .form") },
    { name: "admin-brand-hours", path: "/admin/brands", act: openedAt("Elbkabel", ".hours-special") },
    { name: "admin-brand-holidays", path: "/admin/brands", act: openedAt("Elbkabel", ".holidays") },
    { name: "admin-calendar", path: "/admin/brands", act: opened(".calendars .entry", ".sheet .holiday") },
    {
      name: "admin-brand-ratings",
      path: "/admin/brands",
      act: openedAt("Elbkabel", ".sheet input[type=number]"),
    },
    {
      name: "admin-channel-hours",
      path: "/admin/channels",
      act: async (page) => {
        await openedAt(/^elbkabel/, ".hours")(page);
        await page.locator(".hours .toggle").click();
        await page.locator(".hours-days").evaluate((days) => days.scrollIntoView({ block: "center" }));
      },
    },
    {
      name: "admin-channel-greetings",
      path: "/admin/channels",
      act: async (page) => {
        await openedAt(/^elbkabel/, ".rows-one")(page);
        await page.locator(".rows-one").evaluate((row) => row.scrollIntoView({ block: "center" }));
      },
    },
    {
      name: "admin-channel-look",
      path: "/admin/channels",
      act: async (page) => {
        await openedAt(/^elbkabel/, ".look")(page);
        await page.locator(".look").evaluate((look) => look.scrollIntoView({ block: "center" }));
      },
    },
    {
      name: "admin-promises",
      path: "/admin/promises",
      act: async (page) => {
        await page.locator(".promise-forecast .button").click();
        await seen(".promise-table")(page);
      },
    },
    { name: "admin-promise", path: "/admin/promises", act: opened(".entries .entry", ".sheet .form") },
    ...flowScreens,
    { name: "admin-automation", path: "/admin/automation", act: seen(".entries .entry") },
    { name: "admin-rule", path: "/admin/automation", act: opened(".entries .entry", ".sheet .form") },
    {
      name: "admin-automation-trial",
      path: "/admin/automation",
      act: async (page) => {
        await page.locator(".rule-trial-ask .button").click();
        await seen(".rule-trial .field-hint")(page);
        await page
          .locator(".rule-trial")
          .first()
          .evaluate((part) => part.scrollIntoView({ block: "start" }));
      },
    },
    { name: "admin-macros", path: "/admin/macros", as: "omar", act: seen(".entries .entry") },
    { name: "admin-macro", path: "/admin/macros", as: "omar", act: opened(".entries .entry", ".sheet .form") },
    {
      name: "admin-routing",
      path: "/admin/routing",
      act: async (page) => {
        // On a working day.
        const day = [1, 2, 3]
          .map((days) => new Date(Date.now() - days * 86_400_000))
          .find((one) => one.getUTCDay() % 6 > 0);
        await page.locator(".routing-preview input").fill(day?.toISOString().slice(0, 10) ?? "");
        await page.locator(".routing-preview .button").click();
        await seen(".routing-table")(page);
        await page.locator(".routing-preview").evaluate((card) => card.scrollIntoView({ block: "start" }));
        await page.locator(".page").evaluate((frame) => frame.scrollBy(0, -240));
      },
    },
    { name: "admin-queue", path: "/admin/routing", act: opened(".routing-entry .entry", ".sheet .form") },
    { name: "admin-skills", path: "/admin/skills", as: "omar", act: seen(".routing-level") },
    {
      name: "admin-capacity",
      path: "/admin/skills",
      as: "omar",
      act: opened(".routing-capacity-button", ".routing-fits"),
    },
    { name: "admin-notices", path: "/admin/notices", as: "omar", act: seen(".entries .badge") },
    { name: "admin-notice", path: "/admin/notices", as: "omar", act: opened(".entries .entry", ".sheet .form") },
    { name: "floor", path: "/floor", as: "omar", act: seen(".floor-body > *") },
    { name: "wallboard", path: "/floor", as: "omar", act: onTheWall },
    { name: "admin-fields", path: "/admin/fields", act: seen(".entries .entry") },
    { name: "post-box", path: "/postbox", act: opened(".postbox-list .entry", ".postbox-open") },
    { name: "post-box-write", path: "/postbox", act: opened(".page-head .button", ".sheet .form") },
  ];
};
