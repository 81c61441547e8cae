// Our own SMTP door (RFC 5321): takes mail for known addresses and answers 250 only after it is stored. Opened by server/doors.ts through index.ts.
import { createRequire } from "node:module";
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { domainToASCII } from "node:url";
import type * as smtp from "smtp-server";
import type { SMTPServerDataStream, SMTPServerOptions, SMTPServerSession } from "smtp-server";
import type { OpenDoor, Raw, TransportIo } from "#contract/channel.ts";
import { gatherWrites } from "#lib/gatherWrites.ts";
import { largestMailBytes } from "./limits.ts";

// Not by an ES import, which would load all of fetch: docs/decisions/0262-no-fetch-at-rest.md.
const commonJs = createRequire(import.meta.url);
const { SMTPServer } = commonJs("smtp-server") as typeof smtp;

/** Bounds of one door. Times in milliseconds, sizes in bytes. */
export interface DoorLimits {
  readonly mailBytes: number;
  readonly clients: number;
  readonly clientsPerIp: number;
  readonly recipients: number;
  /** Mails being received or stored at once; more are asked to come later. */
  readonly mailsAtOnce: number;
  /** Bytes of unfinished mails held in memory; more are asked to come later. */
  readonly heldBytes: number;
  /** Silence after which a client is dismissed. */
  readonly idleMs: number;
  /** Longest time one mail may take from DATA to its last dot. */
  readonly dataMs: number;
  /** How long clients may finish after close(). */
  readonly closeMs: number;
}

export const doorLimits: DoorLimits = {
  mailBytes: largestMailBytes,
  clients: 200,
  clientsPerIp: 40,
  recipients: 100,
  mailsAtOnce: 64,
  heldBytes: 256 * 1024 * 1024,
  idleMs: 60_000,
  dataMs: 10 * 60_000,
  closeMs: 3_000,
};

export interface DoorOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** The name in greetings; the machine's own name when null. */
  readonly name: string | null;
  /** PEM; null: STARTTLS is not offered. */
  readonly tls: { readonly key: string; readonly cert: string } | null;
  readonly limits?: Partial<DoorLimits>;
  /**
   * Which channel takes mail for this address (local part as written, domain in lower-case ASCII): its key, null when nobody
   * does (550), "later" when that cannot be told now (451). A rejection counts as "later".
   */
  readonly accepts: (address: string) => Promise<{ readonly channel: string } | "later" | null>;
  /**
   * Keeps the bytes for one channel and resolves after the commit; rejects when they could not be kept (451: the client tries
   * again). Called once per channel; `raw.transport.recipients` holds the addresses of that channel only.
   * After a partial failure the client sends the same bytes again: the same providerId then answers "known".
   */
  readonly store: (raw: Raw, providerId: string, channel: string) => Promise<"stored" | "known">;
  readonly log: TransportIo["log"];
  readonly now: () => Date;
}

/**
 * Opens the door and resolves when it listens; rejects with the system's error when the port is taken. Closing refuses new clients, lets running
 * ones finish for `closeMs`, then says 421 to the rest.
 */
