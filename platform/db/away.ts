// Lets nobody wait for a database that does not answer: cuts what is under way and refuses what comes, until it is back. db.ts asks here, watch.ts throws the switch.
import type pg from "pg";

export interface Away {
  /** From now on everything is refused and every connection cut; false: everything goes on, over new connections. */
  readonly set: (away: boolean) => void;
  /** Carries the work out, or rejects with an error that is `isUnavailable` as soon as the database is away. `refused`: whoever asked has been refused meanwhile. */
  readonly unless: <T>(work: (refused: () => boolean) => Promise<T>) => Promise<T>;
  /** A connection to be cut: one that was silent may stay so for ever, though the database answers on others again. */
  readonly watched: <C extends pg.ClientBase>(client: C) => C;
}

/** Class 08 of SQLSTATE: connection exception. */
const unreachable = (): Error => Object.assign(new Error("the database does not answer"), { code: "08006" });

/** The switch of one pool. */
export const awaySwitch = (): Away => {
  const waiting = new Set<() => void>();
  const clients = new Set<pg.ClientBase>();
  let away = false;
  const cut = (client: pg.ClientBase): void => {
    // A polite end would wait for the answer of the statement before it.
    (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
  };
  return {
    set: (now) => {
      if (away === now) return;
      away = now;
      if (!away) return;
      for (const refuse of waiting) refuse();
      for (const client of clients) cut(client);
    },
    unless: (work) => {
      if (away) return Promise.reject(unreachable());
      return new Promise((resolve, reject) => {
        let refused = false;
        const refuse = (): void => {
          refused = true;
          waiting.delete(refuse);
          reject(unreachable());
        };
        waiting.add(refuse);
        work(() => refused)
          .finally(() => waiting.delete(refuse))
          .then(resolve, reject);
      });
    },
    watched: (client) => {
      clients.add(client);
      client.once("end", () => clients.delete(client));
      return client;
    },
  };
};
