// Measures what reading a mail costs in CPU: node bench/reading.ts. Counts user and system time of this process, no DNS on the wire.
import { generateKeyPairSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import { receive } from "#channels/email/inbound.ts";
import type { EmailSettings } from "#channels/email/settings.ts";
import type { Raw, ReadingIo } from "#contract/channel.ts";

const settings: EmailSettings = {
  address: "service@kabel.example",
  aliases: [],
  displayName: "",
  imap: null,
  smtp: null,
  dkim: null,
  door: true,
  plusAddressing: true,
  trustedAuthservIds: [],
  trustedRelays: [],
};

const corpora = fileURLToPath(new URL("../../shared/corpora", import.meta.url));
const fixtures = fileURLToPath(new URL("../channels/email/fixtures", import.meta.url));

function mails(folder: string, limitBytes: number): Buffer[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(?:eml|msg)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    .filter((bytes) => bytes.length <= limitBytes);
}

/** A reply as offices write it: an HTML answer above a long quoted history, and the same as text. */
function officeMail(answers: number): string {
  const turn = (index: number): string =>
    `<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Von:</b> Kabel Service &lt;service@kabel.example&gt;<br><b>Gesendet:</b> Freitag, ${index}. November 2026 09:12<br><b>An:</b> Anna Gr&ouml;&szlig;mann<br><b>Betreff:</b> Ihr Anschluss</p></div><p class="MsoNormal" style="margin:0cm;font-size:11.0pt;font-family:'Calibri',sans-serif">Sehr geehrte Frau Gr&ouml;&szlig;mann,<br>bitte pr&uuml;fen Sie die Leitung und <a href="https://www.kabel.example/hilfe?nr=${index}" style="color:#0563C1">starten Sie den Router</a> neu.</p><p class="MsoNormal"><img width="120" src="https://www.kabel.example/logo.png"></p>`;
  const text = `Guten Tag,\r\n\r\ndie Leitung ist seit gestern wieder tot. Bitte schicken Sie mir einen Techniker.\r\n\r\n${Array.from({ length: answers }, (_, index) => `Von: Kabel Service <service@kabel.example>\r\nGesendet: Freitag, ${index}. November 2026 09:12\r\nAn: Anna\r\nBetreff: Ihr Anschluss\r\n\r\nbitte prüfen Sie die Leitung und starten Sie den Router neu.\r\n`).join("\r\n")}`;
  const html = `<html><head><style>p{margin:0}</style></head><body lang="DE"><p class="MsoNormal">Guten Tag,<br>die Leitung ist seit gestern wieder tot. Bitte schicken Sie mir einen Techniker.</p>${Array.from({ length: answers }, (_, index) => turn(index)).join("")}</body></html>`;
  return `From: Anna =?utf-8?Q?Gr=C3=B6=C3=9Fmann?= <anna@kunde.example>\r\nTo: service@kabel.example\r\nSubject: AW: Ihr Anschluss [#1234]\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@kunde.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n${html}\r\n--b--\r\n`;
}

async function measure(
  name: string,
  list: readonly Buffer[],
  transport: Raw["transport"],
  io: ReadingIo,
): Promise<void> {
  if (list.length === 0) {
    console.log(`${name}: not here`);
    return;
  }
  const rounds = Math.max(3, Math.ceil(600 / list.length));
  let best = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < 4; pass += 1) {
    const start = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) {
      for (const bytes of list) await receive({ bytes, receivedAt: "2026-11-24T00:00:00Z", transport }, settings, io);
    }
    const used = process.cpuUsage(start);
    best = Math.min(best, (used.user + used.system) / 1_000 / (rounds * list.length));
  }
  const average = Math.round(list.reduce((sum, bytes) => sum + bytes.length, 0) / list.length);
  console.log(`${name}: ${best.toFixed(2)} ms CPU per mail (${list.length} mails, ${average} bytes on average)`);
}

const key = generateKeyPairSync("rsa", { modulusLength: 2048 });
const zone: Readonly<Record<string, string>> = {
  "kunde.example": "v=spf1 ip4:192.0.2.1 -all",
  "_dmarc.kunde.example": "v=DMARC1; p=reject",
  "s._domainkey.kunde.example": `v=DKIM1; k=rsa; p=${key.publicKey.export({ type: "spki", format: "der" }).toString("base64")}`,
};
const resolver = (name: string, type: string): Promise<unknown[]> => {
  const text = type === "TXT" ? zone[name] : undefined;
  return text === undefined
    ? Promise.reject(Object.assign(new Error("no record"), { code: "ENOTFOUND" }))
    : Promise.resolve([[text]]);
};
const signing = {
  signatureData: [
    {
      signingDomain: "kunde.example",
      selector: "s",
      privateKey: key.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    },
  ],
};
const office = officeMail(8);
const { signatures } = await dkimSign(Buffer.from(office), signing as unknown as Parameters<typeof dkimSign>[1]);

const off: ReadingIo = { now: new Date(0), resolver: null };
const fetched: Raw["transport"] = { by: "imap" };
await measure(
  "mail collections up to 30 kB",
  [...mails(join(corpora, "mime-mime4j"), 30_000), ...mails(join(corpora, "mime-mailparser"), 30_000)],
  fetched,
  off,
);
await measure("bounces", mails(join(corpora, "bounces-sisimai/maildir/bsd"), 60_000), fetched, off);
await measure("fixtures", mails(fixtures, 60_000), fetched, off);
await measure("office reply", [Buffer.from(office)], fetched, off);
await measure("office reply with long history", [Buffer.from(officeMail(20))], fetched, off);
await measure(
  "office reply at our door, SPF, DKIM and DMARC judged",
  [Buffer.from(signatures + office)],
  { by: "smtp", remoteIp: "192.0.2.1", heloName: "mail.kunde.example", mailFrom: "anna@kunde.example" },
  { now: new Date(), resolver },
);
console.log(`${Math.round(process.memoryUsage().rss / 1_048_576)} MB of memory`);
