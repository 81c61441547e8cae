// A centre with concerns in it and a browser beside it: what the screens' tests of lists and links begin with.
import assert from "node:assert/strict";
import { createTransport } from "nodemailer";
import type { Browser, Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { everything, type ConcernRow } from "#contract/concerns.ts";
import { addAgent, addMailbox, admin, agentPassword, setUpCentre } from "#test/centre.ts";
import { signIn, type Desk } from "#test/desk.ts";
import { openDesk, startBrowser, type BrowserDesk } from "#test/screens/browser.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

export interface Filled {
  readonly server: TestServer;
  readonly browser: Browser;
  /** The administrator's desk without a browser; she is called as `admin` says. */
  readonly desk: Desk;
  /** An agent's, Omar Celik's. */
  readonly omar: Desk;
  readonly logins: Readonly<Record<"ada" | "omar", { readonly email: string; readonly password: string }>>;
  /** Customers write one mail each, about these; resolves with their concerns, in this order. */
  readonly write: (subjects: readonly string[]) => Promise<readonly ConcernRow[]>;
  /** The concern as it is now. */
  readonly row: (number: number) => Promise<ConcernRow>;
  readonly stop: () => Promise<void>;
}

const service = "service@kabel.test";

/** Starts server and browser. */
export const startFilled = async (): Promise<Filled> => {
  const server = await startTestServer();
  const browser = await startBrowser();
  const { desk, brand } = await setUpCentre(server.url);
  await addMailbox(desk, brand.id, { address: service, smtp: { host: "127.0.0.1", port: 9 } });
  const omarLogin = { email: "omar@kabel.test", password: agentPassword };
  await addAgent(desk, { name: "Omar Celik", email: omarLogin.email, role: "agent" });
  let customers = 0;
  return {
    server,
    browser,
    desk,
    omar: await signIn(server.url, omarLogin.email, omarLogin.password),
    logins: { ada: { email: admin.email, password: admin.password }, omar: omarLogin },
    write: async (subjects) => {
      const feed = await desk.live();
      const transport = createTransport({
        host: "127.0.0.1",
        port: server.ports.smtp,
        secure: false,
        ignoreTLS: true,
        pool: true,
      });
      for (const subject of subjects) {
        customers += 1;
        const from = `"Kundin ${customers}" <kundin${customers}@kunde.test>`;
        await transport.sendMail({ from, to: service, subject, text: `Guten Tag, es geht um: ${subject}.` });
        // One after the other, so that numbers and lists have the order of the subjects.
        await feed.event((event) => event.kind === "concern.created" && event.data.row.subject === subject);
      }
      transport.close();
      feed.close();
      const query = { filter: JSON.stringify(everything), limit: 200 };
      const { rows } = await desk.call(api.concerns.list, { query });
      return subjects.map((subject) => {
        const found = rows.find((row) => row.subject === subject);
        if (!found) throw new Error(`the mail about ${subject} became no concern`);
        return found;
      });
    },
    row: (number) => desk.call(api.concerns.byNumber, { params: { number } }),
    stop: async () => {
      await browser.close();
      await server.stop();
    },
  };
};

/** Opens a window of one of them at a place of the desk; resolves when `ready` is there. */
export const openAt = async (
  { browser, server, logins }: Filled,
  path: string,
  ready: string,
  who: keyof Filled["logins"] = "ada",
): Promise<BrowserDesk> => {
  const one = await openDesk(browser, server.url, { login: logins[who] });
  await one.page.goto(server.url + path);
  await one.page.locator(ready).first().waitFor();
  return one;
};

/** Ends a window; it must not have complained. */
export const close = async (one: BrowserDesk): Promise<void> => {
  await one.context.close();
  assert.deepEqual(one.complaints, []);
};

/** Presses keys one after the other. */
export const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
