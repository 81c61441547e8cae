// Everything that can be set from outside, in one place. The only reader of process.env.
import { isIP } from "node:net";
import { resolve } from "node:path";
import { messageChannels } from "#channels/index.ts";
import type { ChannelKind } from "#contract/channel.ts";
import type { ClamdAddress } from "#platform/files/clamd.ts";
import { clamdAddress, contact, hosts, httpUrl, nameServers, natsServers } from "#server/config-values.ts";
import { readSpeech, type SpeechConfig } from "#server/config-speech.ts";

/** One thing an operator can set: its name, what it is for, what holds when it is not set. Printed by `npm start -- --help`. */
export interface Setting {
  readonly name: string;
  readonly meaning: string;
  readonly fallback: string;
}

/** How the door of one kind of channel is set. */
export interface DoorConfig {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Null: the desk's own address on this machine. */
  readonly publicUrl: string | null;
  /** Of every kind of channel that has a door. */
  readonly doors: Readonly<Partial<Record<ChannelKind, DoorConfig>>>;
  readonly postPort: number;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly databaseConnections: number;
  /** Servers of one NATS over which the nodes hint at what is new, as URLs with a port; null: PostgreSQL does it. */
  readonly nats: readonly string[] | null;
  /** "demo": with the demo world; "empty": a clean centre. */
  readonly world: "demo" | "empty";
  readonly secret: string | null;
  readonly files:
    | { readonly kind: "disk" }
    | {
        readonly kind: "s3";
        readonly endpoint: string;
        readonly bucket: string;
        readonly region: string;
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
      };
  /** The virus scanner that looks at files; null: none. */
  readonly clamd: ClamdAddress | null;
  /** "system", "off", or the name servers to ask, as IP addresses with or without a port. */
  readonly dns: "system" | "off" | readonly string[];
  readonly maxMailBytes: number;
  readonly maxFileBytes: number;
  readonly acknowledge: boolean;
  /** Card numbers and session secrets in what comes in are covered. */
  readonly hideSecrets: boolean;
  readonly mostUnknown: number;
  readonly undoMs: number;
  readonly chatMailAfterMs: number;
  /** How long an answer in a chat waits to be seen before a browser that wants to be told is. */
  readonly chatPushAfterMs: number;
  /** By which push services reach the operator (mailto: or https:); null: made of PUBLIC_URL. */
  readonly pushContact: string | null;
  /** Push services that may be inside, each "host" or "host:port". */
  readonly pushInside: readonly string[];
  /** Hosts inside that flows' services may be, each "host" or "host:port". */
  readonly lookUpInside: readonly string[];
  /** Hosts with calendars that may be inside. */
  readonly calendarInside: readonly string[];
  /** What makes sounds of words in calls, and words of what callers say. */
  readonly speech: SpeechConfig;
  /** How often at most waiting visitors are told their place anew. */
  readonly chatTellsMs: number;
  readonly readers: number;
  readonly trustProxy: readonly string[];
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly metricsToken: string | null;
  /** Answers are checked against the contract; on in tests. */
  readonly checkAnswers: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;
type Problem = { readonly name: string; readonly sentence: string };

/** Settings whose value, right or wrong, is never printed. */
const secrets: ReadonlySet<string> = new Set([
  "DATABASE_URL",
  "NATS_URL",
  "SECRET",
  "S3_ACCESS_KEY_ID",
  "S3_SECRET_ACCESS_KEY",
  "METRICS_TOKEN",
  "SPEAKER_KEY",
  "LISTENER_KEY",
]);

/** Reads settings, and keeps what is wrong with them. */
export class Reader {
  readonly problems: Problem[] = [];
  readonly settings: Setting[] = [];
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  read<T>(
    name: string,
    meaning: string,
    fallback: string,
    parse: (value: string) => T | { readonly wrong: string },
    absent: T,
  ): T {
    this.settings.push({ name, meaning, fallback });
    const value = this.#env[name]?.trim();
    if (value === undefined || value === "") return absent;
    const result = parse(value);
    if (typeof result === "object" && result !== null && "wrong" in result) {
      this.problems.push({
        name,
        sentence: secrets.has(name)
          ? `${name} is not right (its value is secret and not shown): ${result.wrong}`
          : `${name} is "${value.length > 60 ? `${value.slice(0, 60)}…` : value}": ${result.wrong}`,
      });
      return absent;
    }
    return result;
  }

