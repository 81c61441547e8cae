// Asterisk's pjsip.conf: the ways in, and the provider's line. Called by config.ts.
import type { AsteriskSetup, TrunkSetup } from "./config.ts";

type Lines = Readonly<Record<string, string | number | readonly string[] | null>>;

/** A section; null is left out, a list is a line each. */
const section = (name: string, lines: Lines): string =>
  [
    `[${name}]`,
    ...Object.entries(lines).flatMap(([key, value]) =>
      value === null ? [] : (Array.isArray(value) ? value : [value]).map((each) => `${key}=${each}`),
    ),
    "",
  ].join("\n");

/** The whole file. */
export function pjsipFile(setup: AsteriskSetup): string {
  const { sip, nat, trunk } = setup;
  const outside: Lines = {
    external_media_address: nat?.address ?? null,
    external_signaling_address: nat?.address ?? null,
    local_net: nat?.inside ?? null,
  };
  const ways = [
    section("transport-udp", { type: "transport", protocol: "udp", bind: `${sip.host}:${sip.port}`, ...outside }),
    section("transport-tcp", { type: "transport", protocol: "tcp", bind: `${sip.host}:${sip.port}`, ...outside }),
    ...tlsSections(setup, outside),
    // Softphones, by HTTP's port (RFC 7118).
    // Nothing listens there, http.conf says where: it is where the media of agents' browsers are bound, which come from anywhere.
    section("transport-ws", { type: "transport", protocol: "ws", bind: "0.0.0.0", ...outside }),
  ];
  return [
    section("global", {
      type: "global",
      user_agent: "Draht",
      // A softphone is known by its name even where the provider's address is this machine's.
      endpoint_identifier_order: "username,ip",
      // What answers nobody tells strangers nothing.
      unidentified_request_count: 5,
      unidentified_request_period: 5,
    }),
    section("system", { type: "system", timer_t1: 500, timer_b: 32_000 }),
    ...ways,
    ...trunkSections(trunk),
  ].join("\n");
}

/** With a certificate of ours it takes calls by TLS; a provider that we only call by it needs none. Theirs is always checked. */
function tlsSections({ sip, trunk }: AsteriskSetup, outside: Lines): readonly string[] {
  const own = sip.certificate !== null && sip.key !== null;
  if (!own && trunk.transport !== "tls") return [];
  return [
    section("transport-tls", {
      type: "transport",
      protocol: "tls",
      bind: `${sip.host}:${sip.port + 1}`,
      cert_file: own ? sip.certificate : null,
      priv_key_file: own ? sip.key : null,
      method: "tlsv1_2",
      verify_server: "yes",
      ca_list_path: trunk.authority === null ? "/etc/ssl/certs" : null,
      ca_list_file: trunk.authority,
      ...outside,
    }),
  ];
}

function trunkSections(trunk: TrunkSetup): readonly string[] {
  const { host, port, transport, user, password, register, from } = trunk;
  const uri = `sip:${host}:${port}${transport === "udp" ? "" : `;transport=${transport}`}`;
  const known = user !== null && password !== null;
  return [
    section("trunk", {
      type: "endpoint",
      transport: `transport-${transport}`,
      context: "draht-in",
      disallow: "all",
      allow: trunk.codecs.join(","),
      aors: "trunk",
      outbound_auth: known ? "trunk" : null,
      from_user: known ? user : null,
      from_domain: known ? host : null,
      dtmf_mode: "auto",
      direct_media: "no",
      rtp_symmetric: "yes",
      force_rport: "yes",
      rewrite_contact: "yes",
      // The number that calls is said in a header of its own (RFC 3325), too.
      trust_id_inbound: "yes",
      send_pai: "yes",
      media_encryption: trunk.srtp ? "sdes" : "no",
      timers: trunk.sessionSeconds === null ? "no" : "required",
      timers_sess_expires: trunk.sessionSeconds,
      allow_transfer: "no",
      // A line that went dead ends its call.
      rtp_timeout: 60,
      rtp_timeout_hold: 600,
      language: "en",
    }),
    section("trunk", { type: "aor", contact: uri, qualify_frequency: register ? 60 : 0 }),
    section("trunk", { type: "identify", endpoint: "trunk", match: [host, ...from] }),
    ...(known ? [section("trunk", { type: "auth", auth_type: "userpass", username: user, password })] : []),
    ...(known && register
      ? [
          section("trunk", {
            type: "registration",
            transport: `transport-${transport}`,
            outbound_auth: "trunk",
            server_uri: uri,
            client_uri: `sip:${user}@${host}`,
            contact_user: user,
            // Calls that come by this registration are the trunk's, from whatever address.
            line: "yes",
            endpoint: "trunk",
            retry_interval: 30,
            forbidden_retry_interval: 300,
            max_retries: 1_000_000,
            expiration: 600,
          }),
        ]
      : []),
  ];
}
