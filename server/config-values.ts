// What a single setting may look like: each reads a value, or says in a sentence what is wrong with it. Called by config.ts.
import { isIP } from "node:net";
import { isAbsolute } from "node:path";
import type { ClamdAddress } from "#platform/files/clamd.ts";

/** An address by http or https. */
export const httpUrl = (value: string): string | null =>
  /^https?:\/\/[^\s/]+/.test(value) && URL.canParse(value)
    ? null
    : "it must be an address such as https://desk.example.org.";

/** "system", "off", or IP addresses with or without a port. */
export const nameServers = (value: string): "system" | "off" | readonly string[] | { readonly wrong: string } => {
  if (value === "system" || value === "off") return value;
  const servers = value.split(",").map((part) => part.trim());
  const right = servers.every(
    (server) => isIP(server) > 0 || /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]{2,39}\]):\d{1,5}$/i.test(server),
  );
  return right
    ? servers
    : { wrong: "choose system, off, or name servers such as 10.0.0.53 or 10.0.0.53:5353, separated by commas." };
};

/** Servers of one NATS, as URLs with a port. */
export const natsServers = (value: string): readonly string[] | { readonly wrong: string } => {
  const servers = value.split(",").map((part) => part.trim());
  const wrong =
    "it must look like nats://user:password@host:4222 (tls:// where the server speaks TLS), several of one cluster separated by commas.";
  const urls = servers.map((server) =>
    /^(?:nats|tls):\/\//.test(server) && URL.canParse(server) ? new URL(server) : null,
  );
  if (urls.some((url) => url === null || url.hostname === "" || !["", "/"].includes(url.pathname) || url.search !== ""))
    return { wrong };
  return urls.flatMap((url) => {
    if (url === null) return [];
    if (url.port === "") url.port = "4222";
    return [url.href];
  });
};

/** Where somebody can be reached: mailto: or https:. */
export const contact = (value: string): string | null =>
  (/^mailto:[^\s@]+@[^\s@]+$/.test(value) || /^https:\/\/[^\s/]/.test(value)) && URL.canParse(value)
    ? null
    : "it must look like mailto:support@example.org, or be an address such as https://example.org.";

/** Hosts, with or without a port. `examples`: as they may look. */
export const hosts =
  (examples: string) =>
  (value: string): readonly string[] | { readonly wrong: string } => {
    const named = value.split(",").map((part) => part.trim().toLowerCase());
    const right = named.every((host) => {
      const port = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:]{2,39}\])(?::(\d{1,5}))?$/.exec(host);
      return port !== null && (port[1] === undefined || (Number(port[1]) >= 1 && Number(port[1]) <= 65_535));
    });
    return right ? named : { wrong: `it must be a list of hosts such as ${examples}, separated by commas.` };
  };

/** Where a virus scanner listens: host and port, or the path of its socket. */
export const clamdAddress = (value: string): ClamdAddress | { readonly wrong: string } => {
  const path = value.startsWith("unix:") ? value.slice("unix:".length) : value;
  // Longer names no system takes (unix(7)).
  if (path.startsWith("/"))
    return path.length <= 107 ? { path } : { wrong: "the path of a socket has at most 107 characters." };
  const split = value.lastIndexOf(":");
  const port = value.slice(split + 1);
  const host = value.slice(0, Math.max(split, 0)).replace(/^\[(.*)\]$/, "$1");
  const named = isIP(host) > 0 || (/^[a-z0-9.-]{1,253}$/i.test(host) && !host.includes(".."));
  return named && /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535
    ? { host, port: Number(port) }
    : { wrong: "it must be host:port such as 127.0.0.1:3310, or a path such as /run/clamav/clamd.ctl." };
};

/** A service's address without a name or a password in it: those are settings of their own, which are never printed. */
const serviceUrl = (value: string, schemes: readonly string[]): boolean => {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  return schemes.includes(protocol) && hostname !== "" && username === "" && password === "";
};

/** What speaks. */
export const speakerOf = (
  value: string,
):
  | { readonly by: "auto" | "brought" | "off" }
  | { readonly by: "program"; readonly path: string }
  | { readonly by: "http"; readonly url: string }
  | { readonly wrong: string } => {
  if (value === "auto" || value === "brought" || value === "off") return { by: value };
  if (serviceUrl(value, ["http:", "https:"])) return { by: "http", url: value };
  if (isAbsolute(value)) return { by: "program", path: value };
  return {
    wrong:
      "choose auto, brought, off, the whole path of an espeak-ng such as /usr/bin/espeak-ng, or an address such as https://voices.example.org/v1/audio/speech (its token is SPEAKER_KEY).",
  };
};

/** What listens. */
export const listenerOf = (
  value: string,
): { readonly by: "off" } | { readonly by: "http" | "socket"; readonly url: string } | { readonly wrong: string } => {
  if (value === "off") return { by: "off" };
  if (serviceUrl(value, ["http:", "https:"])) return { by: "http", url: value };
  if (serviceUrl(value, ["ws:", "wss:"])) return { by: "socket", url: value };
  return {
    wrong:
      "choose off, an address such as https://ears.example.org/v1/audio/transcriptions, or one of a vosk server such as ws://127.0.0.1:2700 (its token is LISTENER_KEY).",
  };
};
