// What stands before several servers: gives each connection to the next of them that takes it. Used by test/journeys.
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Balancer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Listens on loopback; knows nothing of what goes through. A server that does not take connections is passed over. */
export const startBalancer = async (urls: readonly string[]): Promise<Balancer> => {
  const ports = urls.map((url) => Number(new URL(url).port));
  const open = new Set<Socket>();
  let turn = 0;
  const server = createServer((from) => {
    open.add(from);
    from.on("error", () => from.destroy());
    from.on("close", () => open.delete(from));
    turn += 1;
    const give = (tried: number): void => {
      if (tried === ports.length) return void from.destroy();
      const to = connect(ports[(turn + tried) % ports.length] ?? 0, "127.0.0.1");
      const refused = (): void => give(tried + 1);
      to.once("error", refused);
      to.once("connect", () => {
        to.off("error", refused);
        to.on("error", () => from.destroy());
        to.on("close", () => from.destroy());
        from.on("close", () => to.destroy());
        from.pipe(to).pipe(from);
      });
    };
    give(0);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
};
