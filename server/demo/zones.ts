// The demo world's name service: every domain below .example publishes that its mail comes from this machine;
// all other names are looked up as usual. Used by server/reader-child.ts.
import { Resolver } from "node:dns/promises";
import { demoZones, simResolver } from "#channels/email/simDns.ts";

type Resolve = (name: string, type: string) => Promise<unknown[]>;

/** Looks names up at the given servers or the system's, at most 1.4 s for one. */
export const systemResolver = (servers: readonly string[] = []): Resolve => {
  const resolver = new Resolver({ timeout: 700, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return (name, type) => resolver.resolve(name, type) as Promise<unknown[]>;
};

/** The customers of the demo count as verified when they write from loopback; nobody outside .example does. */
export const demoResolver = (): Resolve => {
  const elsewhere = systemResolver();
  const known = new Map<string, Resolve>();
  return (name, type) => {
    const labels = name.toLowerCase().replace(/\.$/, "").split(".");
    if (labels.at(-1) !== "example" || labels.length < 2) return elsewhere(name, type);
    const domain = labels.slice(-2).join(".");
    const resolve = known.get(domain) ?? simResolver(demoZones([domain], "127.0.0.1"));
    if (known.size < 1000) known.set(domain, resolve);
    return resolve(name, type);
  };
};
