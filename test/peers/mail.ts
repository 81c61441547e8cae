// Real Dovecot and Postfix on loopback, in a folder of their own on free ports. For journeys that must hold with mail servers that are not ours.
import { execFile, spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type MailPeerPorts,
  type PeerCertificate,
  dovecotConfig,
  dovecotTokens,
  dovecotUsers,
  mailUsers,
  postfixMain,
  postfixMaster,
  refusedUser,
  vacationScript,
} from "#test/peers/mail-config.ts";
import { lacking } from "#tools/test/peers.ts";
import { freePorts } from "#test/ports.ts";

const run = promisify(execFile);
const nobody = 65_534;

/** Running mail servers. Domains: kunde.test, kabel.test and ferien.test have mailboxes, tuer.test leads to the door that was given. */
export interface MailPeers {
  readonly smtp: { readonly host: string; readonly port: number };
  readonly imap: { readonly host: string; readonly port: number };
  readonly lmtp: { readonly host: string; readonly port: number };
  /** The doors with TLS, at "localhost", whose name the certificate should have; null without a certificate. */
  readonly secure: MailPeerPorts["secure"];
  readonly accounts: typeof mailUsers;
  /** An address that Postfix takes and Dovecot refuses, so that a real bounce is written. */
  readonly refused: string;
  readonly dir: string;
  /** Postfix tries everything in its queue again now. */
  readonly flushQueue: () => Promise<void>;
  /** What waits in Postfix's queue, one recipient each, with the reason. */
  readonly queue: () => Promise<readonly { readonly recipient: string; readonly reason: string }[]>;
  /** Dovecot ends the user's IMAP connections as it does when it is stopped. */
  readonly kick: (user: string) => Promise<void>;
  /** The mailbox looks like a restored one: all UIDs are void (RFC 9051 section 2.3.1.1). */
  readonly changeUidValidity: (user: string, folder?: string) => Promise<void>;
  /** Moves the mails that fit Dovecot's search words from one folder to another. */
  readonly move: (user: string, from: string, to: string, ...query: readonly string[]) => Promise<void>;
  /** The flags of every mail in the INBOX, one text each ("" for none). */
  readonly flags: (user: string) => Promise<readonly string[]>;
  /** Removes the mails that fit Dovecot's search words from the INBOX. */
  readonly expunge: (user: string, ...query: readonly string[]) => Promise<void>;
  /** Ends both master processes and removes the folder; resolves when they are gone. */
  readonly stop: () => Promise<void>;
}

/** Says whether startMailPeers can work here; `why` is a reason to skip that CI counts as failed. */
export function peersAvailable(): { readonly ok: true } | { readonly ok: false; readonly why: string } {
  const missing = lacking("dovecot", "postfix");
  if (missing !== false) return { ok: false, why: missing };
  if (process.getuid?.() !== 0) return { ok: false, why: "needs root: Postfix starts only as root" };
  return { ok: true };
}

