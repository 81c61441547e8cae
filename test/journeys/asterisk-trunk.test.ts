// A trunk that signs in at its provider by TLS, on a real Asterisk: a certificate of nobody we trust is refused, the digest is answered, a wrong password is said.
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type AsteriskPeer, lacksAsterisk, startAsterisk } from "#test/peers/asterisk.ts";
import { makeCertificates } from "#test/peers/certificates.ts";
import { openRegistrar } from "#test/peers/sip-registrar.ts";

const secret = "what-the-provider-gave-us";

describe("a trunk that signs in by TLS", { skip: lacksAsterisk() }, () => {
  let dir = "";
  let certificates: Awaited<ReturnType<typeof makeCertificates>>;
  let provider: Awaited<ReturnType<typeof openRegistrar>>;
  let asterisk: AsteriskPeer;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "draht-trunk-"));
    await chmod(dir, 0o755);
    certificates = await makeCertificates(dir);
    const authority = join(dir, "trusted.pem");
    await writeFile(authority, certificates.authority);
    provider = await openRegistrar("49301234");
    await provider.set(certificates.stranger, secret);
    asterisk = await startAsterisk({
      trunkPort: provider.port,
      nat: { address: "203.0.113.7", inside: ["10.0.0.0/8"] },
      trunk: { transport: "tls", authority, user: "49301234", password: secret, register: true },
    });
  });
  after(async () => {
    await asterisk?.stop();
    provider?.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** What Asterisk says of being signed in, once it says this. */
  const state = async (wanted: string): Promise<void> => {
    let said = "";
    for (const until = Date.now() + 60_000; Date.now() < until;) {
      said = await asterisk.tell("pjsip", "show", "registrations");
      if (said.includes(wanted)) return;
    }
    assert.fail(`not ${wanted}: ${said}`);
  };

  test("to a server whose certificate is of nobody we trust nothing is said", async () => {
    await asterisk.tell("pjsip", "send", "register", "trunk");
    await provider.until("a refusal", () => provider.faults[0]);
    assert.deepEqual(provider.came, []);
    assert.doesNotMatch(await asterisk.tell("pjsip", "show", "registrations"), /\bRegistered/u);
  });

  test("with a certificate of the given authority it signs in by its password, under the address that the world sees", async () => {
    await provider.set(certificates.address, secret);
    await asterisk.tell("pjsip", "send", "register", "trunk");
    const { contact } = await provider.until("a sign-in", () => provider.came.find(({ status }) => status === 200));
    assert.equal(provider.came[0]?.status, 401, "nobody gives a password who was not asked");
    assert.match(contact, /<sip:49301234@203\.0\.113\.7:\d+;transport=TLS/iu);
    await state("Registered");
  });

  test("a password that the provider does not take is shown as refused", async () => {
    await provider.set(certificates.address, "another-one");
    await asterisk.tell("pjsip", "send", "register", "trunk");
    await provider.until("a refusal", () => provider.came.find(({ status }) => status === 403));
    await state("Rejected");
  });
});
