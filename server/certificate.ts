// The SMTP door's certificate: the operator's own, or one made at the first start and kept in the data folder.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { selfSigned } from "#channels/email/certificate.ts";
import type { Config } from "#server/config.ts";
import { StartProblem } from "#server/problem.ts";

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown");

const readOwn = (name: string, file: string): Promise<string> =>
  readFile(file, "utf8").catch((error: unknown) => {
    throw new StartProblem(
      `${name} ${file} cannot be read: ${wordsOf(error)}. Give a PEM file that this user may read.`,
    );
  });

/** Key and certificate in PEM. The operator's files are read or refused with a StartProblem; ours are made when missing (key 0600). */
export const doorCertificate = async (
  config: Pick<Config, "smtpTls" | "dataDir">,
  name: string,
  now = new Date(),
): Promise<{ readonly key: string; readonly cert: string }> => {
  if (config.smtpTls) {
    const { keyFile, certFile } = config.smtpTls;
    const own = { key: await readOwn("SMTP_TLS_KEY", keyFile), cert: await readOwn("SMTP_TLS_CERT", certFile) };
    try {
      createSecureContext(own);
    } catch (error) {
      throw new StartProblem(
        `SMTP_TLS_CERT ${certFile} and SMTP_TLS_KEY ${keyFile} cannot be used: ${wordsOf(error)}. Both must be PEM, the key without a passphrase, and belong together.`,
      );
    }
    return own;
  }
  const keyFile = join(config.dataDir, "smtp-key.pem");
  const certFile = join(config.dataDir, "smtp-cert.pem");
  try {
    return { key: await readFile(keyFile, "utf8"), cert: await readFile(certFile, "utf8") };
  } catch {
    const made = selfSigned(name, now);
    await writeFile(keyFile, made.key, { mode: 0o600 });
    await writeFile(certFile, made.cert);
    return { key: made.key, cert: made.cert };
  }
};
