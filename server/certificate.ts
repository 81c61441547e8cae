// A door's certificate: the operator's own, or one made at the first start and kept in the data folder. Called by server/doors.ts.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { selfSigned } from "#platform/certificate.ts";
import type { DoorConfig } from "#server/config.ts";
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
  door: { readonly name: string; readonly tls: DoorConfig["tls"]; readonly dataDir: string },
  machine: string,
  now = new Date(),
): Promise<{ readonly key: string; readonly cert: string }> => {
  if (door.tls) {
    const { keyFile, certFile } = door.tls;
    const own = {
      key: await readOwn(`${door.name}_TLS_KEY`, keyFile),
      cert: await readOwn(`${door.name}_TLS_CERT`, certFile),
    };
    try {
      createSecureContext(own);
    } catch (error) {
      throw new StartProblem(
        `${door.name}_TLS_CERT ${certFile} and ${door.name}_TLS_KEY ${keyFile} cannot be used: ${wordsOf(error)}. Both must be PEM, the key without a passphrase, and belong together.`,
      );
    }
    return own;
  }
  const keyFile = join(door.dataDir, `${door.name.toLowerCase()}-key.pem`);
  const certFile = join(door.dataDir, `${door.name.toLowerCase()}-cert.pem`);
  try {
    return { key: await readFile(keyFile, "utf8"), cert: await readFile(certFile, "utf8") };
  } catch {
    const made = selfSigned(machine, now);
    await writeFile(keyFile, made.key, { mode: 0o600 });
    await writeFile(certFile, made.cert);
    return { key: made.key, cert: made.cert };
  }
};
