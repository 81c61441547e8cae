// The files by which Asterisk is set up for us: for an operator's installation (tools/asterisk.ts) and for the tests' (test/peers/asterisk.ts).
import { z } from "zod";
import { asteriskModules } from "./modules.ts";
import { pjsipFile } from "./configSip.ts";

/** A word of a file of Asterisk's: nothing that would end the line or begin a comment or a section. */
const word = z
  .string()
  .max(300)
  .regex(/^[^\s;[\]]*$/u, "no spaces, semicolons or square brackets");
const port = z.number().int().min(1).max(65_535);

/** The provider's side of the line. */
export const trunkSetup = z.strictObject({
  /** Its registrar or its switch: "sip.example.net". */
  host: word.min(1),
  port: port.default(5_060),
  transport: z.enum(["udp", "tcp", "tls"]).default("udp"),
  /** With `tls`: a file in PEM with the authorities that its certificate may be of; null: those of the system. */
  authority: word.min(1).nullable().default(null),
  /** By which the provider knows us; with a password we answer its digest challenges (RFC 8760). */
  user: word.nullable().default(null),
  password: word.nullable().default(null),
  /** Signs in there and stays signed in; false: the provider knows our address. */
  register: z.boolean().default(false),
  /** Addresses or networks from which the provider calls us, beside those of `host`. */
  from: z.array(word.min(1)).max(50).default([]),
  codecs: z
    .array(z.enum(["alaw", "ulaw", "g722", "opus"]))
    .min(1)
    .default(["alaw", "ulaw"]),
  /** Media in SRTP with keys in the SIP messages (RFC 4568): only together with `tls`. */
  srtp: z.boolean().default(false),
  /** The shortest and the longest that a call is talked of as living, in seconds, when the provider demands session timers (RFC 4028); null: none. */
  sessionSeconds: z.number().int().min(90).max(7_200).nullable().default(null),
});
export type TrunkSetup = z.infer<typeof trunkSetup>;

/** What an operator says of an Asterisk that is ours. */
export const asteriskSetup = z.strictObject({
  /** Where it has its files; null: where its package put them. */
  folders: z
    .strictObject({ home: word.min(1), modules: word.min(1), data: word.min(1) })
    .nullable()
    .default(null),
  /** Where we reach it. Only from machines that are ours: whoever is in here makes calls. */
  http: z
    .strictObject({ host: word.default("127.0.0.1"), port: port.default(8_088) })
    .default({ host: "127.0.0.1", port: 8_088 }),
  /** The same as in the channel's settings. */
  app: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/u)
    .default("draht"),
  user: word.min(1).default("draht"),
  password: word.min(16),
  sip: z
    .strictObject({
      host: word.default("0.0.0.0"),
      port: port.default(5_060),
      /** Files in PEM; with them it takes TLS at the port after. */
      certificate: word.nullable().default(null),
      key: word.nullable().default(null),
    })
    .default({ host: "0.0.0.0", port: 5_060, certificate: null, key: null }),
  rtp: z.strictObject({ from: port, to: port }).default({ from: 10_000, to: 20_000 }),
  /** Behind a router that translates addresses: what the world sees, and which networks are on this side of it. */
  nat: z
    .strictObject({ address: word.min(1), inside: z.array(word.min(1)).min(1) })
    .nullable()
    .default(null),
  trunk: trunkSetup,
  /** When nobody of ours is connected: a number that is rung by the trunk, or a sound (a file's path without its ending); neither: the caller hears that all is busy. */
  meanwhile: z
    .strictObject({
      number: z
        .string()
        .regex(/^\+?[0-9]{2,15}$/u)
        .nullable(),
      sound: word.nullable(),
    })
    .default({ number: null, sound: null }),
});
export type AsteriskSetup = z.infer<typeof asteriskSetup>;

/** The name of the provider's line in Asterisk. */
export const trunkName = "trunk";

const section = (name: string, lines: Readonly<Record<string, string | number>>): string =>
  [`[${name}]`, ...Object.entries(lines).map(([key, value]) => `${key}=${value}`), ""].join("\n");

