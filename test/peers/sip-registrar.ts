// A provider's registrar: takes REGISTER by TLS and asks for a digest (RFC 3261 section 22). For tests of a trunk that signs in.
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { createServer, type TLSSocket } from "node:tls";
import type { PeerCertificate } from "#test/peers/mail-config.ts";
import { type Message, parse, tagOf, word } from "#test/peers/sip-caller.ts";

/** What came of a try to sign in. */
export interface SignIn {
  readonly status: 200 | 401 | 403;
  readonly contact: string;
}

/** At a port of its own on loopback, with the certificate and the password that are set last. */
export const openRegistrar = async (user: string) => {
  let password = "";
  const came: SignIn[] = [];
  const faults: string[] = [];
  const ears = new Set<() => void>();
  const tell = (): void => {
    for (const ear of ears) ear();
  };
  const fault = (words: string): void => {
    faults.push(words);
    tell();
  };
  const sockets = new Set<TLSSocket>();
  const server = createServer({}, (socket) => {
    sockets.add(socket);
    let [heard, left] = [false, ""];
    socket.on("close", () => {
      // Its own check of our certificate comes after the handshake: it goes without a word.
      if (sockets.delete(socket) && !heard) fault("left without a word");
    });
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      heard = true;
      left += chunk.toString("utf8");
      for (let end = left.indexOf("\r\n\r\n"); end >= 0; end = left.indexOf("\r\n\r\n")) {
        const message = parse(left.slice(0, end + 4));
        left = left.slice(end + 4);
        if (message.first === "" || message.first.startsWith("SIP/2.0")) continue;
        const status = message.first.startsWith("REGISTER") ? judge(message) : 200;
        socket.write(answer(message, status));
      }
    });
  });
  const judge = (message: Message): 200 | 401 | 403 => {
    const said = message.headers.get("authorization");
    const status = said === undefined ? 401 : said.includes(digest(user, password, said)) ? 200 : 403;
    came.push({ status, contact: message.headers.get("contact") ?? "" });
    tell();
    return status;
  };
  server.on("tlsClientError", (error) => fault(error.message));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const until = <T>(what: string, look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const ear = (): void => {
        const found = look();
        if (found === undefined) return;
        clearTimeout(late);
        ears.delete(ear);
        resolve(found);
      };
      const late = setTimeout(() => {
        ears.delete(ear);
        reject(new Error(`${what} did not come: ${JSON.stringify({ came, faults })}`));
      }, 60_000);
      ears.add(ear);
      ear();
    });
  return {
    port: (server.address() as AddressInfo).port,
    /** Every try, in its order. */
    came,
    /** Connections that were given up before anything was said. */
    faults,
    until,
    /** From now on it shows this certificate and wants this password; who was connected connects anew. */
    set: async (certificate: PeerCertificate, secret: string): Promise<void> => {
      password = secret;
      server.setSecureContext({ cert: await readFile(certificate.certificate), key: await readFile(certificate.key) });
      for (const socket of sockets) socket.destroy();
    },
    close: (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** The response that who knows the password gives. */
function digest(user: string, password: string, header: string): string {
  const value = (name: string): string => new RegExp(`\\b${name}="?([^",]*)`, "u").exec(header)?.[1] ?? "";
  const secret = md5(`${user}:line.test:${password}`);
  return `response="${md5(`${secret}:${value("nonce")}:${value("nc")}:${value("cnonce")}:auth:${md5(`REGISTER:${value("uri")}`)}`)}"`;
}

const words = { 200: "OK", 401: "Unauthorized", 403: "Forbidden" } as const;

const answer = (to: Message, status: 200 | 401 | 403): string =>
  [
    `SIP/2.0 ${status} ${words[status]}`,
    ...to.vias.map((via) => `Via: ${via}`),
    `From: ${to.headers.get("from") ?? ""}`,
    `To: ${to.headers.get("to") ?? ""}${tagOf(to.headers.get("to") ?? "") === "" ? `;tag=${word()}` : ""}`,
    `Call-ID: ${to.headers.get("call-id") ?? ""}`,
    `CSeq: ${to.headers.get("cseq") ?? ""}`,
    ...(status === 401
      ? [`WWW-Authenticate: Digest realm="line.test", nonce="${word()}", algorithm=MD5, qop="auth"`]
      : []),
    ...(status === 200 ? [`Contact: ${to.headers.get("contact") ?? ""};expires=600`, "Expires: 600"] : []),
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
