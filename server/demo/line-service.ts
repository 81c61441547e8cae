// The cable operator's own system, as the demo's flows ask it: line diagnosis and accounts by customer number, on loopback. Started by server/demo/demo.ts; a real small HTTP service.
import { createRequire } from "node:module";
import type * as http from "node:http";
import type { AddressInfo } from "node:net";
import { personFor } from "#lib/corpus/people.ts";
import { randomFrom } from "#lib/corpus/random.ts";
import { demoDraw } from "#server/demo/background.ts";
import { foreground } from "#server/demo/cast.ts";

// Not by an ES import, which would load all of fetch: docs/decisions/0262-no-fetch-at-rest.md.
const { createServer } = createRequire(import.meta.url)("node:http") as typeof http;

/** How a line is: all is well, much is lost on the way, nothing arrives. */
type LineState = "up" | "noisy" | "down";

/** What the operator's system knows of a customer. Amounts in euros; what is owed is above zero. */
interface Account {
  readonly email: string;
  readonly postcode: string;
  readonly line: LineState;
  /** Its modem has said something lately. */
  readonly modemSeen: boolean;
  readonly balance: number;
  readonly directDebit: boolean;
  readonly fee: number;
}

export interface LineService {
  /** Where it is asked. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const fees = [29, 39, 59] as const;

/** Those who have a story have what fits it. */
const known: Readonly<Record<string, Partial<Account>>> = {
  [foreground.juergen.fields.Kundennummer]: { line: "noisy", balance: 59, directDebit: false },
  [foreground.helga.fields.Kundennummer]: { line: "up", balance: 0, directDebit: true },
  [foreground.aylin.fields.Kundennummer]: { line: "down", modemSeen: false, balance: 39, directDebit: true },
  [foreground.walter.fields.Kundennummer]: { line: "up", balance: -12.5, directDebit: true },
  [foreground.kita.fields.Kundennummer]: { line: "up", balance: 118, directDebit: false },
  [foreground.nils.fields.Kundennummer]: { line: "up", modemSeen: false, balance: 29, directDebit: true },
};

/** The accounts by customer number, the same in every run. */
const accounts = (): ReadonlyMap<string, Account> => {
  /** "20539 Hamburg" begins with it. */
  const reached = (email: string, town: string) => ({ email, postcode: town.slice(0, 5) });
  const addresses = new Map(
    Array.from({ length: demoDraw.customers }, (_, i) => personFor(demoDraw.seed, i, "de")).map(
      ({ customerNumber, address, city }) => [customerNumber, reached(address, city)] as const,
    ),
  );
  for (const { fields, address } of Object.values(foreground))
    if ("Kundennummer" in fields) addresses.set(fields.Kundennummer, reached(address, fields.Ort));
  return new Map(
    [...addresses].map(([number, { email, postcode }]) => {
      const random = randomFrom(demoDraw.seed, "account", number);
      const fee = random.pick(fees);
      const line = random.weighted([
        { state: "up", weight: 70 },
        { state: "noisy", weight: 20 },
        { state: "down", weight: 10 },
      ] as const).state;
      const balance = random.chance(0.5) ? 0 : random.chance(0.1) ? -fee / 2 : fee;
      const drawn = {
        email,
        postcode,
        line,
        modemSeen: line !== "down",
        balance,
        fee,
        directDebit: random.chance(0.6),
      };
      return [number, { ...drawn, ...known[number] }];
    }),
  );
};

/** The day in a month on which the operator books, "2026-12-15": this month's or, when that is over, the next one's; `back`: the one before. */
const bookingDay = (now: Date, back = 0): string => {
  const over = now.getUTCDate() > 15 ? 1 : 0;
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + over - back, 15)).toISOString().slice(0, 10);
};

const answersFor = (number: string, account: Account, now: Date): Readonly<Record<string, unknown>> => ({
  [`/lines/${number}`]: {
    customerNumber: number,
    state: account.line,
    modem: { seen: account.modemSeen },
    signal: { downstreamDbmv: { up: 4.5, noisy: -9.5, down: null }[account.line] },
    measuredAt: now.toISOString(),
  },
  [`/accounts/${number}`]: {
    customerNumber: number,
    currency: "EUR",
    balance: account.balance,
    dueOn: bookingDay(now),
    directDebit: account.directDebit,
    lastPayment: { amount: account.fee, on: bookingDay(now, 1) },
  },
});

/** Starts it on a free port of loopback. It answers whoever shows the token. `measuringMs`: how long looking at a line takes. */
export const startLineService = async (options: {
  readonly token: string;
  readonly now: () => Date;
  readonly measuringMs: number;
}): Promise<LineService> => {
  const book = accounts();
  const nothing = { status: 404, body: { error: "nothing of that number" } };
  const answerTo = (request: http.IncomingMessage): { readonly status: number; readonly body: unknown } => {
    if (request.headers.authorization !== `Bearer ${options.token}`)
      return { status: 401, body: { error: "no or a wrong token" } };
    if (request.method !== "GET") return { status: 405, body: { error: "only GET" } };
    const [path = "", search = ""] = (request.url ?? "").split("?");
    const query = new URLSearchParams(search);
    const number = path.split("/")[2] ?? "";
    const account = book.get(number);
    // Whether an address or a postcode is the contract's is said; which one it is, never.
    if (path === `/accounts/${number}/contact`) {
      const fits =
        account !== undefined &&
        (query.get("email")?.toLowerCase() === account.email.toLowerCase() ||
          query.get("postcode") === account.postcode);
      return fits ? { status: 200, body: { customerNumber: number } } : nothing;
    }
    const body = account === undefined ? undefined : answersFor(number, account, options.now())[path];
    return body === undefined ? nothing : { status: 200, body };
  };
  const server = createServer((request, response) => {
    const { status, body } = answerTo(request);
    const send = (): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (options.measuringMs > 0 && status === 200 && request.url?.startsWith("/lines/") === true)
      setTimeout(send, options.measuringMs).unref();
    else send();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