/** Every file by its name; whole: what was in a file of that name before is not needed. Pure. */
export const asteriskFiles = (setup: AsteriskSetup): Readonly<Record<string, string>> => {
  const files: Record<string, string> = {
    "asterisk.conf": asteriskFile(setup),
    "modules.conf": `[modules]\nautoload=no\n${asteriskModules.map((name) => `load=${name}.so`).join("\n")}\n`,
    "logger.conf":
      "[general]\ndateformat=%F %T.%3q\n[logfiles]\nconsole => warning,error\nmessages => notice,warning,error\n",
    "http.conf": section("general", {
      enabled: "yes",
      bindaddr: setup.http.host,
      bindport: setup.http.port,
      // A softphone keeps one for as long as its desk is open.
      sessionlimit: 2_000,
      session_inactivity: 30_000,
    }),
    "ari.conf": [
      section("general", { enabled: "yes", pretty: "no", websocket_write_timeout: 1_000 }),
      section(setup.user, { type: "user", read_only: "no", password: setup.password }),
    ].join("\n"),
    "rtp.conf": section("general", {
      rtpstart: setup.rtp.from,
      rtpend: setup.rtp.to,
      // Media is taken from where it first came, so that nobody talks into a call from elsewhere.
      strictrtp: "yes",
      icesupport: "yes",
    }),
    "pjsip.conf": pjsipFile(setup),
    // Devices come and go while it runs: they are told by ARI and kept in its memory.
    "sorcery.conf": section("res_pjsip", {}).concat(
      "endpoint=config,pjsip.conf,criteria=type=endpoint\nendpoint=memory\n",
      "auth=config,pjsip.conf,criteria=type=auth\nauth=memory\n",
      "aor=config,pjsip.conf,criteria=type=aor\naor=memory\ncontact=memory\n",
    ),
    "extensions.conf": extensionsFile(setup),
    "musiconhold.conf": section("default", {
      mode: "files",
      directory: setup.folders === null ? "moh" : `${setup.folders.home}/moh`,
    }),
    "pjproject.conf": section("startup", { log_level: 0 }),
    "indications.conf": indications,
    "manager.conf": section("general", { enabled: "no" }),
    "cdr.conf": section("general", { enable: "no" }),
    "codecs.conf": section("opus", { type: "opus" }),
    "res_curl.conf": section("globals", {}),
  };
  for (const name of ["cel", "features", "udptl", "ccss", "res_http_media_cache"])
    files[`${name}.conf`] = "[general]\n";
  for (const name of ["stasis", "acl", "geolocation", "websocket_client"]) files[`${name}.conf`] = "";
  return files;
};

function asteriskFile({ folders }: AsteriskSetup): string {
  const options = section("options", {
    verbose: 0,
    nocolor: "yes",
    // While something is recorded or awaited, packets go on.
    transmit_silence: "yes",
    hideconnect: "yes",
    live_dangerously: "no",
    documentation_language: "en_US",
  });
  if (folders === null) return options;
  const { home, modules, data } = folders;
  const directories = section("directories", {
    astetcdir: `${home}/etc`,
    astmoddir: modules,
    astvarlibdir: `${home}/var`,
    // Without it, sounds by HTTP fail and say nothing.
    astcachedir: `${home}/cache`,
    astdbdir: `${home}/db`,
    astkeydir: `${home}/keys`,
    astdatadir: data,
    astagidir: `${home}/var`,
    astspooldir: `${home}/spool`,
    astrundir: `${home}/run`,
    astlogdir: `${home}/log`,
  });
  return `${directories}\n${options}`;
}

/** The folders below `folders.home` that have to be there, writable by who runs it. */
export const asteriskFolders = [
  "etc",
  "var",
  "cache",
  "db",
  "keys/keys",
  "spool/recording",
  "run",
  "log",
  "moh",
] as const;

/**
 * Calls from outside come to us. While nobody of ours is connected Stasis fails at once, and what the operator wished for then happens. Devices dial
 * nothing by themselves: their context is empty, so a stolen password of one makes no call.
 */
function extensionsFile({ app, meanwhile }: AsteriskSetup): string {
  const { number, sound } = meanwhile;
  const instead =
    number !== null
      ? [`Dial(PJSIP/${number}@${trunkName},60)`, "Hangup(34)"]
      : sound !== null
        ? ["Answer()", `Playback(${sound})`, "Hangup()"]
        : ["Hangup(34)"];
  const steps = [`Stasis(${app},inbound)`, 'GotoIf($["${STASISSTATUS}"="SUCCESS"]?over)', ...instead].map(
    (step, index) => (index === 0 ? `exten => _[+0-9a-zA-Z].,1,${step}` : ` same => n,${step}`),
  );
  return [
    "[general]",
    "static=yes",
    "writeprotect=yes",
    "",
    "[draht-in]",
    ...steps,
    " same => n(over),Hangup()",
    "exten => _X,1,Goto(draht-in,00${EXTEN},1)",
    "",
    "[draht-device]",
    "",
  ].join("\n");
}

const indications = [
  "[general]",
  "country=de",
  "[de]",
  "description=Germany",
  "ringcadence=1000,4000",
  "dial=425",
  "busy=425/480,0/480",
  "ring=425/1000,0/4000",
  "congestion=425/240,0/240",
  "callwaiting=!425/200,!0/200,!425/200,!0/5000",
  "record=1400/80,0/15000",
  "info=950/330,0/30,1400/330,0/30,1800/330,0/1000",
  "stutter=425/500,0/500",
  "",
].join("\n");