/** Starts both servers. `door`: the port of our SMTP door on loopback, for mail to tuer.test. */
export async function startMailPeers(
  options: {
    readonly door?: number;
    readonly tls?: PeerCertificate;
    readonly imapCapability?: string;
    /** Tokens are taken as well (XOAUTH2, OAUTHBEARER), whose they are is asked there. */
    readonly introspectionUrl?: string;
  } = {},
): Promise<MailPeers> {
  const dir = await mkdtemp(join(tmpdir(), "draht-mail-"));
  await chmod(dir, 0o755);
  const [imap, lmtp, smtp, imaps, smtps, submission] = await freePorts(6);
  const ports: MailPeerPorts = {
    imap: imap ?? 0,
    lmtp: lmtp ?? 0,
    smtp: smtp ?? 0,
    door: options.door ?? 1,
    secure: options.tls ? { imaps: imaps ?? 0, smtps: smtps ?? 0, submission: submission ?? 0 } : null,
  };
  const dovecotFile = join(dir, "dovecot", "dovecot.conf");
  const postfixDir = join(dir, "postfix", "etc");

  await folder(join(dir, "dovecot", "run"));
  await folder(join(dir, "dovecot", "state"));
  await folder(join(dir, "mail"), nobody);
  for (const { user } of Object.values(mailUsers)) await folder(join(dir, "mail", user), nobody);
  const script = join(dir, "mail", mailUsers.autoreply.user, "active.sieve");
  await writeFile(script, vacationScript);
  await chown(script, nobody, nobody);
  const { introspectionUrl, tls = null, imapCapability = null } = options;
  await writeFile(dovecotFile, dovecotConfig(dir, ports, tls, imapCapability, introspectionUrl !== undefined));
  if (introspectionUrl !== undefined)
    await writeFile(join(dir, "dovecot", "oauth2.conf"), dovecotTokens(introspectionUrl));
  await writeFile(join(dir, "dovecot", "users"), dovecotUsers(dir));
  await folder(postfixDir);
  await folder(join(dir, "postfix", "queue"));
  await folder(join(dir, "postfix", "data"));
  await run("chown", ["postfix", join(dir, "postfix", "data")]);
  await writeFile(join(postfixDir, "main.cf"), postfixMain(dir, ports, tls));
  await writeFile(join(postfixDir, "master.cf"), postfixMaster(ports));

  const dovecot = spawn("/usr/sbin/dovecot", ["-F", "-c", dovecotFile], { stdio: "ignore" });
  const dovecotGone = new Promise<void>((resolve) => dovecot.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    await run("postfix", ["-c", postfixDir, "stop"]).catch(() => undefined);
    dovecot.kill("SIGTERM");
    await dovecotGone;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await run("postfix", ["-c", postfixDir, "start"]);
    await Promise.all(
      [ports.imap, ports.lmtp, ports.smtp, ...Object.values(ports.secure ?? {})].map((port) => listening(port)),
    );
  } catch (error) {
    const logs = await Promise.all(
      ["dovecot.log", "postfix.log"].map((name) => readFile(join(dir, name), "utf8").catch(() => "")),
    );
    await stop();
    throw new Error(`the mail peers did not start: ${String(error)}\n${logs.join("\n")}`, { cause: error });
  }
  const doveadm = async (...args: readonly string[]): Promise<string> =>
    (await run("doveadm", ["-c", dovecotFile, ...args])).stdout;
  return {
    smtp: { host: "127.0.0.1", port: ports.smtp },
    imap: { host: "127.0.0.1", port: ports.imap },
    lmtp: { host: "127.0.0.1", port: ports.lmtp },
    secure: ports.secure,
    accounts: mailUsers,
    refused: refusedUser,
    dir,
    flushQueue: async () => void (await run("postqueue", ["-c", postfixDir, "-f"])),
    queue: async () => {
      const { stdout } = await run("postqueue", ["-c", postfixDir, "-j"]);
      return stdout
        .split("\n")
        .filter((line) => line !== "")
        .flatMap((line) => {
          const { recipients } = JSON.parse(line) as { recipients: { address: string; delay_reason?: string }[] };
          return recipients.map((each) => ({ recipient: each.address, reason: each.delay_reason ?? "" }));
        });
    },
    kick: async (user) => {
      // Dovecot counts a connection a moment after it has taken its sign-in; until then there is nobody to kick.
      for (let kicked = false; !kicked;)
        kicked = await doveadm("kick", user).then(
          () => true,
          () => false,
        );
    },
    changeUidValidity: async (user, folder = "INBOX") =>
      void (await doveadm(
        "mailbox",
        "update",
        "-u",
        user,
        "--uid-validity",
        String(Math.floor(Date.now() / 1000) + 1_000),
        folder,
      )),
    move: async (user, from, to, ...query) => void (await doveadm("move", "-u", user, to, "mailbox", from, ...query)),
    flags: async (user) =>
      (await doveadm("-f", "tab", "fetch", "-u", user, "flags", "mailbox", "INBOX")).split("\n").slice(1, -1),
    expunge: async (user, ...query) => void (await doveadm("expunge", "-u", user, "mailbox", "INBOX", ...query)),
    stop,
  };
}

async function folder(path: string, owner = 0): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  await chown(path, owner, owner);
}

/** Resolves when somebody answers at the port; rejects after a minute. */
async function listening(port: number): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (open) return;
    if (Date.now() > until) throw new Error(`nobody listens at ${port}`);
    // A port that is not open yet tells nobody when it opens.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
