// An admin tries a channel before relying on it: a real mail through Postfix, a look into Dovecot, and what is wrong said as what it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { api } from "#contract/api.ts";
import type { Finding } from "#contract/reasons.ts";
import { mailboxSettings } from "#test/centre.ts";
import { Refused } from "#test/desk.ts";
import { peersAvailable } from "#test/peers/mail.ts";
import { startMailCentre, type MailCentre } from "#test/peers/mailCentre.ts";

const available = peersAvailable();
const skip = available.ok ? false : available.why;
let centre: MailCentre;
before(async () => {
  if (skip === false) centre = await startMailCentre();
});
after(() => centre?.stop());

type Settings = Readonly<Record<string, unknown>>;
const tried = (settings: Settings, to: string, id: MailCentre["fetched"]["id"] | null = null) =>
  centre.admin.call(api.brands.testChannel, {
    body: { id, brandId: centre.fetched.brandId, kind: "email", settings, to },
  });
const short = (finding: Finding | null): readonly unknown[] => [finding?.result, finding?.reason?.code, finding?.code];
const whole = (): Settings =>
  mailboxSettings({
    address: "service@kabel.test",
    smtp: centre.peers.smtp,
    imap: { ...centre.peers.imap, ...centre.peers.accounts.service },
  });
const changed = (group: "smtp" | "imap", by: Settings): Settings => ({
  ...whole(),
  [group]: { ...(whole()[group] as Settings), ...by },
});

test("settings nobody has kept send a real mail and open a real mailbox", { skip }, async () => {
  const came = centre.customer.next((mail) => mail.subject.startsWith("Testnachricht von Kabel"));
  const { sending, receiving } = await tried(whole(), centre.peers.accounts.customer.user);
  assert.deepEqual(short(sending), ["good", "testTaken", null], JSON.stringify(sending));
  assert.match(sending?.detail ?? "", /^250 2\.0\.0 /, "Postfix's own words stand beside ours");
  assert.deepEqual(short(receiving), ["good", "fetchWorks", null], JSON.stringify(receiving));
  assert.match((await came).text, /Ada Brandt/);
});

test("what is wrong is said as what it is: an address, a host, a password, a folder", { skip }, async () => {
  const wrong = async (settings: Settings, to: string = centre.peers.accounts.customer.user) => tried(settings, to);
  const [nobody, host, password, folder, address] = await Promise.all([
    wrong(whole(), "niemand@kabel.test"),
    wrong(changed("smtp", { port: 1 })),
    wrong(changed("imap", { password: "falsch" }), ""),
    wrong(changed("imap", { folders: ["INBOX", "Nirgends"] }), ""),
    wrong(whole(), "keine Adresse"),
  ]);
  assert.deepEqual(short(nobody.sending), ["bad", "testRefused", "5.1.1"], JSON.stringify(nobody.sending));
  assert.match(nobody.sending?.detail ?? "", /^550 5\.1\.1 /);
  assert.deepEqual(short(host.sending), ["bad", "testPutOff", "4.4.1"]);
  assert.deepEqual(password.sending, null, "without an address nothing is sent");
  assert.deepEqual(short(password.receiving), ["bad", "fetchFailed", "4.7.8"]);
  assert.ok(!JSON.stringify(password).includes("falsch"));
  assert.deepEqual(folder.receiving?.reason, { code: "fetchFailed", facts: { folder: "Nirgends" } });
  assert.notEqual(folder.receiving.detail, "", "Dovecot's own words stand beside ours");
  assert.deepEqual(short(address.sending), ["bad", "badAddress", "5.1.3"]);
});

test("a kept password is used for the host it was given for, and for no other", { skip }, async () => {
  const kept = changed("imap", { password: null });
  const { receiving } = await tried(kept, "", centre.fetched.id);
  assert.equal(receiving?.result, "good", JSON.stringify(receiving));
  await assert.rejects(
    tried(changed("imap", { password: null, host: "localhost" }), "", centre.fetched.id),
    (error: unknown) => error instanceof Refused && error.code === "invalidInput",
  );
  assert.equal((await tried(kept, "", null)).receiving?.result, "bad", "a new channel has none");
});
