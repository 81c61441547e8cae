// Turns a letter into the bytes its mail program would send (RFC 5322, 2045-2047). Called by threads.ts, the demo world and the benches.
import type { CorpusFile } from "#lib/corpus/files.ts";
import { codeFrom, randomFrom, type Random } from "#lib/corpus/random.ts";

export const clients = ["gmail", "outlook", "apple", "gmx", "thunderbird", "android"] as const;
export type Client = (typeof clients)[number];

export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** What is sent. The same letter gives the same bytes. */
export interface Letter {
  readonly from: Mailbox;
  readonly to: readonly Mailbox[];
  readonly cc?: readonly Mailbox[];
  readonly subject: string;
  readonly text: string;
  /** What is answered, behind "> "; `head` is the line above it. */
  readonly quoted?: { readonly head: string; readonly text: string };
  /** Used instead of what the program would make of the text. */
  readonly html?: string;
  readonly files?: readonly CorpusFile[];
  readonly messageId: string;
  readonly inReplyTo?: string;
  readonly references?: readonly string[];
  readonly atMs: number;
  readonly client: Client;
  /** Further header fields, as they are. */
  readonly headers?: readonly string[];
}

const utf8 = new TextEncoder();
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (n: number): string => String(n).padStart(2, "0");

/** A moment as RFC 5322 writes it. */
const dateText = (ms: number): string => {
  const d = new Date(ms);
  return `${days[d.getUTCDay()]}, ${d.getUTCDate()} ${months[d.getUTCMonth()]} ${d.getUTCFullYear()} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`;
};

const base64 = (bytes: Uint8Array): string => {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
};

const wrapped = (text: string, length = 76): string => text.replace(new RegExp(`.{${length}}(?=.)`, "g"), "$&\r\n");

/** An encoded-word (RFC 2047) when the text needs one; at most 45 bytes each. */
const headerText = (text: string): string => {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("=?")) return text;
  const words: string[] = [];
  let piece = "";
  for (const letter of text) {
    if (utf8.encode(piece + letter).length > 45) {
      words.push(piece);
      piece = "";
    }
    piece += letter;
  }
  words.push(piece);
  return words.map((word) => `=?UTF-8?B?${base64(utf8.encode(word))}?=`).join("\r\n ");
};

const person = ({ name, address }: Mailbox): string =>
  name === ""
    ? address
    : /^[A-Za-z0-9 ]*$/.test(name)
      ? `${name} <${address}>`
      : /^[\x20-\x7e]*$/.test(name)
        ? `"${name.replace(/["\\]/g, "\\$&")}" <${address}>`
        : `${headerText(name)} <${address}>`;

