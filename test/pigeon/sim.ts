// The keeper of the lofts on loopback: hands out what landed, lets fly what is given, and misbehaves when told to. Used by tests.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";

const flight = z.object({ mark: z.string(), to: z.string(), text: z.string(), answers: z.string().nullable() });
type Flight = z.infer<typeof flight>;

/** How the next flight fares instead of well. */
export type Mishap = "later" | "refused" | "lost";

export interface Keeper {
  readonly url: string;
  /** A customer sends a pigeon to us. */
  readonly land: (pigeon: unknown) => void;
  /** What flew out, oldest first. */
  readonly flown: () => readonly Flight[];
  /** Resolves with what has flown as soon as it is so many. */
  readonly flownUntil: (count: number) => Promise<readonly Flight[]>;
  readonly meet: (mishap: Mishap) => void;
  readonly stop: () => Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
};

/** Opens the keeper's door on any free port; whoever asks must say the token. */
export const startKeeper = async (token: string): Promise<Keeper> => {
  const landed: unknown[] = [];
  const flown: Flight[] = [];
  const waiting: (() => void)[] = [];
  const watching: (() => void)[] = [];
  let next: Mishap | null = null;
  const wake = (): void => {
    for (const tell of waiting.splice(0)) tell();
  };
  const handOut = async (after: number, response: ServerResponse): Promise<void> => {
    if (landed.length <= after)
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        response.once("close", resolve);
      });
    const pigeons = landed.slice(after).map((pigeon, index) => ({ number: after + index + 1, pigeon }));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ pigeons }));
  };
  const letFly = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const one = flight.parse(JSON.parse(await bodyOf(request)));
    const mishap = next;
    next = null;
    if (mishap === "later") return void response.writeHead(503).end("storm");
    if (mishap === "refused") return void response.writeHead(422).end("no such loft");
    if (mishap === "lost") return void response.destroy();
    if (!flown.some(({ mark, to }) => mark === one.mark && to === one.to)) flown.push(one);
    response.writeHead(202).end();
    for (const tell of watching.splice(0)) tell();
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://keeper");
    const work =
      request.headers.authorization !== `Bearer ${token}`
        ? Promise.resolve(response.writeHead(401).end())
        : request.method === "POST"
          ? letFly(request, response)
          : handOut(Number(url.searchParams.get("after")), response);
    work.catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${bound.port}/`,
    land: (pigeon) => {
      landed.push(pigeon);
      wake();
    },
    flown: () => [...flown],
    flownUntil: async (count) => {
      while (flown.length < count) await new Promise<void>((resolve) => watching.push(resolve));
      return [...flown];
    },
    meet: (mishap) => (next = mishap),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
