// Whose call it is when proxies stand before us: the last address that no trusted proxy has. Called by platform/http/http.ts for what is no HTTP call any more.
import type { IncomingMessage } from "node:http";
import ipaddr from "ipaddr.js";

const parsed = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | null => {
  const bare = text.trim();
  return ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
};

const isWithin = (ip: ipaddr.IPv4 | ipaddr.IPv6, network: string): boolean => {
  if (!network.includes("/")) return parsed(network)?.toString() === ip.toString();
  const [base, bits] = ipaddr.parseCIDR(network);
  return base.kind() === ip.kind() && ip.match(base, bits);
};

/**
 * The caller's address: the socket's, or, as long as that is a trusted proxy, the one it names in X-Forwarded-For, from the last to the first.
 * `trusted`: addresses and networks (10.0.0.0/8). What a stranger writes into the header counts for nothing.
 */
export const callerOf = (request: Pick<IncomingMessage, "socket" | "headers">, trusted: readonly string[]): string => {
  let caller = request.socket.remoteAddress ?? "";
  const named = [request.headers["x-forwarded-for"] ?? ""].flat().join(",").split(",").toReversed();
  for (const next of named) {
    const ip = parsed(caller);
    if (ip === null || !trusted.some((network) => isWithin(ip, network))) break;
    if (parsed(next) === null) break;
    caller = next.trim();
  }
  return caller;
};
