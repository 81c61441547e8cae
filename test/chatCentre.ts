// A centre with a chat and a mailbox, where an answer in the chat goes by mail when nobody has seen it for a second. Used by test/journeys.
import { startMailSim, type MailSim } from "#channels/email/sim.ts";
import type { Channel } from "#contract/brands.ts";
import { addMailbox, setUpCentre } from "#test/centre.ts";
import { addChat, openPage, type VisitorPage } from "#test/chat.ts";
import type { Desk } from "#test/desk.ts";
import { startTestServer, type TestServer } from "#test/server.ts";

export interface ChatCentre {
  /** Whoever starts another puts it here. */
  server: TestServer;
  /** The provider behind the mailbox. */
  readonly sim: MailSim;
  readonly desk: Desk;
  readonly chat: Channel;
  /** Opens a page with the chat. */
  readonly page: () => Promise<VisitorPage>;
  readonly stop: () => Promise<void>;
}

/** Starts everything. */
export const startChatCentre = async (): Promise<ChatCentre> => {
  const sim = await startMailSim({ dir: null, smtpPort: 0 });
  const server = await startTestServer({ env: { LOG_LEVEL: "error", UNDO_SECONDS: "0", CHAT_MAIL_SECONDS: "1" } });
  const { desk, brand } = await setUpCentre(server.url);
  const chat = await addChat(desk, brand.id);
  await addMailbox(desk, brand.id, { address: "service@kabel.test", smtp: { host: "127.0.0.1", port: sim.port } });
  const pages: VisitorPage[] = [];
  const at: ChatCentre = {
    server,
    sim,
    desk,
    chat,
    page: async () => {
      const page = await openPage(at.server.url, chat.id);
      pages.push(page);
      return page;
    },
    stop: async () => {
      for (const page of pages) page.close();
      await at.server.stop();
      await sim.stop();
    },
  };
  return at;
};
