// A small name service that answers from a table, so that the demo's customers count as verified without any network. Used by tests and the demo.

/** Records by name and type, in the forms of node:dns/promises: TXT string[][], MX {exchange, priority}[], A and AAAA string[]. */
export type Zones = Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>>;

/** A resolver as ReadingIo wants it. Rejects with ENOTFOUND for unknown names and ENODATA for known ones without that type. */
export function simResolver(zones: Zones): (name: string, type: string) => Promise<unknown[]> {
  return async (name, type) => {
    const zone = zones[name.toLowerCase().replace(/\.$/, "")];
    const records = zone?.[type.toUpperCase()];
    if (records !== undefined) return structuredClone([...records]);
    throw Object.assign(
      new Error(`query${type.toUpperCase()} ${zone === undefined ? "ENOTFOUND" : "ENODATA"} ${name}`),
      {
        code: zone === undefined ? "ENOTFOUND" : "ENODATA",
      },
    );
  };
}

/**
 * What the domains of the demo's customers publish: mail comes from `ip` only (SPF, RFC 7208) and what fails is to be
 * refused (DMARC, RFC 7489); with `dkim` also the public key (PEM or base64 DER, RFC 6376) under that selector.
 */
export function demoZones(
  domains: readonly string[],
  ip: string,
  dkim?: { readonly selector: string; readonly publicKey: string },
): Zones {
  const zones: Record<string, Record<string, readonly unknown[]>> = {};
  for (const domain of domains) {
    zones[domain] = {
      TXT: [[`v=spf1 ${ip.includes(":") ? "ip6" : "ip4"}:${ip} -all`]],
      MX: [{ exchange: `mail.${domain}`, priority: 10 }],
    };
    zones[`mail.${domain}`] = { [ip.includes(":") ? "AAAA" : "A"]: [ip] };
    zones[`_dmarc.${domain}`] = { TXT: [["v=DMARC1; p=reject"]] };
    if (dkim === undefined) continue;
    const key = dkim.publicKey.replace(/-----[^-]+-----/g, "").replace(/\s+/g, "");
    zones[`${dkim.selector}._domainkey.${domain}`] = { TXT: [[`v=DKIM1; k=rsa; p=${key}`]] };
  }
  return zones;
}
