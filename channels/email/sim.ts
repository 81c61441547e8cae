// The world's mail servers in small: takes mail for every address, keeps it for a customer to read, and writes as a customer.
// Speaks SMTP over node:net without the libraries that the channel uses. For tests, the demo world and its post box.
import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type SimLetter, type SimReading, readMail, writeMail } from "./simMail.ts";
import { converse } from "./simClient.ts";

/** One mail as it arrived. `seq` grows by one with each and survives a restart when a folder was given. */
export interface SimMail extends SimReading {
  readonly seq: number;
  readonly at: string;
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly raw: Buffer;
}

/**
 * The steps of an SMTP conversation at which the sim can go wrong. "text": the first line of the mail is there; "end": all of it, and it is
 * not kept yet; "answer": it is kept, and the client does not know it.
 */
export type SimStep = "connect" | "mail" | "rcpt" | "data" | "text" | "end" | "answer";

/** One fault. It is used up after `times` (1 when absent); `rcpt` faults may name a recipient. */
export interface SimFault {
  readonly step: SimStep;
  readonly recipient?: string;
  /** A reply such as "451 4.3.0 try later", "drop" to end the connection at this step, or a number: milliseconds to be late. */
  readonly does: string | number;
  readonly times?: number;
}

export interface MailSim {
  readonly port: number;
  /** Kept mails, oldest first. `to`: an envelope recipient in any case, details after "+" included; `after`: a seq. */
  readonly messages: (filter?: { readonly to?: string; readonly after?: number }) => readonly SimMail[];
  /** Calls the listener for each new mail until the returned function is called. */
  readonly on: (event: "message", listener: (mail: SimMail) => void) => () => void;
  /** Resolves with the first mail after now, or kept already after `filter.after`, that fits. */
  readonly next: (fits: (mail: SimMail) => boolean, after?: number) => Promise<SimMail>;
  /** Hands a customer's letter to an SMTP server and resolves with its Message-ID and the server's answer; rejects with an error that carries the refusing reply. */
  readonly send: (
    letter: SimLetter,
    via: { readonly host: string; readonly port: number },
  ) => Promise<{ readonly messageId: string; readonly answer: string; readonly raw: Buffer }>;
  /** Most connections that were open at one time. */
  readonly connections: () => number;
  /** From now on things go wrong. */
  readonly fail: (fault: SimFault) => void;
  /** Resolves when the next fault at this step begins. */
  readonly failing: (step: SimStep) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface MailSimOptions {
  /** Where mails are kept over restarts; null: in memory only. */
  readonly dir: string | null;
  /** 0: any free port. */
  readonly smtpPort: number;
  readonly host?: string;
  /** Most mails kept; the oldest go first. 5,000 when absent. */
  readonly keep?: number;
  readonly now?: () => Date;
}

const largestBytes = 64 * 1024 * 1024;

/** Starts it and resolves when it listens on loopback. */
export async function startMailSim(options: MailSimOptions): Promise<MailSim> {
  const most = options.keep ?? 5_000;
  const now = options.now ?? (() => new Date());
  const mails: SimMail[] = options.dir === null ? [] : await load(options.dir, most);
  const news = new EventEmitter();
  news.setMaxListeners(0);
  const faults = openFaults(news);
  const sockets = new Set<Socket>();
  let seq = mails.at(-1)?.seq ?? 0;
  let mostSockets = 0;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    mostSockets = Math.max(mostSockets, sockets.size);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    void serve(socket, faults, keep);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.smtpPort, options.host ?? "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mail sim has no port");

