// Secrets inside channel settings, and the tree of topics.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  makesCircle,
  opened,
  sealed,
  secretForAnotherHost,
  withKnownSecrets,
  withoutSecrets,
} from "#modules/brands/model.ts";

const secrets = [
  ["imap", "password"],
  ["keys", "*", "secret"],
];
const turned = (text: string): string => Array.from(text).toReversed().join("");
const seal = (plain: string): string => `sealed(${turned(plain)})`;
const open = (text: string): string => turned(text.slice(7, -1));
const settings = {
  address: "a@b.example",
  imap: { host: "mail.example", password: "hunter2" },
  keys: [{ secret: "one" }, { secret: null }],
  smtp: null,
};

test("what is stored has no secret in the clear, and opens to what it was", () => {
  const stored = sealed(settings, secrets, seal);
  assert.ok(!JSON.stringify(stored).includes("hunter2"));
  assert.deepEqual(stored, {
    ...settings,
    imap: { host: "mail.example", password: { $sealed: "sealed(2retnuh)" } },
    keys: [{ secret: { $sealed: "sealed(eno)" } }, { secret: null }],
  });
  assert.deepEqual(opened(stored, open), settings);
  assert.deepEqual(sealed({ imap: null }, secrets, seal), { imap: null }, "a part that is switched off has no secret");
});

test("an admin sees null, and null keeps what there is", () => {
  const seen = withoutSecrets(sealed(settings, secrets, seal), secrets);
  assert.deepEqual(seen, {
    ...settings,
    imap: { host: "mail.example", password: null },
    keys: [{ secret: null }, { secret: null }],
  });
  assert.deepEqual(withKnownSecrets(seen, settings, secrets), settings);
  assert.deepEqual(
    withKnownSecrets({ imap: { host: "mail.example", password: "new" } }, settings, [["imap", "password"]]),
    { imap: { host: "mail.example", password: "new" } },
  );
});

// Whoever may change a host could point it at a server of their own and be handed the stored password.
test("a stored password does not follow to another host", () => {
  assert.equal(
    secretForAnotherHost({ imap: { host: "evil.example", password: null } }, settings, secrets),
    "imap.password",
  );
  assert.equal(secretForAnotherHost({ imap: { host: "evil.example", password: "its own" } }, settings, secrets), null);
  assert.equal(secretForAnotherHost({ imap: { host: "mail.example", password: null } }, settings, secrets), null);
});

// A token is as good as a password: the secrets it is fetched with follow neither to another sign-in service nor to another mail server.
test("the secrets of a sign-in service follow to no other service and serve no other server", () => {
  const known = {
    imap: { host: "mail.example" },
    smtp: null,
    oauth: { tokenUrl: "https://login.example/token", clientSecret: "s" },
  };
  const path = [["oauth", "clientSecret"]];
  const change = (over: object, secret: string | null = null): string | null =>
    secretForAnotherHost({ ...known, oauth: { ...known.oauth, clientSecret: secret }, ...over }, known, path);
  const elsewhere = { tokenUrl: "https://evil.example/token", clientSecret: null };
  assert.equal(change({}), null);
  assert.equal(change({ imap: null }), null);
  assert.equal(change({ oauth: elsewhere }), "oauth.clientSecret");
  assert.equal(change({ imap: { host: "evil.example" } }), "oauth.clientSecret");
  assert.equal(change({ smtp: { host: "evil.example" } }), "oauth.clientSecret");
  assert.equal(change({ smtp: { host: "relay.example" } }, "given anew"), null);
});

test("a topic cannot lie below itself", () => {
  const topics = [
    { id: "a", parentId: null },
    { id: "b", parentId: "a" },
    { id: "c", parentId: "b" },
  ];
  assert.ok(makesCircle(topics, "a", "c"));
  assert.ok(makesCircle(topics, "a", "a"));
  assert.ok(!makesCircle(topics, "c", "a"));
  assert.ok(!makesCircle(topics, "new", "c"));
});
