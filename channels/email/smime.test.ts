// Signed mails in one block (Outlook's "opaque" form): what was written is read, with its files. The envelopes were made with OpenSSL 3 (`cms -sign -nodetach`).
// The fault: they arrived as empty messages, without a warning.
import assert from "node:assert/strict";
import { test } from "node:test";
import { receive } from "./inbound.ts";
import { signedContent } from "./smime.ts";
import { mailbox } from "./testSettings.ts";

const envelopes = {
  whole:
    "MIIDaQYJKoZIhvcNAQcCoIIDWjCCA1YCAQExDTALBglghkgBZQMEAgEwggEEBgkqhkiG9w0BBwGggfYEgfNDb250ZW50LVR5cGU6IG11bHRpcG" +
    "FydC9taXhlZDsgYm91bmRhcnk9cQ0KDQotLXENCkNvbnRlbnQtVHlwZTogdGV4dC9wbGFpbjsgY2hhcnNldD11dGYtOA0KDQpNZWluIFJvdXRl" +
    "ciBpc3QgZGVmZWt0LCBncsO8w59lLg0KLS1xDQpDb250ZW50LVR5cGU6IGFwcGxpY2F0aW9uL3BkZjsgbmFtZT1hLnBkZg0KQ29udGVudC1EaX" +
    "Nwb3NpdGlvbjogYXR0YWNobWVudDsgZmlsZW5hbWU9YS5wZGYNCg0KJVBERi0xLjQNCi0tcS0tDQoxggI4MIICNAIBATAoMBAxDjAMBgNVBAMM" +
    "BUthcmxhAhRy58OdW3yBz5Z1dIJ588UPKIlYtjALBglghkgBZQMEAgGggeQwGAYJKoZIhvcNAQkDMQsGCSqGSIb3DQEHATAcBgkqhkiG9w0BCQ" +
    "UxDxcNMjYxMTI1MDc0MDI0WjAvBgkqhkiG9w0BCQQxIgQgDh6MqljZbNax37Q0xBwRo1mM8dg1RyxrO0AfKY1KThYweQYJKoZIhvcNAQkPMWww" +
    "ajALBglghkgBZQMEASowCwYJYIZIAWUDBAEWMAsGCWCGSAFlAwQBAjAKBggqhkiG9w0DBzAOBggqhkiG9w0DAgICAIAwDQYIKoZIhvcNAwICAU" +
    "AwBwYFKw4DAgcwDQYIKoZIhvcNAwICASgwDQYJKoZIhvcNAQEBBQAEggEAUnvQjrxAmJ+TR48jkpA6qJ29GnOu/epE8bu5PlVRk5Gj4TjBQUV3" +
    "PqAHeizSLrvlcxJh0pXFA2FHktTcLPwPREwALDNExUVw5P5Kg+zYx7TDirZGj2c1kV0kUOAu8fi6JHmUqEiCD1tWtS72izrSSlUIrnvI814iv0" +
    "KkQBW5YhNd7rhQx/aAXtSPjP5Pp+aqfYfnyCM9euSTVNMxmN3JdYFiS4PL18ElaxSBDtFgIlGnkhtruHC72Ey+FtmVIQRoAZbdOCech11ThTsA" +
    "PEKPXDw41/PBQ834DwtSDowqpDQVBiNNng7S3cXC5QE3CRp1T4uuRh1kROhLelc5qlxzTg==",
  streamed:
    "MIAGCSqGSIb3DQEHAqCAMIACAQExDTALBglghkgBZQMEAgEwgAYJKoZIhvcNAQcBoIAkgASB80NvbnRlbnQtVHlwZTogbXVsdGlwYXJ0L21peG" +
    "VkOyBib3VuZGFyeT1xDQoNCi0tcQ0KQ29udGVudC1UeXBlOiB0ZXh0L3BsYWluOyBjaGFyc2V0PXV0Zi04DQoNCk1laW4gUm91dGVyIGlzdCBk" +
    "ZWZla3QsIGdyw7zDn2UuDQotLXENCkNvbnRlbnQtVHlwZTogYXBwbGljYXRpb24vcGRmOyBuYW1lPWEucGRmDQpDb250ZW50LURpc3Bvc2l0aW" +
    "9uOiBhdHRhY2htZW50OyBmaWxlbmFtZT1hLnBkZg0KDQolUERGLTEuNA0KLS1xLS0NCgAAAAAAADGCAjgwggI0AgEBMCgwEDEOMAwGA1UEAwwF" +
    "S2FybGECFHLnw51bfIHPlnV0gnnzxQ8oiVi2MAsGCWCGSAFlAwQCAaCB5DAYBgkqhkiG9w0BCQMxCwYJKoZIhvcNAQcBMBwGCSqGSIb3DQEJBT" +
    "EPFw0yNjExMjUwNzQwMjRaMC8GCSqGSIb3DQEJBDEiBCAOHoyqWNls1rHftDTEHBGjWYzx2DVHLGs7QB8pjUpOFjB5BgkqhkiG9w0BCQ8xbDBq" +
    "MAsGCWCGSAFlAwQBKjALBglghkgBZQMEARYwCwYJYIZIAWUDBAECMAoGCCqGSIb3DQMHMA4GCCqGSIb3DQMCAgIAgDANBggqhkiG9w0DAgIBQD" +
    "AHBgUrDgMCBzANBggqhkiG9w0DAgIBKDANBgkqhkiG9w0BAQEFAASCAQBSe9COvECYn5NHjyOSkDqonb0ac6796kTxu7k+VVGTkaPhOMFBRXc+" +
    "oAd6LNIuu+VzEmHSlcUDYUeS1Nws/A9ETAAsM0TFRXDk/kqD7NjHtMOKtkaPZzWRXSRQ4C7x+LokeZSoSIIPW1a1LvaLOtJKVQiue8jzXiK/Qq" +
    "RAFbliE13uuFDH9oBe1I+M/k+n5qp9h+fIIz165JNU0zGY3cl1gWJLg8vXwSVrFIEO0WAiUaeSG2u4cLvYTL4W2ZUhBGgBlt04J5yHXVOFOwA8" +
    "Qo9cPDjX88FDzfgPC1IOjCqkNBUGI02eDtLdxcLlATcJGnVPi65GHWRE6Et6VzmqXHNOAAAAAAAA",
  encrypted:
    "MIICfgYJKoZIhvcNAQcDoIICbzCCAmsCAQAxggFEMIIBQAIBADAoMBAxDjAMBgNVBAMMBUthcmxhAhRy58OdW3yBz5Z1dIJ588UPKIlYtjANBg" +
    "kqhkiG9w0BAQEFAASCAQCuu1D6vZZ3BtG0zSFOEg8RmR8tJucxS6guO8QuZM5+3j6eMwvNn64ajT4rNSgh0D28Sap8GsY1ykrwXX/QJ1NEKN7C" +
    "/yOo/lVrQAU3mNVa4OsdZEsPdwzw2AQel2zBocL+PiRwmQPHU5IlkMpR+aCQt/marH7oNO0aZt3EVjHRld9E9rz/syFRw49xrR70alCy/R71TH" +
    "TmIM8aq1aOfJ2nt9G71W3ZfUGDIxU4/ke1e5yPkzzOHR8SLM4/YdTGNMHe/hSw44Pjynxo1ud9sKOeLBlKHgGeRUkujnWMCn4G4aiheTSTNsq5" +
    "tV3mixHq0g4wGaFCJnun6b1SqCiBOmCTMIIBHAYJKoZIhvcNAQcBMBQGCCqGSIb3DQMHBAgqri/amX0iVYCB+EKqQ5ID7WPWr/8Jf5vGhyh3se" +
    "VN7Rdqm/T0gaA3Y7SZWm3aG28nG0JTUzy2X6r9Uttox56/57st9zGZHmyXxikoHKoTPPRC72gg5+3YRf1eLd3iUawjwjQPxeuueeJcVoHnFtTe" +
    "yaTg5zIJkA8+tzrWTccbyzYI+lhYSSN0gNwHykRmJo90+oD6flB1ecalrrRXMLne5wZm2j7vJRu0XZ7ljOCX0g4uyiC5OHFDGAH90Wj5zApxD3" +
    "lc2XoWoyisWdaaikDc8B9I5XDvbW0UsLs7AWuPZgk0qHpb/CeKHMHVdIaHs76uAzTPmQGEUU6uZLA4V0DTnEZr",
} as const;