  return {
    port: address.port,
    messages: (filter = {}) => {
      const to = filter.to?.toLowerCase();
      const after = filter.after ?? 0;
      return mails.filter(
        (mail) => mail.seq > after && (to === undefined || mail.envelope.to.some((each) => each.toLowerCase() === to)),
      );
    },
    on: (event, listener) => {
      news.on(event, listener);
      return () => news.off(event, listener);
    },
    next: (fits, after) =>
      new Promise((resolve) => {
        const kept = after === undefined ? undefined : mails.find((mail) => mail.seq > after && fits(mail));
        if (kept !== undefined) return resolve(kept);
        const look = (mail: SimMail): void => {
          if (!fits(mail)) return;
          news.off("message", look);
          resolve(mail);
        };
        news.on("message", look);
      }),
    send: async (letter, via) => {
      const domain = letter.from.address.slice(letter.from.address.lastIndexOf("@") + 1);
      const messageId = `${randomBytes(12).toString("hex")}@${domain}`;
      const raw = await writeMail(letter, messageId, now());
      const to = [...letter.to, ...(letter.cc ?? [])].map((each) => each.address);
      const answer = await converse(via, { hello: `mail.${domain}`, from: letter.from.address, to, raw });
      return { messageId, answer, raw };
    },
    connections: () => mostSockets,
    fail: faults.add,
    failing: (step) => new Promise((resolve) => news.once(`failing:${step}`, () => resolve())),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };

  async function keep(envelope: SimMail["envelope"], raw: Buffer): Promise<SimMail> {
    const reading = await readMail(raw);
    const mail: SimMail = { ...reading, seq: ++seq, at: now().toISOString(), envelope, raw };
    if (options.dir !== null) await save(options.dir, mail);
    mails.push(mail);
    while (mails.length > most) {
      const oldest = mails.shift();
      if (options.dir !== null && oldest !== undefined)
        await rm(join(options.dir, fileOf(oldest.seq)), { force: true });
    }
    news.emit("message", mail);
    return mail;
  }
}

/** What is to go wrong, and the steps at which it does. */
interface Faults {
  readonly add: (fault: SimFault) => void;
  /** The fault due at this step, used up by asking. */
  readonly due: (step: SimStep, recipient?: string) => string | number | null;
  /** Answers one step; null when the connection is over. */
  readonly answer: (socket: Socket, step: SimStep, usual: string, recipient?: string) => Promise<string | null>;
  /** A fault at a step that has no reply of its own; false when the connection is over. */
  readonly goesOn: (socket: Socket, step: SimStep) => Promise<boolean>;
}

function openFaults(news: EventEmitter): Faults {
  const faults: { fault: SimFault; left: number }[] = [];
  const due: Faults["due"] = (step, recipient) => {
    const found = faults.find(
      ({ fault, left }) =>
        left > 0 && fault.step === step && (fault.recipient === undefined || fault.recipient === recipient),
    );
    if (found === undefined) return null;
    found.left -= 1;
    news.emit(`failing:${step}`);
    return found.fault.does;
  };
  return {
    add: (fault) => void faults.push({ fault, left: fault.times ?? 1 }),
    due,
    answer: async (socket, step, usual, recipient) => {
      const fault = due(step, recipient);
      if (fault === "drop") {
        socket.destroy();
        return null;
      }
      if (typeof fault === "number") await late(fault, socket);
      const line = typeof fault === "string" ? fault : usual;
      socket.write(`${line}\r\n`);
      return line;
    },
    goesOn: async (socket, step) => {
      const fault = due(step);
      if (fault === "drop") socket.destroy();
      if (typeof fault === "number") await late(fault, socket);
      return !socket.destroyed;
    },
  };
}

type Keep = (envelope: SimMail["envelope"], raw: Buffer) => Promise<SimMail>;

