// Settings: what holds when nothing is set, and that every wrong value is named and explained.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "#server/config.ts";

const problemsOf = (env: Record<string, string>, args: string[] = []): string[] => {
  const read = readConfig(env, args);
  return "problems" in read ? read.problems.map((problem) => problem.sentence) : [];
};

test("with nothing set there is a demo world on loopback", () => {
  const read = readConfig({}, []);
  assert.ok("config" in read);
  assert.equal(read.config.host, "127.0.0.1");
  assert.equal(read.config.world, "demo");
  assert.match(read.config.dataDir, /data$/);
  assert.equal(read.config.publicUrl, null);
});

test("--empty keeps away from the demo's data; an existing database starts without the demo", () => {
  const empty = readConfig({}, ["--empty"]);
  assert.ok("config" in empty && empty.config.world === "empty" && empty.config.dataDir.endsWith("data-empty"));
  const own = readConfig({ DATABASE_URL: "postgresql://u:p@db/x" }, []);
  assert.ok("config" in own && own.config.world === "empty");
  const ownDemo = readConfig({ DATABASE_URL: "postgresql://u:p@db/x" }, ["--demo"]);
  assert.ok("config" in ownDemo && ownDemo.config.world === "demo");
});

test("NATS is named by one server or several, with the usual port when none is said", () => {
  const read = readConfig({ NATS_URL: "nats://u:p@broker, tls://other:4333" }, []);
  assert.ok("config" in read);
  assert.deepEqual(read.config.nats, ["nats://u:p@broker:4222", "tls://other:4333"]);
  for (const wrong of ["broker:4222", "http://broker", "nats://", "nats://broker/x", "nats://a,b"])
    assert.equal(problemsOf({ NATS_URL: wrong }).length, 1, wrong);
});

test("services inside are named one by one, with or without a port", () => {
  const read = readConfig(
    { LOOKUP_INSIDE: "CRM.intern.example, 10.0.0.8:8080,[::1]:81", CALENDAR_INSIDE: "kalender.intern.example" },
    [],
  );
  assert.ok("config" in read);
  assert.deepEqual(read.config.calendarInside, ["kalender.intern.example"]);
  assert.deepEqual(read.config.lookUpInside, ["crm.intern.example", "10.0.0.8:8080", "[::1]:81"]);
  for (const wrong of ["http://crm", "crm/path", "crm:0", "crm:70000", "crm;erp", "a,,b"])
    assert.match(problemsOf({ LOOKUP_INSIDE: wrong }).join(), /^LOOKUP_INSIDE is .* a list of hosts such as /, wrong);
});

test("every wrong value gets a sentence that names it and says what would be right", () => {
  const wrong: Record<string, string> = {
    PORT: "80a",
    SMTP_PORT: "70000",
    HOST: "my host",
    PUBLIC_URL: "desk.example",
    DATABASE_URL: "mysql://x",
    NATS_URL: "nats:broker",
    SECRET: "short",
    S3_ENDPOINT: "bucket",
    DNS: "maybe",
    CLAMD: "scanner",
    MAX_MAIL_BYTES: "-1",
    UNDO_SECONDS: "1e9",
    READERS: "0",
    PUSH_INSIDE: "https://push.intern.example",
    LOOKUP_INSIDE: "crm.intern.example,10.0.0.8:80800",
    TRUST_PROXY: "proxy.example",
    LOG_LEVEL: "loud",
    CHECK_ANSWERS: "1",
  };
  const read = readConfig(wrong, []);
  assert.ok("problems" in read);
  for (const name of Object.keys(wrong)) {
    const mine: readonly { readonly name: string; readonly sentence: string }[] = read.problems.filter(
      (problem) => problem.name === name,
    );
    assert.equal(mine.length, 1, name);
    const sentence = mine[0]?.sentence ?? "";
    const hidden = ["DATABASE_URL", "NATS_URL", "SECRET"].includes(name);
    const opening = hidden
      ? `${name} is not right (its value is secret and not shown): `
      : `${name} is "${wrong[name]}": `;
    assert.ok(sentence.startsWith(opening) && sentence.length > opening.length + 10, sentence);
  }
});

test("what is secret is not printed, however it is wrong", () => {
  for (const [name, value] of [
    ["DATABASE_URL", "mysql://draht:hunter2hunter2@db/x"],
    ["DATABASE_URL", "postgres://draht:hunter2hunter2@[db/x"],
    ["SECRET", "hunter2hunter2"],
  ] as const) {
    const [sentence = ""] = problemsOf({ [name]: value });
    assert.match(sentence, new RegExp(`^${name} `));
    assert.doesNotMatch(sentence, /hunter2/);
  }
});

test("a virus scanner is a host with its port or a socket", () => {
  const clamd = (value: string): unknown => {
    const read = readConfig({ CLAMD: value }, []);
    return "config" in read ? read.config.clamd : read.problems[0]?.sentence;
  };
  assert.equal(clamd(""), null);
  assert.deepEqual(clamd("127.0.0.1:3310"), { host: "127.0.0.1", port: 3310 });
  assert.deepEqual(clamd("scan.example:3310"), { host: "scan.example", port: 3310 });
  assert.deepEqual(clamd("[::1]:3310"), { host: "::1", port: 3310 });
  assert.deepEqual(clamd("/run/clamav/clamd.ctl"), { path: "/run/clamav/clamd.ctl" });
  assert.deepEqual(clamd("unix:/run/clamav/clamd.ctl"), { path: "/run/clamav/clamd.ctl" });
  for (const wrong of ["3310", ":3310", "host:", "host:0", "host:70000", "http://host:3310", "a b:1", "clamd.ctl"])
    assert.match(String(clamd(wrong)), /^CLAMD is ".*": it must be host:port such as/);
  assert.match(String(clamd(`/${"x".repeat(120)}`)), /at most 107 characters/);
});

test("what belongs together is missed together", () => {
  assert.equal(problemsOf({ S3_ENDPOINT: "http://127.0.0.1:9" }).length, 3);
  assert.match(problemsOf({ SMTP_TLS_CERT: "a.pem" })[0] ?? "", /belong together/);
  assert.match(problemsOf({ PORT: "7325" })[0] ?? "", /SMTP_PORT and PORT are both 7325/);
  assert.match(problemsOf({}, ["--fast"])[0] ?? "", /--empty/);
});

test("every setting can be explained", () => {
  const { settings } = readConfig({}, []);
  assert.ok(settings.length > 20);
  for (const setting of settings) assert.ok(setting.meaning.length > 5 && setting.name === setting.name.toUpperCase());
});
