// Makes a self-signed X.509 certificate (RFC 5280) for a door of this machine. Called by server/certificate.ts, which keeps it in the data folder.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** PEM texts; the key is PKCS #8. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A P-256 certificate for one DNS name, valid from a day before `now` for ten years. Nobody has to trust it: mail servers
 * take any certificate for opportunistic encryption (RFC 7435), and an operator with a real one gives that instead.
 */
export function selfSigned(name: string, now: Date): Certificate {
  const host = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i.test(name) ? name.toLowerCase() : "localhost";
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const dayMs = 86_400_000;
  const signatureAlgorithm = sequence(objectId("2a8648ce3d040302")); // ecdsa-with-SHA256
  const subject = sequence(set(sequence(objectId("550403"), der(0x0c, Buffer.from(host))))); // CN=host
  const alternativeNames = sequence(der(0x82, Buffer.from(host)));
  const serial = randomBytes(16);
  // Positive and without leading zeros.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serial),
    signatureAlgorithm,
    subject, // the issuer is the subject
    sequence(time(new Date(now.getTime() - dayMs)), time(new Date(now.getTime() + 3_650 * dayMs))),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        sequence(objectId("551d11"), der(0x04, alternativeNames)),
        sequence(objectId("551d13"), der(0x01, Buffer.from([0xff])), der(0x04, sequence())), // critical: no CA
      ),
    ),
  );
  const signature = sign("sha256", body, { key: privateKey, dsaEncoding: "der" });
  const certificate = sequence(body, signatureAlgorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}

/** One DER value (X.690): tag, length, content. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts);
}

function set(...parts: readonly Uint8Array[]): Buffer {
  return der(0x31, ...parts);
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 section 4.1.2.5). */
function time(at: Date): Buffer {
  const digits = `${at.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`;
  return at.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}