export async function openDoor(options: DoorOptions): Promise<OpenDoor> {
  const limits: DoorLimits = { ...doorLimits, ...options.limits };
  let mails = 0;
  let held = 0;
  let closing = false;

  const server = new SMTPServer({
    ...howItSpeaks(options, limits),
    onConnect(session, done) {
      let fromSameIp = 0;
      for (const each of server.connections) if (each.remoteAddress === session.remoteAddress) fromSameIp += 1;
      if (closing) return done(reply(421, "Shutting down, try again soon"));
      if (fromSameIp > limits.clientsPerIp) {
        options.log("warn", "door.tooManyConnections", { clients: fromSameIp });
        return done(reply(421, "Too many connections from your address, try again later"));
      }
      return done();
    },
    onMailFrom(_address, _session, done) {
      if (closing) return done(reply(421, "Shutting down, try again soon"));
      if (mails >= limits.mailsAtOnce || held >= limits.heldBytes) {
        options.log("warn", "door.busy", { mails, heldBytes: held });
        return done(reply(451, "Busy, try again in a minute"));
      }
      return done();
    },
    onRcptTo(recipient, session, answer) {
      void takeRecipient(recipient.address, session).then(answer);
    },
    onData(stream, session, answer) {
      void takeMail(stream, session).then(answer);
    },
  });
  // Which channel took which recipient; forgotten with the session.
  const channels = new WeakMap<SMTPServerSession, Map<string, string>>();
  // Who sends several commands at once (RFC 2920) is answered at once.
  server.server.on("connection", (socket: Socket) => gatherWrites(socket, setImmediate));
  server.on("error", (error: Error & { code?: string }) =>
    options.log("debug", "door.connectionFailed", { error: error.code ?? error.message.slice(0, 100) }),
  );

  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.server.removeListener("error", reject);
      resolve();
    });
  });
  const bound = server.server.address();
  if (bound === null || typeof bound === "string") throw new Error("the SMTP door has no port");

  return {
    port: bound.port,
    isOpen: () => !closing && server.server.listening,
    close: () =>
      new Promise((resolve) => {
        closing = true;
        // Who is between two mails is told at once; who is inside one may finish it.
        for (const client of server.connections) {
          if (client.session.envelope?.mailFrom === false || client.session.envelope === undefined)
            client.send(421, "Shutting down, try again soon");
        }
        server.close(() => resolve());
      }),
  };

  /** Null: the recipient is taken. Never rejects. */
  async function takeRecipient(address: string, session: SMTPServerSession): Promise<ReplyError | null> {
    const unsure = "Cannot tell now whether this mailbox is here, try again later";
    try {
      const normal = normalise(address);
      const taken = normal === null ? null : await options.accepts(normal);
      if (taken === "later") return reply(451, unsure);
      if (taken === null) return reply(550, "No such mailbox here");
      takenBy(session).set(address, taken.channel);
      return null;
    } catch (error) {
      options.log("error", "door.acceptsFailed", { error: describe(error) });
      return reply(451, unsure);
    }
  }

  /** Null: every channel has the mail. Never rejects. */
  async function takeMail(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<ReplyError | null> {
    mails += 1;
    try {
      return await receive(stream, session);
    } catch (error) {
      options.log("error", "door.storeFailed", { error: describe(error) });
      return reply(451, "Could not store it now, try again later");
    } finally {
      mails -= 1;
    }
  }

  function takenBy(session: SMTPServerSession): Map<string, string> {
    const known = channels.get(session) ?? new Map<string, string>();
    channels.set(session, known);
    return known;
  }

  /** Reads one mail and stores it for every channel it is for; null: stored everywhere, otherwise the answer for the client. */
  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<ReplyError | null> {
    const mine = { bytes: 0 };
    try {
      const read = await readMail(stream, {
        limits,
        hold: (bytes) => {
          if (held + bytes > limits.heldBytes) return false;
          held += bytes;
          mine.bytes += bytes;
          return true;
        },
        forget: () => {
          held -= mine.bytes;
          mine.bytes = 0;
        },
        hangUp: (code, words) => hangUp(session, code, words),
        bareLineEnd: () => options.log("warn", "door.bareLineEnd", { remoteIp: session.remoteAddress }),
      });
      if (!Buffer.isBuffer(read)) return read;
      const recipients = Map.groupBy(
        session.envelope.rcptTo.map((each) => each.address),
        (address) => takenBy(session).get(address) ?? "",
      );
      const providerId = `door:${createHash("sha256").update(read).digest("hex")}`;
      const mailFrom = session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address;
      for (const [channel, addresses] of recipients) {
        const raw: Raw = {
          bytes: read,
          receivedAt: options.now().toISOString(),
          transport: {
            by: "smtp",
            remoteIp: session.remoteAddress,
            heloName: session.hostNameAppearsAs,
            mailFrom,
            recipients: addresses.map((address) => normalise(address) ?? address),
          },
        };
        await options.store(raw, providerId, channel);
      }
      return null;
    } finally {
      held -= mine.bytes;
    }
  }

  function hangUp(session: SMTPServerSession, code: number, words: string): void {
    for (const client of server.connections) {
      if (client.id !== session.id) continue;
      client.send(code, words);
      client.close();
    }
  }
}

