// Debian's own NATS server on a free port of loopback, keeping nothing. For journeys over several nodes.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { freePorts } from "#test/ports.ts";
import { peerPath } from "#tools/test/peers.ts";

/** A server that can be killed and started again at the same address. */
export interface NatsServer {
  /** With user and password. */
  readonly url: string;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const [user, password] = ["draht", "ein-wort-fuer-nats"];

/** Starts it; resolves when it takes connections. */
export const startNats = async (): Promise<NatsServer> => {
  const [port = 0] = await freePorts(1);
  let server: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    const last = server;
    server = null;
    if (last === null || last.exitCode !== null) return;
    const gone = once(last, "exit");
    last.kill("SIGKILL");
    await gone;
  };
  const start = async (): Promise<void> => {
    const fresh = spawn(
      peerPath("nats") ?? "nats-server",
      ["--addr", "127.0.0.1", "--port", String(port), "--user", user ?? "", "--pass", password ?? ""],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    server = fresh;
    // Its log says when it takes connections.
    await new Promise<void>((resolve, reject) => {
      let said = "";
      fresh.stderr?.on("data", (chunk: Buffer) => {
        said = (said + chunk.toString("utf8")).slice(-10_000);
        if (said.includes("Server is ready")) resolve();
      });
      fresh.once("error", reject);
      fresh.once("exit", () => reject(new Error(`NATS ended:\n${said}`)));
    });
  };
  await start();
  return { url: `nats://${user}:${password}@127.0.0.1:${port}`, kill, start, stop: kill };
};
