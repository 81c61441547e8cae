// A push service in small that servers trust, and visitors whose browsers it is to tell. Used by test/journeys.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPushService, type PushService, type Subscription, type TakenPush } from "#channels/webchat/sim.ts";
import { openPage, type VisitorPage } from "#test/chat.ts";
import { makeCertificates } from "#test/peers/certificates.ts";

/** A visitor whose browser is to be told. */
export interface Reader {
  readonly page: VisitorPage;
  readonly token: string;
  readonly concernId: string;
  readonly subscription: Subscription;
}

export interface Pushes {
  readonly service: PushService;
  /** Of servers that tell by it, a second after an answer. */
  readonly env: Readonly<Record<string, string>>;
  /** Every subscription that was given to a server by `reader`. */
  readonly subscriptions: Subscription[];
  /** Opens a page that somebody comes to; `token`: of whoever was here before. */
  readonly come: (url: string, channelId: string, token?: string | null) => Promise<VisitorPage>;
  /** Somebody who has asked something, and whose browser is told from now on. */
  readonly reader: (url: string, channelId: string) => Promise<Reader>;
  /** What that browser was told so far. */
  readonly told: (reader: Pick<Reader, "subscription">) => readonly TakenPush[];
  /** The same, when it is so much. */
  readonly pushesTo: (reader: Pick<Reader, "subscription">, count: number) => Promise<readonly TakenPush[]>;
  /** Closes all pages and the service. */
  readonly stop: () => Promise<void>;
}

/** Starts one. */
export const startPushes = async (): Promise<Pushes> => {
  const folder = await mkdtemp(join(tmpdir(), "draht-push-"));
  const { good } = await makeCertificates(folder);
  const [cert, key] = await Promise.all([good.certificate, good.key].map((file) => readFile(file, "utf8")));
  const service = await startPushService({ cert: cert ?? "", key: key ?? "" });
  const pages: VisitorPage[] = [];
  const pushes: Pushes = {
    service,
    env: {
      CHAT_PUSH_SECONDS: "1",
      NODE_EXTRA_CA_CERTS: join(folder, "authority.pem"),
      PUSH_CONTACT: "mailto:ops@kabel.test",
      PUSH_INSIDE: new URL(service.origin).host,
    },
    subscriptions: [],
    come: async (url, channelId, token = null) => {
      const page = await openPage(url, channelId);
      pages.push(page);
      await page.hello({ token });
      return page;
    },
    reader: async (url, channelId) => {
      const page = await openPage(url, channelId);
      pages.push(page);
      const { token } = await page.hello();
      const { concernId } = await page.tell("Eine Frage");
      const subscription = service.subscribe((await page.push()).key ?? "");
      pushes.subscriptions.push(subscription);
      if (!(await page.push(subscription)).on) throw new Error("the browser is not told");
      return { page, token: token ?? "", concernId, subscription };
    },
    told: ({ subscription: { endpoint } }) => service.taken.filter((each) => each.endpoint === endpoint),
    pushesTo: async (reader, count) => {
      while (pushes.told(reader).length < count) await service.answers(service.answered.length + 1);
      return pushes.told(reader);
    },
    stop: async () => {
      for (const page of pages) page.close();
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return pushes;
};

/** The reader closes their page; resolves when it is closed. */
export const gone = async ({ page }: Pick<Reader, "page">): Promise<void> => {
  page.close();
  await page.closed;
};