/** What never changes while the door is open. */
function howItSpeaks(options: DoorOptions, limits: DoorLimits): SMTPServerOptions {
  return {
    ...(options.name === null ? {} : { name: options.name }),
    ...(options.tls === null ? {} : { key: options.tls.key, cert: options.tls.cert }),
    logger: false,
    disabledCommands: options.tls === null ? ["AUTH", "STARTTLS"] : ["AUTH"],
    authOptional: true,
    banner: "Draht",
    heloResponse: "%s at your service",
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    size: limits.mailBytes,
    maxClients: limits.clients,
    maxRecipients: limits.recipients,
    maxAllowedUnauthenticatedCommands: 1_000,
    socketTimeout: limits.idleMs,
    closeTimeout: limits.closeMs,
  };
}

/** What the reading of one mail asks of its door. */
interface Holding {
  readonly limits: DoorLimits;
  /** Counts these bytes to what the door holds; false when that would be too much. */
  readonly hold: (bytes: number) => boolean;
  readonly forget: () => void;
  readonly hangUp: (code: number, words: string) => void;
  readonly bareLineEnd: () => void;
}

/** All bytes up to CRLF.CRLF, or the answer for the client. Rejects when the client goes away or takes too long. */
function readMail(stream: SMTPServerDataStream, holding: Holding): Promise<Buffer | ReplyError> {
  const { limits, hangUp } = holding;
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let refused: ReplyError | null = null;
    let total = 0;
    const bare = bareLineEnds();
    const deadline = setTimeout(() => hangUp(421, "Too slow"), limits.dataMs);
    const refuse = (answer: ReplyError): void => {
      refused ??= answer;
      chunks = [];
      holding.forget();
    };
    stream.on("data", (chunk: Buffer) => {
      total += chunk.length;
      if (bare(chunk)) {
        holding.bareLineEnd();
        refuse(reply(554, "Bare CR or LF in the message: lines end with CRLF"));
      }
      if (stream.sizeExceeded) {
        refuse(reply(552, `Message exceeds the maximum size of ${limits.mailBytes} bytes`));
        // Who goes on long after the announced limit is not listened to.
        if (total > limits.mailBytes * 2 + 1_000_000) hangUp(552, "Message exceeds the maximum size");
      }
      if (refused !== null) return;
      if (holding.hold(chunk.length)) chunks.push(chunk);
      else refuse(reply(452, "Busy, try again in a minute"));
    });
    stream.once("end", () => {
      clearTimeout(deadline);
      if (bare(null)) refuse(reply(554, "Bare CR or LF in the message: lines end with CRLF"));
      resolve(refused ?? Buffer.concat(chunks));
    });
    stream.once("error", (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    stream.once("close", () => {
      clearTimeout(deadline);
      if (!stream.readableEnded) reject(new Error("the client went away in the middle of a mail"));
    });
  });
}

type ReplyError = Error & { responseCode: number };

function reply(code: number, words: string): ReplyError {
  return Object.assign(new Error(words), { responseCode: code });
}

/** Domain in lower-case ASCII, local part untouched; null for what is no address. */
function normalise(address: string): string | null {
  const at = address.lastIndexOf("@");
  if (at < 1) return null;
  const domain = domainToASCII(address.slice(at + 1).toLowerCase());
  return domain === "" ? null : `${address.slice(0, at)}@${domain}`;
}

/**
 * Answers true once a CR without LF or an LF without CR was seen; call it with null at the end. What different mail servers
 * take for the end of a message differs exactly there (SMTP smuggling, CVE-2023-51764), so such bytes are never stored.
 */
function bareLineEnds(): (chunk: Buffer | null) => boolean {
  let lastWasReturn = false;
  return (chunk) => {
    if (chunk === null) return lastWasReturn;
    let at = 0;
    if (lastWasReturn && chunk.length > 0 && chunk[0] !== 0x0a) return true;
    if (!lastWasReturn && chunk[0] === 0x0a) return true;
    while (true) {
      const feed = chunk.indexOf(0x0a, at);
      const carriage = chunk.indexOf(0x0d, at);
      if (carriage === -1 && feed === -1) break;
      if (feed !== -1 && (carriage === -1 || feed < carriage)) {
        // Only the first byte of a chunk may be the LF of a CR that came before.
        if (feed !== 0) return true;
        at = 1;
        continue;
      }
      if (carriage === chunk.length - 1) {
        lastWasReturn = true;
        return false;
      }
      if (chunk[carriage + 1] !== 0x0a) return true;
      at = carriage + 2;
    }
    if (chunk.length > 0) lastWasReturn = false;
    return false;
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : "not an Error";
}
