// The SMTP door's certificate: the operator's own, or one made at the first start and kept in the data folder.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { selfSigned } from "#channels/email/certificate.ts";
import type { Config } from "#server/config.ts";

/** Key and certificate in PEM. The operator's files must be readable; ours are made when missing (key 0600). */
export const doorCertificate = async (
  config: Pick<Config, "smtpTls" | "dataDir">,
  name: string,
  now = new Date(),
): Promise<{ readonly key: string; readonly cert: string }> => {
  if (config.smtpTls) {
    const { keyFile, certFile } = config.smtpTls;
    return { key: await readFile(keyFile, "utf8"), cert: await readFile(certFile, "utf8") };
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
