// Certificates made by openssl for tests: an authority, one for "localhost" and one for 127.0.0.1 signed by it, and one of nobody's.
import { execFile } from "node:child_process";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PeerCertificate } from "#test/peers/mail-config.ts";

const run = promisify(execFile);

/** Writes into `dir`: `authority` is the PEM that a program must trust for `good` ("localhost") and `address` (127.0.0.1); `stranger` is signed by itself, for another name. */
export async function makeCertificates(dir: string): Promise<{
  readonly authority: string;
  readonly good: PeerCertificate;
  readonly address: PeerCertificate;
  readonly stranger: PeerCertificate;
}> {
  const at = (name: string): string => join(dir, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const make = (name: string, ...more: readonly string[]): Promise<unknown> =>
    run("openssl", ["req", "-x509", ...key, "-keyout", at(`${name}.key`), "-out", at(`${name}.pem`), ...more]);
  await make("authority", "-subj", "/CN=Test Authority");
  const signed = (name: string, subject: string, names: string): Promise<unknown> =>
    make(
      name,
      "-subj",
      subject,
      "-addext",
      `subjectAltName=${names}`,
      "-addext",
      "basicConstraints=critical,CA:FALSE",
      "-CA",
      at("authority.pem"),
      "-CAkey",
      at("authority.key"),
    );
  await signed("good", "/CN=localhost", "DNS:localhost");
  await signed("address", "/CN=127.0.0.1", "IP:127.0.0.1");
  await make("stranger", "-subj", "/CN=elsewhere.test", "-addext", "subjectAltName=DNS:elsewhere.test");
  for (const name of ["good", "address", "stranger"]) await chmod(at(`${name}.key`), 0o600);
  const files = (name: string): PeerCertificate => ({ certificate: at(`${name}.pem`), key: at(`${name}.key`) });
  return {
    authority: await readFile(at("authority.pem"), "utf8"),
    good: files("good"),
    address: files("address"),
    stranger: files("stranger"),
  };
}