/** Quoted-printable (RFC 2045 section 6.7). */
const quotedPrintable = (text: string): string =>
  text
    .split("\n")
    .map((line) => {
      const coded: string[] = [];
      for (const byte of utf8.encode(line))
        coded.push(
          (byte >= 33 && byte <= 126 && byte !== 61) || byte === 32
            ? String.fromCharCode(byte)
            : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`,
        );
      if (coded.at(-1) === " ") coded[coded.length - 1] = "=20";
      let out = "";
      let width = 0;
      for (const each of coded) {
        if (width + each.length > 75) {
          out += "=\r\n";
          width = 0;
        }
        out += each;
        width += each.length;
      }
      return out;
    })
    .join("\r\n");

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

const asHtml = (client: Client, text: string, quoted: Letter["quoted"]): string => {
  const lines = text.trimEnd().split("\n");
  const quote = quoted === undefined ? [] : quoted.text.trimEnd().split("\n").map(escaped);
  const head = quoted === undefined ? "" : escaped(quoted.head);
  if (client === "outlook") {
    const paragraphs = (of: readonly string[]): string =>
      of
        .map(
          (line) =>
            `<p class="MsoNormal"><span style="font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif;mso-fareast-language:EN-US">${line === "" ? "<o:p>&nbsp;</o:p>" : `${line}<o:p></o:p>`}</span></p>`,
        )
        .join("\n");
    const below =
      quoted === undefined
        ? ""
        : `<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>${head}</b></p></div>\n${paragraphs(quote)}`;
    return `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><meta name="Generator" content="Microsoft Word 15 (filtered medium)"><style><!--\n@font-face {font-family:"Cambria Math"; panose-1:2 4 5 3 5 4 6 3 2 4;}\n@font-face {font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}\np.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}\na:link, span.MsoHyperlink {mso-style-priority:99; color:#0563C1; text-decoration:underline;}\nspan.E-MailFormatvorlage19 {mso-style-type:personal-compose; color:windowtext;}\n@page WordSection1 {size:612.0pt 792.0pt; margin:70.85pt 70.85pt 2.0cm 70.85pt;}\ndiv.WordSection1 {page:WordSection1;}\n--></style></head><body lang="DE" link="#0563C1" vlink="#954F72" style="word-wrap:break-word"><div class="WordSection1">\n${paragraphs(lines.map(escaped))}\n${below}</div></body></html>`;
  }
  const body = lines.map((line) => (line === "" ? "<div><br></div>" : `<div>${escaped(line)}</div>`)).join("\n");
  if (client === "apple")
    return `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">${body}${quoted === undefined ? "" : `<div><br><blockquote type="cite"><div>${head}</div><br class="Apple-interchange-newline"><div>${quote.join("<br>\n")}</div></blockquote></div>`}</body></html>`;
  if (client === "gmx")
    return `<html><head></head><body><div style="font-family: Verdana;font-size: 12.0px;">${body}${quoted === undefined ? "" : `<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5; word-wrap: break-word;"><div style="margin:0 0 10px 0;">${head}</div><div name="quoted-content">${quote.join("<br/>\n")}</div></div>`}</div></body></html>`;
  return `<div dir="ltr">${body}</div>${quoted === undefined ? "" : `<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">${head}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">${quote.join("<br>\n")}</blockquote></div>`}`;
};

interface Part {
  readonly head: readonly string[];
  readonly body: string;
}

const textPart = (type: string, text: string, coding: "quoted-printable" | "base64"): Part => ({
  head: [`Content-Type: ${type}; charset="UTF-8"`, `Content-Transfer-Encoding: ${coding}`],
  body: coding === "base64" ? wrapped(base64(utf8.encode(text.replace(/\n/g, "\r\n")))) : quotedPrintable(text),
});

const filePart = (file: CorpusFile): Part => ({
  head: [
    `Content-Type: ${file.mediaType}; name="${headerText(file.name)}"`,
    "Content-Transfer-Encoding: base64",
    ...(file.inlineId === null ? [] : [`Content-ID: <${file.inlineId}>`]),
    `Content-Disposition: ${file.inlineId === null ? "attachment" : "inline"}; filename="${headerText(file.name)}"`,
  ],
  body: wrapped(base64(file.bytes)),
});

const multipart = (random: Random, subtype: string, parts: readonly Part[]): Part => {
  const boundary = `${random.pick(["----=_Part_", "000000000000", "_000_", "Apple-Mail-", "--_=_"])}${codeFrom(random, 22, "0123456789ABCDEF")}`;
  return {
    head: [`Content-Type: multipart/${subtype}; boundary="${boundary}"`],
    body: `${parts.map((part) => `--${boundary}\r\n${part.head.join("\r\n")}\r\n\r\n${part.body}\r\n`).join("")}--${boundary}--`,
  };
};

const programs: Readonly<Record<Client, readonly string[]>> = {
  gmail: [],
  outlook: ["X-Mailer: Microsoft Outlook 16.0", "Content-Language: de-DE", "Thread-Topic: Service"],
  apple: ["X-Mailer: Apple Mail (2.3774.500.171.1.1)", "Mime-Version: 1.0 (Mac OS X Mail 16.0)"],
  gmx: ["X-Priority: 3", "Importance: normal", "Sensitivity: Normal"],
  thunderbird: ["User-Agent: Mozilla Thunderbird", "Content-Language: de-DE"],
  android: ["X-Mailer: GMX android app 8.2"],
};

const trace = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** What the relays on the way add; the bulk of many a short mail. */
const road = (random: Random, letter: Letter): string[] => {
  const domain = letter.from.address.split("@")[1] ?? "post.example";
  const hop = (by: string, from: string): string =>
    `Received: from ${from} (${from} [198.51.100.${random.int(250) + 1}])\r\n by ${by} with ESMTPS id ${codeFrom(random, 18, "0123456789abcdefghijklmnop")}\r\n (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\r\n ${dateText(letter.atMs)}`;
  const relays = Array.from({ length: random.between(0, 3) }, () => `relay${random.int(90)}.${domain}`);
  const way = [
    `mx${random.int(4)}.${domain}`,
    ...relays,
    `out${random.int(9)}.${domain}`,
    `client-${codeFrom(random, 6)}.access.example`,
  ];
  const lines = way.slice(1).map((from, i) => hop(way[i] ?? "", from));
  if (random.chance(0.7))
    lines.push(
      `X-Spam-Report: ${Array.from({ length: random.between(4, 18) }, () => `${(random.next() * 2 - 1).toFixed(1)} ${random.pick(["BAYES", "HTML", "RCVD_IN", "SPF", "URIBL", "FREEMAIL", "KAM", "TVD", "MIME"])}_${codeFrom(random, 6, "ABCDEFGHIKLMNOPRSTUW_")} ${random.pick(["Sender is on a list", "HTML and text parts differ", "Message has a text part", "Score of the address", "Relay is known"])}`).join("\r\n ")}`,
    );
  if (random.chance(0.5))
    lines.push(
      `X-Envelope-Trace: ${wrapped(codeFrom(random, random.between(200, 1600), trace), 70).replace(/\r\n/g, "\r\n ")}`,
    );
  if (letter.client === "gmx")
    lines.push(
      `X-Provags-ID: V03:K1:${codeFrom(random, 44, trace)}=`,
      `UI-OutboundReport: notjunk:1;M01:P0:${wrapped(codeFrom(random, random.between(300, 900), trace), 70).replace(/\r\n/g, "\r\n ")}`,
    );
  if (letter.client === "outlook")
    lines.push(
      `X-MS-Exchange-Organization-SCL: 1`,
      `X-Microsoft-Antispam-Message-Info: ${wrapped(codeFrom(random, random.between(600, 1800), trace), 70).replace(/\r\n/g, "\r\n ")}`,
      "X-MS-TrafficTypeDiagnostic: AM6PR05MB4567:EE_|AS8PR05MB9876:EE_",
    );
  if (letter.client === "gmail")
    lines.push(
      `X-Gm-Message-State: ${wrapped(codeFrom(random, random.between(120, 260), trace), 70).replace(/\r\n/g, "\r\n ")}`,
      `X-Google-Smtp-Source: ${codeFrom(random, 56, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")}`,
    );
  return lines;
};

/** The whole mail with CRLF line ends. Files make it multipart/mixed, pictures in the HTML multipart/related. */
export const writeMail = (letter: Letter): Uint8Array => {
  const random = randomFrom(letter.messageId, "mime");
  const quotedText =
    letter.quoted === undefined
      ? ""
      : `\n\n${letter.quoted.head}\n${letter.quoted.text
          .trimEnd()
          .split("\n")
          .map((line) => `> ${line}`)
          .join("\n")}\n`;
  const coding = letter.client === "gmail" && random.chance(0.4) ? "base64" : "quoted-printable";
  const plain = textPart("text/plain", letter.text.trimEnd() + quotedText, coding);
  const files = letter.files ?? [];
  const inline = files.filter((file) => file.inlineId !== null);
  const attached = files.filter((file) => file.inlineId === null);
  const onlyPlain =
    letter.html === undefined &&
    (letter.client === "thunderbird" || (letter.client === "android" && random.chance(0.5)));
  const made =
    letter.html ??
    asHtml(letter.client, letter.text, letter.quoted).replace(
      /<\/body>|$/,
      (end) => inline.map((file) => `<img src="cid:${file.inlineId}" alt="">`).join("") + end,
    );
  const htmlPart = textPart("text/html", made, coding);
  const rich = inline.length === 0 ? htmlPart : multipart(random, "related", [htmlPart, ...inline.map(filePart)]);
  const body = onlyPlain ? plain : multipart(random, "alternative", [plain, rich]);
  const whole = attached.length === 0 ? body : multipart(random, "mixed", [body, ...attached.map(filePart)]);
  const head = [
    ...road(random, letter),
    `Date: ${dateText(letter.atMs)}`,
    `From: ${person(letter.from)}`,
    `To: ${letter.to.map(person).join(",\r\n ")}`,
    ...(letter.cc === undefined || letter.cc.length === 0 ? [] : [`Cc: ${letter.cc.map(person).join(",\r\n ")}`]),
    `Subject: ${headerText(letter.subject)}`,
    `Message-ID: <${letter.messageId}>`,
    ...(letter.inReplyTo === undefined ? [] : [`In-Reply-To: <${letter.inReplyTo}>`]),
    ...(letter.references === undefined || letter.references.length === 0
      ? []
      : [`References: ${letter.references.map((id) => `<${id}>`).join("\r\n ")}`]),
    ...(letter.headers ?? []),
    ...(letter.client === "apple" ? [] : ["MIME-Version: 1.0"]),
    ...programs[letter.client],
    ...whole.head,
  ];
  return utf8.encode(`${head.join("\r\n")}\r\n\r\n${whole.body}\r\n`);
};