  port(name: string, meaning: string, absent: number): number {
    return this.read<number>(
      name,
      meaning,
      String(absent),
      (value) =>
        /^\d{1,5}$/.test(value) && Number(value) <= 65535
          ? Number(value)
          : { wrong: "a port is a whole number from 1 to 65535 (0 picks a free one)." },
      absent,
    );
  }

  whole(name: string, meaning: string, absent: number, lowest: number, highest: number): number {
    return this.read<number>(
      name,
      meaning,
      String(absent),
      (value) =>
        /^\d{1,12}$/.test(value) && Number(value) >= lowest && Number(value) <= highest
          ? Number(value)
          : { wrong: `it must be a whole number from ${lowest} to ${highest}.` },
      absent,
    );
  }

  oneOf<const T extends string>(name: string, meaning: string, values: readonly T[], absent: T): T {
    return this.read<T>(
      name,
      meaning,
      absent,
      (value) =>
        (values as readonly string[]).includes(value) ? (value as T) : { wrong: `choose one of ${values.join(", ")}.` },
      absent,
    );
  }

  text(
    name: string,
    meaning: string,
    check: (value: string) => string | null = () => null,
    fallback = "not set",
  ): string | null {
    return this.read<string | null>(
      name,
      meaning,
      fallback,
      (value) => {
        const wrong = check(value);
        return wrong === null ? value : { wrong };
      },
      null,
    );
  }
}

type ChatConfig = Pick<Config, "chatMailAfterMs" | "chatPushAfterMs" | "pushContact" | "pushInside" | "chatTellsMs">;

/** Hosts inside that may be asked all the same. */
const readInside = (reader: Reader): Pick<Config, "lookUpInside" | "calendarInside"> => ({
  lookUpInside: reader.read<Config["lookUpInside"]>(
    "LOOKUP_INSIDE",
    "services that flows may ask although they are inside: hosts, with or without a port, separated by commas",
    "not set: services are outside",
    hosts("crm.intern.example or 10.0.0.8:8080"),
    [],
  ),
  calendarInside: reader.read<Config["calendarInside"]>(
    "CALENDAR_INSIDE",
    "hosts whose holiday calendars may be fetched although they are inside: with or without a port, separated by commas",
    "not set: calendars are outside",
    hosts("intranet.example or 10.0.0.8:8080"),
    [],
  ),
});

const readChat = (reader: Reader): ChatConfig => ({
  chatMailAfterMs:
    reader.whole(
      "CHAT_MAIL_SECONDS",
      "how long an answer in a chat waits to be seen before it goes by mail",
      60,
      1,
      86_400,
    ) * 1000,
  chatPushAfterMs:
    reader.whole(
      "CHAT_PUSH_SECONDS",
      "how long an answer in a chat waits to be seen before a browser that wants to be told is told",
      5,
      1,
      3_600,
    ) * 1000,
  pushContact: reader.text(
    "PUSH_CONTACT",
    "where push services reach you: mailto:… or https://…",
    contact,
    "PUBLIC_URL, or postmaster at its host when that is not https",
  ),
  pushInside: reader.read<Config["pushInside"]>(
    "PUSH_INSIDE",
    "push services of your own that are inside: hosts, with or without a port, separated by commas",
    "not set: push services are outside",
    hosts("push.intern.example or 10.0.0.7:8443"),
    [],
  ),
  chatTellsMs:
    reader.whole(
      "CHAT_PLACE_SECONDS",
      "how often at most visitors who wait are told their place and how long it takes",
      15,
      1,
      3_600,
    ) * 1000,
});

const readNats = (reader: Reader): Config["nats"] =>
  reader.read<Config["nats"]>(
    "NATS_URL",
    "NATS over which several nodes hint at what is new; for many nodes or thousands of desks and chats",
    "not set: PostgreSQL does it",
    natsServers,
    null,
  );

const readFiles = (reader: Reader): Config["files"] => {
  const endpoint = reader.text(
    "S3_ENDPOINT",
    "keep files in an S3-compatible store at this address instead of in DATA_DIR",
    httpUrl,
  );
  const bucket = reader.text("S3_BUCKET", "name of the bucket");
  const region = reader.text("S3_REGION", "region the bucket's signatures use") ?? "us-east-1";
  const accessKeyId = reader.text("S3_ACCESS_KEY_ID", "key for the bucket");
  const secretAccessKey = reader.text("S3_SECRET_ACCESS_KEY", "secret for the bucket");
  if (endpoint === null) return { kind: "disk" };
  for (const [name, value] of [
    ["S3_BUCKET", bucket],
    ["S3_ACCESS_KEY_ID", accessKeyId],
    ["S3_SECRET_ACCESS_KEY", secretAccessKey],
  ] as const) {
    if (value === null)
      reader.problems.push({
        name,
        sentence: `${name} is missing: S3_ENDPOINT is set, so the bucket and its keys are needed too.`,
      });
  }
  return {
    kind: "s3",
    endpoint,
    bucket: bucket ?? "",
    region,
    accessKeyId: accessKeyId ?? "",
    secretAccessKey: secretAccessKey ?? "",
  };
};

const readTls = (reader: Reader, door: string): DoorConfig["tls"] => {
  const certFile = reader.text(
    `${door}_TLS_CERT`,
    `PEM file with the ${door} door's certificate (default: one made at the first start)`,
  );
  const keyFile = reader.text(`${door}_TLS_KEY`, "PEM file with its key");
  if (certFile === null && keyFile === null) return null;
  if (certFile === null || keyFile === null) {
    reader.problems.push({
      name: `${door}_TLS_CERT`,
      sentence: `${door}_TLS_CERT and ${door}_TLS_KEY belong together: set both or neither.`,
    });
    return null;
  }
  return { certFile, keyFile };
};

/** Every kind of channel that has a door brings its three settings. */
const readDoors = (reader: Reader, host: string): Config["doors"] =>
  Object.fromEntries(
    messageChannels.flatMap(({ id, door }): [ChannelKind, DoorConfig][] => {
      if (door === undefined) return [];
      const own = reader.text(
        `${door.name}_HOST`,
        `address the ${door.name} door listens on`,
        (value) => (isIP(value) > 0 ? null : "it must be an IP address."),
        "as HOST",
      );
      const port = reader.port(`${door.name}_PORT`, `port of the ${door.name} door`, door.usualPort);
      return [[id, { host: own ?? host, port, tls: readTls(reader, door.name) }]];
    }),
  );

/** Reads the configuration, or says every wrong value in a sentence of its own. `args`: what follows `npm start --`. */
export const readConfig = (
  env: Env,
  args: readonly string[],
):
  | { readonly config: Config; readonly settings: readonly Setting[] }
  | { readonly problems: readonly Problem[]; readonly settings: readonly Setting[] } => {
  const reader = new Reader(env);
  for (const arg of args) {
    if (!["--empty", "--demo", "--help"].includes(arg))
      reader.problems.push({
        name: arg,
        sentence: `"${arg}" is not known. Known are --empty (a clean centre), --demo (with the demo world) and --help.`,
      });
  }
  const databaseUrl = reader.text(
    "DATABASE_URL",
    "an existing PostgreSQL (15 or newer) instead of the embedded one",
    (value) =>
      /^postgres(ql)?:\/\//.test(value) && URL.canParse(value)
        ? null
        : "it must look like postgresql://user:password@host:5432/database.",
  );
  const empty = args.includes("--empty") || (databaseUrl !== null && !args.includes("--demo"));
  const dataDir = resolve(
    reader.text(
      "DATA_DIR",
      "folder for the embedded store, files and keys",
      undefined,
      "data, data-empty with --empty",
    ) ?? (empty && databaseUrl === null ? "data-empty" : "data"),
  );
  const host =
    reader.text(
      "HOST",
      "address the desk listens on",
      (value) =>
        isIP(value) > 0 || value === "localhost" ? null : "it must be an IP address such as 0.0.0.0 or 127.0.0.1.",
      "127.0.0.1",
    ) ?? "127.0.0.1";
  const port = reader.port("PORT", "port of the desk and the API", 7300);
  const config: Config = {
    host,
    port,
    publicUrl:
      reader.text("PUBLIC_URL", "address under which browsers reach the desk", httpUrl)?.replace(/\/+$/, "") ?? null,
    doors: readDoors(reader, host),
    postPort: reader.port("POST_PORT", "port of the demo world's mail provider", 7326),
    dataDir,
    databaseUrl,
    databaseConnections: reader.whole(
      "DATABASE_CONNECTIONS",
      "connections to PostgreSQL this process may hold",
      6,
      3,
      200,
    ),
    nats: readNats(reader),
    world: empty ? "empty" : "demo",
    secret: reader.text(
      "SECRET",
      "the centre's own secret, the same on every node (default: made at the first start, kept in DATA_DIR)",
      (value) => (value.length >= 32 ? null : "it must be at least 32 characters long."),
    ),
    files: readFiles(reader),
    clamd: reader.read<ClamdAddress | null>(
      "CLAMD",
      "virus scanner (ClamAV's daemon) that looks at every file before it can be had: host:port, or the path of its socket",
      "not set: files are not scanned",
      clamdAddress,
      null,
    ),
    dns: reader.read<Config["dns"]>(
      "DNS",
      "where senders' SPF, DKIM and DMARC are looked up: system, off, or name servers",
      "system",
      nameServers,
      "system",
    ),
    maxMailBytes: reader.whole("MAX_MAIL_BYTES", "largest mail that is accepted", 35_000_000, 10_000, 200_000_000),
    maxFileBytes: reader.whole(
      "MAX_FILE_BYTES",
      "largest file an agent may attach and a visitor may send",
      20_000_000,
      10_000,
      200_000_000,
    ),
    acknowledge:
      reader.oneOf("ACKNOWLEDGE", "confirm new concerns to their senders by mail", ["yes", "no"], "no") === "yes",
    hideSecrets:
      reader.oneOf(
        "HIDE_SECRETS",
        "cover card numbers and session secrets in what customers send; who supervises may show them, which is recorded",
        ["yes", "no"],
        "yes",
      ) === "yes",
    mostUnknown: reader.whole(
      "UNKNOWN_SENDERS",
      "mails from senders nobody knows or vouches for that a mailbox takes to the desk in ten minutes, the rest is set aside (0: as many as come)",
      100,
      0,
      100_000,
    ),
    undoMs: reader.whole("UNDO_SECONDS", "how long an answer is held so that it can be taken back", 10, 0, 120) * 1000,
    ...readChat(reader),
    ...readInside(reader),
    speech: readSpeech(reader, env["PATH"] ?? ""),
    readers: reader.whole("READERS", "processes that read mail", 2, 1, 16),
    trustProxy: (
      reader.text("TRUST_PROXY", "comma-separated addresses of proxies whose X-Forwarded-For is believed", (value) =>
        value.split(",").every((part) => isIP(part.trim().split("/")[0] ?? "") > 0)
          ? null
          : "it must be a list of IP addresses or networks such as 127.0.0.1,10.0.0.0/8.",
      ) ?? ""
    )
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
    logLevel: reader.oneOf("LOG_LEVEL", "how much is logged", ["debug", "info", "warn", "error"], "info"),
    metricsToken: reader.text("METRICS_TOKEN", "bearer token for /metrics (default: only this machine may read it)"),
    checkAnswers:
      reader.oneOf(
        "CHECK_ANSWERS",
        "check every answer against the contract (slow; for tests)",
        ["yes", "no"],
        "no",
      ) === "yes",
  };
  const used = new Map<number, string>();
  for (const [name, value] of [
    ["PORT", config.port],
    ...messageChannels.map(({ id, door }) => [`${door?.name}_PORT`, config.doors[id]?.port ?? 0]),
    ["POST_PORT", config.postPort],
  ] as [string, number][]) {
    const other = used.get(value);
    if (value !== 0 && other !== undefined)
      reader.problems.push({ name, sentence: `${name} and ${other} are both ${value}: give each its own port.` });
    used.set(value, name);
  }
  return reader.problems.length > 0
    ? { problems: reader.problems, settings: reader.settings }
    : { config, settings: reader.settings };
};

/** The environment this process was started with; nothing else in the tree reads it. */
export const environment = (): Env => process.env;
