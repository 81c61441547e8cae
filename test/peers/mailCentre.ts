// A centre between real mail servers: one mailbox reached by our door, one fetched by IMAP, an agent, and people with mailboxes. Used by test/journeys.
import { generateKeyPairSync } from "node:crypto";
import { demoZones } from "#channels/email/simDns.ts";
import type { Channel } from "#contract/brands.ts";
import { addAgent, addMailbox, agentPassword, setUpCentre } from "#test/centre.ts";
import { signIn, type Desk, type LiveFeed } from "#test/desk.ts";
import { startNameServer } from "#test/peers/dns.ts";
import { startMailPeers, type MailPeers } from "#test/peers/mail.ts";
import { openMailbox, type Mailbox } from "#test/peers/mailbox.ts";
import { serverPorts, startTestServer, type TestServer } from "#test/server.ts";

export interface MailCentre {
  readonly peers: MailPeers;
  readonly server: TestServer;
  readonly admin: Desk;
  /** An agent whose own mailbox is `agentBox`. */
  readonly lena: Desk;
  /** Everything that Lena's desk hears. */
  readonly live: LiveFeed;
  /** service@tuer.test: Postfix brings its mail to our door; what it sends is signed. */
  readonly door: Channel;
  /** service@kabel.test: a mailbox in Dovecot, fetched by IMAP. */
  readonly fetched: Channel;
  readonly customer: Mailbox;
  readonly second: Mailbox;
  readonly stranger: Mailbox;
  readonly agentBox: Mailbox;
  readonly stop: () => Promise<void>;
}

const dkimKey = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
/** What the domains publish: mail comes from this machine, everything else is to be refused; and the key of service@tuer.test. */
export const zones = demoZones(["kunde.test", "kabel.test", "tuer.test"], "127.0.0.1", {
  selector: "draht",
  publicKey: dkimKey.publicKey,
});

/** Starts all of it; answers are held for a minute unless they are sent at once. `env`: settings of the server beside. */
export async function startMailCentre(env: Readonly<Record<string, string>> = {}): Promise<MailCentre> {
  const ports = await serverPorts();
  const [peers, names] = await Promise.all([startMailPeers({ door: ports.smtp }), startNameServer(zones)]);
  const server = await startTestServer({ ports, env: { DNS: names.address, UNDO_SECONDS: "60", ...env } });
  const { desk: admin, brand } = await setUpCentre(server.url);
  const door = await addMailbox(admin, brand.id, {
    address: "service@tuer.test",
    smtp: peers.smtp,
    dkim: { domain: "tuer.test", selector: "draht", privateKey: dkimKey.privateKey },
  });
  const fetched = await addMailbox(admin, brand.id, {
    address: "service@kabel.test",
    smtp: peers.smtp,
    door: false,
    imap: { ...peers.imap, ...peers.accounts.service },
  });
  await addAgent(admin, { name: "Lena Hartwig", email: peers.accounts.agent.user, role: "agent" });
  const lena = await signIn(server.url, peers.accounts.agent.user, agentPassword);
  const live = await lena.live();
  const boxes: Mailbox[] = [];
  for (const [account, name] of [
    [peers.accounts.customer, "Karla Kunde"],
    [peers.accounts.second, "Zoe Zweite"],
    [peers.accounts.stranger, "Fritz Fremd"],
    [peers.accounts.agent, "Lena Hartwig"],
  ] as const)
    boxes.push(await openMailbox(peers, account, name));
  const [customer, second, stranger, agentBox] = boxes as [Mailbox, Mailbox, Mailbox, Mailbox];
  const stop = async (): Promise<void> => {
    live.close();
    for (const box of boxes) await box.close();
    await server.stop();
    await peers.stop();
    await names.stop();
  };
  return { peers, server, admin, lena, live, door, fetched, customer, second, stranger, agentBox, stop };
}
