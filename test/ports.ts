// Ports for programs that tests start. Called by test/server.ts and test/peers.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Below the range from which systems give ports to whoever asks for any (RFC 6335: 49152 on; Linux: 32768 on). */
const lowest = 11_000;
const highest = 32_000;
const reserved = join(tmpdir(), "draht-test-ports");

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** True when the port is now this process's, among all test processes; it stays so until the process ends. */
const reserve = (port: number): boolean => {
  const path = join(reserved, String(port));
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    try {
      if (lives(Number(readFileSync(path, "utf8")))) return false;
      rmSync(path, { force: true });
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return true;
    } catch {
      return false;
    }
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/**
 * So many different ports that are free and that nobody else takes before they are used: a port that was merely free a moment ago may have
 * been given to another program's outgoing connection, or to PostgreSQL, by the time a server wants it.
 */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  mkdirSync(reserved, { recursive: true });
  const ports: number[] = [];
  while (ports.length < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (reserve(port) && (await isFree(port))) ports.push(port);
  }
  return ports;
};