const read = async (envelope: Buffer, kind: string) => {
  const lines = envelope.toString("base64").replaceAll(/.{76}/g, "$&\r\n");
  const raw = `From: Karla <k@kunde.example>\r\nTo: service@kabel.test\r\nSubject: Router\r\nMessage-ID: <1@kunde.example>\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; smime-type=${kind}; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7m"\r\n\r\n${lines}\r\n`;
  const [message] = await receive(
    { bytes: Buffer.from(raw), receivedAt: "2026-11-23T10:00:00.000Z", transport: { by: "smtp" } },
    mailbox(),
    { now: new Date("2026-11-23T10:00:00.000Z"), resolver: null },
  );
  assert.ok(message?.kind === "message");
  return message;
};

for (const form of ["whole", "streamed"] as const) {
  void test(`an opaque signature, ${form}: text and files of what was signed`, async () => {
    const message = await read(Buffer.from(envelopes[form], "base64"), "signed-data");
    assert.equal(message.text.trim(), "Mein Router ist defekt, grüße.");
    assert.deepEqual(
      message.files.map(({ name }) => name),
      ["a.pdf"],
    );
    assert.deepEqual(message.warnings, []);
  });
}

void test("what is encrypted or damaged says so and stays attached", async () => {
  const encrypted = await read(Buffer.from(envelopes.encrypted, "base64"), "enveloped-data");
  assert.deepEqual(encrypted.warnings, ["encrypted"]);
  const damaged = await read(Buffer.from(envelopes.whole, "base64").subarray(0, 200), "signed-data");
  assert.deepEqual(damaged.warnings, ["unreadablePart"]);
  for (const { files } of [encrypted, damaged])
    assert.deepEqual(
      files.map(({ name }) => name),
      ["smime.p7m"],
    );
});

void test("an envelope that is cut or changed anywhere never throws", () => {
  for (const form of ["whole", "streamed"] as const) {
    const envelope = Buffer.from(envelopes[form], "base64");
    for (let at = 0; at < envelope.length; at += 1) {
      assert.doesNotThrow(() => signedContent(envelope.subarray(0, at)));
      const changed = Buffer.from(envelope);
      changed[at] = 0x80 ^ (changed[at] ?? 0);
      assert.doesNotThrow(() => signedContent(changed));
    }
  }
});
