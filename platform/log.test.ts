// What the log must never say, by canaries.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, factsOf, maskText } from "#platform/log.ts";

const caught = (pretty = false) => {
  const lines: string[] = [];
  return { lines, log: createLog({ level: "debug", pretty, write: (line) => void lines.push(line) }) };
};

test("facts keep their shape and children carry theirs", () => {
  const { lines, log } = caught();
  log.child({ job: "mail.send" }).info("job.done", {
    tookMs: 12,
    ok: true,
    concern: "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a",
    at: "2026-11-24T02:21:50.123Z",
    until: null,
  });
  const entry = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  delete entry["time"];
  assert.deepEqual(entry, {
    level: "info",
    job: "mail.send",
    tookMs: 12,
    ok: true,
    concern: "0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a",
    at: "2026-11-24T02:21:50.123Z",
    until: null,
    event: "job.done",
  });
});

const canaries = [
  "anna.groß+x@beispiel.de",
  "o'hara@mail.example.co.uk",
  "+49 171 1234567",
  "0171/1234567",
  "(030) 1234-5678",
  "555-123-4567",
  "491711234567",
  "mfrggzdfmztwq2lknnwg23tpoa",
  "eyJhbGciOiJIUzI1NiJ9abc.eyJzdWIiOiIxMjM0NTY3ODkw.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV",
  "Bearer abcdef123",
  "postgres://draht:hunter2@127.0.0.1:5432/draht",
  "password=hunter2",
  '{"token": "hunter2"}',
  "2001:db8:85a3:8d3:1319:8a2e:370:7348",
];

test("no address, number, token or credential comes through, whatever stands around it", () => {
  for (const canary of canaries) {
    for (const text of [canary, `failed for ${canary}, giving up`, `Key (value)=(${canary}) exists`, `<${canary}>`]) {
      const { lines, log } = caught();
      log.error("x.failed", { error: text, ...factsOf(new Error(text)) });
      const secret = /hunter2|draht:/.test(canary)
        ? "hunter2"
        : (canary.split(/[ :/.@(-]/).toSorted((a, b) => b.length - a.length)[0] ?? canary);
      assert.ok(!lines.join("").includes(secret), `${canary} came through in ${lines.join("")}`);
    }
  }
});

test("text under a private key is hidden whatever it says, a number there is not", () => {
  const { lines, log } = caught();
  log.info("a.b", {
    subject: "Kabel kaputt",
    customerName: "Anna",
    fromAddress: "from-x",
    to: "to-y",
    sessionToken: "z-token",
    nameCount: 3,
  });
  const line = lines.join("");
  for (const word of ["Kabel", "Anna", "from-x", "to-y", "z-token"]) assert.ok(!line.includes(word), line);
  assert.ok(line.includes('"nameCount":3'));
});

test("control and direction characters cannot forge a line", () => {
  for (const pretty of [false, true]) {
    const { lines, log } = caught(pretty);
    log.info("x", { error: "a\r\nERROR forged\u001b[31m\u202eb\u2028c" });
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.trimEnd().split(/[\r\n\u2028]/).length, 1);
    assert.ok(!/[\u001b\u202e]/.test(lines[0] ?? ""));
  }
});

test("technical words stay readable", () => {
  for (const text of [
    "idle_in_transaction_session_timeout",
    "connect ECONNREFUSED 127.0.0.1:5432",
    "2026-11-24",
    "took 12345 ms",
    "/api/concerns/0192f0c1-2b3c-7d4e-8f5a-6b7c8d9e0f1a",
  ])
    assert.equal(maskText(text), text);
  assert.equal(maskText("from 203.0.113.77"), "from 203.0.113.x");
});

test("masking a long hostile text takes no time", () => {
  const began = performance.now();
  for (const part of ["a@", "0 ", "a", "1.", "a:", "token=", "(("]) maskText(part.repeat(100_000));
  assert.ok(performance.now() - began < 1_000);
});

test("a line below the level is not written", () => {
  const lines: string[] = [];
  createLog({ level: "warn", pretty: false, write: (line) => void lines.push(line) }).info("x");
  assert.equal(lines.length, 0);
});
