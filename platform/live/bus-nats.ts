// The bus over NATS, for centres whose nodes say much to each other: a hint costs PostgreSQL nothing then. Opened by server/start.ts when NATS_URL is set.
import { AuthorizationError, connect, type NatsConnection } from "@nats-io/transport-node";
import { gatherHints, hearFrame, listeners, newSpeaker, type Bus } from "#platform/live/bus.ts";
import type { Log } from "#platform/log.ts";

/** Between two words to the others. */
const everyMs = 2;
/** NATS takes a megabyte unless its operator allows less. */
const mostBytes = 200_000;
const reconnectMs = 500;
/** A server that is silent for two of these is taken for lost. */
const pingMs = 5_000;
/** The first connection is waited for so long; afterwards it is tried on behind. */
const patienceMs = 3_000;

/** The server is there and does not let us in: an operator has to mend that. */
export class NatsRefused extends Error {}

/**
 * `servers`: addresses as `nats://user:password@host:port`, `tls://…` where the server speaks TLS; any one of a cluster's is enough. `subject`: where this centre speaks,
 * its own among all that share the servers. Rejects with NatsRefused when the credentials are not taken; when nobody answers it opens all the same, tries on
 * for ever and says so in the log: until then nobody elsewhere is heard, and what is said is not kept for later.
 */
export const natsBus = async (options: {
  readonly servers: readonly string[];
  readonly subject: string;
  readonly log: Log;
}): Promise<Bus> => {
  const { log } = options;
  const { tell, on, wakeAll } = listeners();
  const self = newSpeaker();
  let connection: NatsConnection | null = null;
  let connected = false;
  let closed = false;
  const { add, flush } = gatherHints({
    self,
    everyMs,
    mostBytes,
    log,
    // The client would keep what is said while the line is broken; hints of then are worth nothing afterwards.
    send: (frame) => {
      if (!connected) return;
      try {
        connection?.publish(options.subject, frame);
      } catch {
        // Closed between the look and the word.
      }
    },
  });

  const follow = async (fresh: NatsConnection): Promise<void> => {
    for await (const { type } of fresh.status()) {
      if (type === "disconnect") {
        connected = false;
        if (!closed) log.warn("bus.lost");
      }
      if (type === "reconnect") {
        connected = true;
        log.warn("bus.back");
        wakeAll();
      }
    }
  };
  const open = async (): Promise<void> => {
    const [first] = options.servers;
    const { username, password } = new URL(first ?? "nats://127.0.0.1");
    const fresh = await connect({
      servers: options.servers.map((server) => new URL(server).host),
      ...(username === "" ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
      ...(options.servers.some((server) => server.startsWith("tls:")) ? { tls: {} } : {}),
      name: "draht",
      timeout: patienceMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectMs,
      reconnectJitter: 100,
      pingInterval: pingMs,
      maxPingOut: 2,
      // A server that was set up anew may know us later again.
      ignoreAuthErrorAbort: true,
      noEcho: true,
    });
    if (closed) return fresh.close();
    fresh.subscribe(options.subject, {
      callback: (error, message) => {
        if (error === null) hearFrame(message.string(), self, tell);
      },
    });
    // The server knows that we listen before anybody is told so.
    await fresh.flush();
    connection = fresh;
    connected = true;
    void follow(fresh);
    wakeAll();
  };
  const tryOn = (): void => {
    if (closed) return;
    setTimeout(() => {
      open().catch(tryOn);
    }, reconnectMs).unref();
  };

  try {
    await open();
  } catch (error) {
    if (error instanceof AuthorizationError) throw new NatsRefused(error.message);
    log.warn("bus.cannotConnect", { error: error instanceof Error ? error.message : "unknown" });
    tryOn();
  }
  return {
    hint: (topic, note, here) => {
      const spoken = note === undefined ? { topic } : { topic, note };
      queueMicrotask(() => tell(spoken, here));
      add(spoken);
    },
    on,
    close: async () => {
      flush();
      closed = true;
      const last = connection;
      connection = null;
      if (connected) await last?.flush().catch(() => {});
      connected = false;
      await last?.close().catch(() => {});
    },
  };
};
