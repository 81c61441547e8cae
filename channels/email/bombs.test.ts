// Mail made to exhaust its reader: every bomb is decided within the limits of the process that reads it (5 s, 256 MB).
// Each is read in a process of its own, as server/reader.ts does.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Of processor time, so that a crowded machine decides nothing. */
const limitMs = 5_000;
/** What has not ended by then never will. */
const longestMs = 120_000;
const limitBytes = 256 * 1024 * 1024;

interface Outcome {
  readonly kind: string;
  readonly warnings: readonly string[];
  readonly text: number;
  readonly textStart: string;
  readonly files: number;
  readonly people: number;
  readonly html: number;
  readonly cpuMs: number;
  readonly rss: number;
}

const inbound = fileURLToPath(new URL("./inbound.ts", import.meta.url));
const script = `
import { receive } from ${JSON.stringify(inbound)};
const settings = { address: "service@kabel.example", aliases: [], displayName: "", imap: null, smtp: null, dkim: null, door: true, plusAddressing: true, trustedAuthservIds: [], trustedRelays: [] };
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const bytes = Buffer.concat(chunks);
chunks.length = 0;
const start = process.cpuUsage();
const [first] = await receive({ bytes, receivedAt: "2026-11-24T00:00:00Z", transport: { by: "smtp" } }, settings, { now: new Date(0), resolver: null });
const used = process.cpuUsage(start);
process.stdout.write(JSON.stringify({ kind: first.kind, warnings: first.warnings ?? [], text: first.text?.length ?? 0, textStart: first.text?.slice(0, 40) ?? "", files: first.files?.length ?? 0, people: (first.to?.length ?? 0) + (first.cc?.length ?? 0), html: first.html?.length ?? 0, cpuMs: (used.user + used.system) / 1000, rss: process.resourceUsage().maxRSS * 1024 }));
`;

function readInChild(mail: Buffer): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--max-old-space-size=160", "--max-semi-space-size=16", "--input-type=module", "-e", script],
      {
        stdio: ["pipe", "pipe", "pipe"],
      },
    );
    let output = "";
    let errors = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), longestMs);
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString("utf8")));
    child.stdin.on("error", () => undefined);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(JSON.parse(output) as Outcome);
      else reject(new Error(`not decided: code ${code}, signal ${signal}, ${errors.slice(0, 400)}`));
    });
    child.stdin.end(mail);
  });
}

const head =
  "From: Anna <anna@kunde.example>\r\nTo: service@kabel.example\r\nSubject: Frage\r\nMessage-ID: <1@kunde.example>\r\nMIME-Version: 1.0\r\n";