/** One client's conversation, to its end. */
async function serve(socket: Socket, { due, answer, goesOn }: Faults, keep: Keep): Promise<void> {
  if ((await answer(socket, "connect", "220 sim.test ESMTP")) === null) return;
  let envelope: { from: string; to: string[] } | null = null;
  const lines = readLines(socket);
  for await (const line of lines) {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "EHLO" || verb === "HELO")
      socket.write("250-sim.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
    else if (verb === "MAIL") {
      const said = await answer(socket, "mail", "250 2.1.0 ok");
      if (said === null) return;
      envelope = said.startsWith("2") ? { from: pathOf(line), to: [] } : null;
    } else if (verb === "RCPT") {
      const to = pathOf(line);
      const said = await answer(socket, "rcpt", envelope === null ? "503 5.5.1 MAIL first" : "250 2.1.5 ok", to);
      if (said === null) return;
      if (said.startsWith("2")) envelope?.to.push(to);
    } else if (verb === "DATA") {
      const said = await answer(
        socket,
        "data",
        (envelope?.to.length ?? 0) === 0 ? "503 5.5.1 RCPT first" : "354 go on",
      );
      if (said === null) return;
      if (!said.startsWith("3") || envelope === null) continue;
      const first = await lines.next();
      if (first.done === true || !(await goesOn(socket, "text"))) return;
      const raw = await readData(first.value, lines);
      if (raw === null) return;
      const end = due("end");
      if (end === "drop") return void socket.destroy();
      if (typeof end === "number") await late(end, socket);
      if (socket.destroyed) return;
      if (typeof end === "string") socket.write(`${end}\r\n`);
      else {
        const mail = await keep(envelope, raw);
        if ((await answer(socket, "answer", `250 2.0.0 queued as ${mail.seq}`)) === null) return;
      }
      envelope = null;
    } else if (verb === "RSET") {
      envelope = null;
      socket.write("250 2.0.0 ok\r\n");
    } else if (verb === "NOOP") socket.write("250 2.0.0 ok\r\n");
    else if (verb === "QUIT") socket.end("221 2.0.0 bye\r\n");
    else socket.write("502 5.5.2 what?\r\n");
  }
}

/** Waits that long, or until the other side has gone. */
function late(ms: number, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      socket.off("close", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    socket.once("close", end);
  });
}

function pathOf(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? "";
}

/** Lines without their CRLF, bytes as latin1; ends with the connection. */
async function* readLines(socket: Socket): AsyncGenerator<string, void, undefined> {
  let rest = "";
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      const text = rest + chunk.toString("latin1");
      const lines = text.split("\r\n");
      rest = lines.pop() ?? "";
      if (rest.length > largestBytes) return;
      for (const line of lines) yield line;
    }
  } catch {
    // The other side went away; there is nobody to tell.
  }
}

/** Everything up to the line with a single dot, dots unstuffed (RFC 5321 section 4.5.2); null when the connection ended before. */
async function readData(first: string, lines: AsyncGenerator<string, void, undefined>): Promise<Buffer | null> {
  const kept: string[] = [];
  for (let value = first; ;) {
    if (value === ".") return Buffer.from(kept.map((line) => `${line}\r\n`).join(""), "latin1");
    kept.push(value.startsWith(".") ? value.slice(1) : value);
    const next = await lines.next();
    if (next.done === true) return null;
    value = next.value;
  }
}

function fileOf(seq: number): string {
  return `${String(seq).padStart(8, "0")}.json`;
}

async function save(dir: string, mail: SimMail): Promise<void> {
  const { seq, at, envelope, raw } = mail;
  const path = join(dir, fileOf(seq));
  await writeFile(`${path}.new`, JSON.stringify({ seq, at, envelope, raw: raw.toString("base64") }));
  await rename(`${path}.new`, path);
}

async function load(dir: string, most: number): Promise<SimMail[]> {
  await mkdir(dir, { recursive: true });
  const names = (await readdir(dir)).filter((name) => /^\d{8}\.json$/.test(name)).toSorted();
  const mails: SimMail[] = [];
  for (const name of names.slice(-most)) {
    const kept = JSON.parse(await readFile(join(dir, name), "utf8")) as Pick<SimMail, "seq" | "at" | "envelope"> & {
      raw: string;
    };
    const raw = Buffer.from(kept.raw, "base64");
    mails.push({ ...(await readMail(raw)), seq: kept.seq, at: kept.at, envelope: kept.envelope, raw });
  }
  return mails;
}
