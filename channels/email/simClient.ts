// A plain SMTP client (RFC 5321) on node:net: what a customer's provider does at our door. Used by sim.ts and by tests that send odd bytes.
import { connect } from "node:net";
import { createInterface } from "node:readline";

/** A refusing reply: `reply` is the server's line, null when the connection ended without one. */
export class SmtpRefusal extends Error {
  readonly reply: string | null;
  constructor(step: string, reply: string | null) {
    super(`${step}: ${reply ?? "the connection ended"}`);
    this.reply = reply;
  }
}

/** One mail from greeting to QUIT. Resolves with the reply to the data; rejects with SmtpRefusal at the first reply that is not positive. */
export async function converse(
  via: { readonly host: string; readonly port: number },
  mail: { readonly hello: string; readonly from: string; readonly to: readonly string[]; readonly raw: Uint8Array },
): Promise<string> {
  const socket = connect({ host: via.host, port: via.port });
  const failed = new Promise<never>((_resolve, reject) => socket.once("error", reject));
  // Looked at only while a reply is awaited.
  failed.catch(() => undefined);
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const expect = async (step: string, first: string): Promise<string> => {
    for (;;) {
      const { value, done } = await Promise.race([lines.next(), failed]);
      if (done === true) throw new SmtpRefusal(step, null);
      if (/^\d{3}-/.test(value)) continue;
      if (!value.startsWith(first)) throw new SmtpRefusal(step, value);
      return value;
    }
  };
  const say = async (line: string, first: string): Promise<string> => {
    socket.write(`${line}\r\n`);
    return expect(line.split(":")[0] ?? line, first);
  };
  try {
    await expect("greeting", "220");
    await say(`EHLO ${mail.hello}`, "250");
    await say(`MAIL FROM:<${mail.from}>`, "250");
    for (const to of mail.to) await say(`RCPT TO:<${to}>`, "250");
    await say("DATA", "354");
    socket.write(stuffed(mail.raw));
    const answer = await expect("end of data", "250");
    await say("QUIT", "221");
    return answer;
  } finally {
    socket.destroy();
  }
}

function stuffed(raw: Uint8Array): Buffer {
  const text = Buffer.from(raw).toString("latin1").replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..");
  return Buffer.from(`${text}${text.endsWith("\r\n") ? "" : "\r\n"}.\r\n`, "latin1");
}