function deepMime(levels: number): string {
  const open = Array.from(
    { length: levels },
    (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\r\n\r\n--b${level}\r\n`,
  ).join("");
  return `${head}${open}Content-Type: text/plain\r\n\r\nim Innersten\r\n`;
}

const bombs: readonly {
  readonly name: string;
  readonly make: () => string | Buffer;
  readonly check: (outcome: Outcome) => void;
}[] = [
  {
    name: "0.6 MB of nested <b>",
    make: () => `${head}Content-Type: text/html\r\n\r\n${"<b>".repeat(200_000)}Hallo`,
    check: (outcome) => {
      assert.equal(outcome.textStart, "Hallo");
      assert.ok(outcome.warnings.includes("htmlTooComplex"));
    },
  },
  {
    name: "150,000 HTML tags side by side",
    make: () => `${head}Content-Type: text/html\r\n\r\nHallo${"<i>x</i>".repeat(75_000)}`,
    check: (outcome) => assert.equal(outcome.textStart.slice(0, 5), "Hallo"),
  },
  {
    name: "19,000 nested tables below the limit of tags",
    make: () => `${head}Content-Type: text/html\r\n\r\n${"<table><tr><td>".repeat(6_300)}Hallo`,
    check: (outcome) => assert.ok(outcome.textStart.includes("Hallo")),
  },
  {
    name: "one attribute of 1.5 MB",
    make: () => `${head}Content-Type: text/html\r\n\r\n<p style="${"color:red;".repeat(150_000)}">Hallo</p>`,
    check: (outcome) => assert.equal(outcome.textStart, "Hallo"),
  },
  {
    name: "4 MB of flowed text",
    make: () => `${head}Content-Type: text/plain; format=flowed\r\n\r\n${"a \r\n".repeat(1_000_000)}`,
    check: (outcome) => assert.ok(outcome.text > 900_000 && outcome.warnings.includes("textCut")),
  },
  {
    name: "4 MB of flowed text with changing quote depth",
    make: () => `${head}Content-Type: text/plain; format=flowed\r\n\r\n${"> a \r\n>> b \r\n".repeat(330_000)}`,
    check: (outcome) => assert.equal(outcome.kind, "message"),
  },
  {
    name: "5,000 levels of MIME",
    make: () => deepMime(5_000),
    check: (outcome) => assert.ok(outcome.warnings.includes("tooManyParts")),
  },
  {
    name: "50,000 parts",
    make: () => `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${"--b\r\n\r\nHallo\r\n".repeat(50_000)}--b--`,
    check: (outcome) => assert.ok(outcome.textStart.startsWith("Hallo") && outcome.warnings.includes("tooManyParts")),
  },
  {
    name: "20,000 attachments",
    make: () =>
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHallo\r\n${"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nx\r\n".repeat(20_000)}--b--`,
    check: (outcome) => {
      assert.equal(outcome.textStart, "Hallo");
      assert.equal(outcome.files, 200);
    },
  },
  {
    name: "200,000 header fields",
    make: () => `${head}${"X-A: b\r\n".repeat(200_000)}\r\nHallo`,
    check: (outcome) => assert.equal(outcome.textStart, "Hallo"),
  },
  {
    name: "100,000 recipients",
    make: () =>
      `${head}Cc: ${Array.from({ length: 100_000 }, (_, each) => `a${each}@example.org`).join(",\r\n ")}\r\n\r\nHallo`,
    check: (outcome) => {
      assert.equal(outcome.textStart, "Hallo");
      assert.ok(outcome.people > 400 && outcome.people <= 1_001);
    },
  },
  {
    name: "one header field of 5 MB folded 100,000 times",
    make: () => `${head}References: ${"<a@b>\r\n ".repeat(600_000)}\r\n\r\nHallo`,
    check: (outcome) => assert.equal(outcome.textStart, "Hallo"),
  },
  {
    name: "1,000 multiparts that each claim the whole rest",
    make: () =>
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${"--b\r\nContent-Type: multipart/mixed; boundary=never\r\n\r\ntext\r\n".repeat(900)}--b\r\n\r\n${"x".repeat(20_000_000)}`,
    check: (outcome) => assert.equal(outcome.kind, "message"),
  },
  {
    name: "2 MB of lines that begin like attributions",
    make: () =>
      `${head}\r\n${"Am 1.1.2026 um 10:00 Uhr xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx wrote schrieb\r\n".repeat(25_000)}`,
    check: (outcome) => assert.ok(outcome.text > 1_000_000),
  },
  {
    name: "1 MB of encoded words in the subject",
    make: () => `${head.replace("Subject: Frage", `Subject: ${"=?utf-8?q?a?=\r\n ".repeat(70_000)}`)}\r\nHallo`,
    check: (outcome) => assert.equal(outcome.textStart, "Hallo"),
  },
  {
    name: "open brackets, quotes and comments in From",
    make: () => `${head.replace("From: Anna <anna@kunde.example>", `From: ${'(<["\\'.repeat(10_000)}`)}\r\nHallo`,
    check: (outcome) => assert.equal(outcome.textStart, "Hallo"),
  },
  {
    name: "a bounce of 3 MB whose lines are all addresses and codes",
    make: () =>
      `Return-Path: <>\r\nFrom: MAILER-DAEMON@x.example\r\nTo: service@kabel.example\r\nSubject: Undelivered Mail\r\n\r\n${"user unknown 550 5.1.1 <a@b.example> recipient address ".repeat(60_000)}`,
    check: (outcome) => assert.equal(outcome.kind, "message"),
  },
  {
    name: "30 MB of base64 as one file",
    make: () =>
      `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHallo\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${`${"QUJD".repeat(19)}\r\n`.repeat(390_000)}--b--`,
    check: (outcome) => {
      assert.equal(outcome.textStart, "Hallo");
      assert.equal(outcome.files, 1);
    },
  },
  {
    name: "a winmail.dat that lies about its lengths",
    make: () => {
      const tnef = Buffer.alloc(400_000, 0xff);
      tnef.writeUInt32LE(0x223e9f78, 0);
      tnef.writeUInt8(1, 6);
      tnef.writeUInt32LE(0x00069003, 7);
      tnef.writeUInt32LE(0xffffffff, 11);
      return `${head}Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n${tnef.toString("base64")}`;
    },
    check: (outcome) => assert.equal(outcome.kind, "message"),
  },
];

for (const bomb of bombs) {
  test(`decides ${bomb.name}`, async () => {
    const outcome = await readInChild(Buffer.from(bomb.make()));
    assert.ok(outcome.cpuMs < limitMs, `took ${Math.round(outcome.cpuMs)} ms`);
    assert.ok(outcome.rss < limitBytes, `used ${Math.round(outcome.rss / 1048576)} MB`);
    assert.ok(!outcome.warnings.includes("unreadable"), "it is read, not given up");
    bomb.check(outcome);
    // Printed for docs.
    if (process.env["SHOW_BOMBS"] === "1")
      process.stderr.write(
        `${bomb.name}: ${Math.round(outcome.cpuMs)} ms CPU, ${Math.round(outcome.rss / 1048576)} MB\n`,
      );
  });
}

test("the kill really bites: a process that never answers is no outcome", async () => {
  const child = spawn(process.execPath, ["-e", "for(;;);"], { stdio: "ignore" });
  const timer = setTimeout(() => child.kill("SIGKILL"), 200);
  const signal = await new Promise((resolve) => child.on("exit", (_code, by) => resolve(by)));
  clearTimeout(timer);
  assert.equal(signal, "SIGKILL");
});
