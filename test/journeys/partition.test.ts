// The database is gone, frozen, or behind a one-way partition: whoever is already waiting for it hears so within two seconds, and within 15 s
// of its return everything works by itself. Nothing acknowledged is lost, and what is tried again is there once.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { api } from "#contract/api.ts";
import { converse, SmtpRefusal } from "#channels/email/simClient.ts";
import { callRaw } from "#test/desk.ts";
import {
  centre,
  cleaners,
  gate,
  handOver,
  letter,
  ownStore,
  query,
  rows,
  service,
  until,
  type Centre,
} from "#test/faults.ts";
import { ownTime } from "#test/ownTime.ts";
import { postgresOf } from "#test/server.ts";

/** How the database goes away, and how it comes back. */
interface Way {
  readonly url: string;
  readonly leave: () => Promise<void>;
  readonly back: () => Promise<void>;
}

type Store = Awaited<ReturnType<typeof ownStore>>;

const through =
  (mode: "shut" | "silent") =>
  async (store: Store): Promise<Way> => {
    const way = await gate(new URL(store.url));
    cleaners.push(way.stop);
    const set = async (to: typeof way.mode): Promise<void> => void (way.mode = to);
    return { url: way.url, leave: () => set(mode), back: () => set("open") };
  };

/** The first process stands still before its children, and those that it had made meanwhile last: nobody is left who answers. */
const frozen = async (store: Store): Promise<Way> => {
  const signal = async (name: "SIGSTOP" | "SIGCONT"): Promise<void> => {
    for (const pid of await postgresOf(store.dataDir)) {
      try {
        process.kill(pid, name);
      } catch {
        // It ended by itself between the look and the signal.
      }
    }
  };
  cleaners.push(() => signal("SIGCONT"));
  return {
    url: store.url,
    leave: async () => {
      await signal("SIGSTOP");
      await signal("SIGSTOP");
    },
    back: () => signal("SIGCONT"),
  };
};

const ways: readonly (readonly [string, (store: Store) => Promise<Way>])[] = [
  ["gone", through("shut")],
  ["behind a one-way partition", through("silent")],
  ...(process.platform === "win32" ? [] : ([["frozen", frozen]] as const)),
];

/** What came of one call, and when. */
interface Outcome {
  readonly said: string;
  readonly retryAfter: boolean;
  readonly atMs: number;
}

const sending = (place: Centre, mark: string): Promise<string> =>
  converse(
    { host: "127.0.0.1", port: place.server.ports.smtp },
    { hello: "kunde.test", from: "a@kunde.test", to: [service], raw: letter(mark, `${mark}@kunde.test`, null) },
  ).then(
    () => "taken",
    (error: unknown) => (error instanceof SmtpRefusal ? (error.reply ?? "closed") : String(error)),
  );

suite("the database goes away in the middle of everything", { concurrency: 2 }, () => {
  for (const [name, make] of ways) {
    test(
      `it is ${name}: honest refusals within two seconds, and everything works by itself within 15 s`,
      { timeout: 400_000 },
      async () => {
        const store = await ownStore();
        const way = await make(store);
        const place = await centre({ database: way.url });
        const { ports, url } = place.server;
        const { desk } = place;
        const marks = ["v-1-x", "v-2-x", "v-3-x"];
        for (const mark of marks) await handOver(ports.smtp, letter(mark, `${mark}@kunde.test`, null), "a@kunde.test");
        const live = await desk.live();
        const ids: string[] = [];
        for (const mark of marks) {
          const event = await live.event(
            (each) => each.kind === "message.added" && each.data.message.from?.value === `${mark}@kunde.test`,
          );
          ids.push(event.concernId ?? "");
        }
        live.close();
        const headers = { cookie: desk.cookie, "x-csrf": desk.csrf };
        const views = () => callRaw(url, api.concerns.views, {}, headers);
        const note = (n: number, key: string) =>
          callRaw(
            url,
            api.concerns.note,
            { params: { id: ids[n % ids.length] }, body: { text: `n-${n}-x`, html: null, uploads: [], key } },
            headers,
          );
        const keys = Array.from({ length: 24 }, () => crypto.randomUUID());

        // Some calls are in the middle of their transaction when it happens, some begin just after.
        const outcomes: Outcome[] = [];
        const clock = ownTime();
        let leftAt: number | null = null;
        const timed = async (work: () => Promise<{ readonly said: string; readonly retryAfter: boolean }>) => {
          const { said, retryAfter } = await work();
          outcomes.push({ said, retryAfter, atMs: leftAt === null ? 0 : clock.ms() - leftAt });
        };
        const http = (work: () => ReturnType<typeof callRaw>) =>
          timed(async () => {
            const { status, headers: answered } = await work();
            return { said: String(status), retryAfter: answered.has("retry-after") };
          });
        const mail = (mark: string) => timed(async () => ({ said: await sending(place, mark), retryAfter: true }));
        const early = keys.slice(0, 12).map((key, n) => http(() => note(n, key)));
        await Promise.race(early);
        await way.leave();
        leftAt = clock.ms();
        await Promise.all([
          ...early,
          ...keys.slice(12).map((key, n) => http(() => note(12 + n, key))),
          ...Array.from({ length: 12 }, () => http(views)),
          ...Array.from({ length: 6 }, (_, n) => mail(`d-${n}-x`)),
        ]);
        const refused = outcomes.filter(({ said }) => said !== "200" && said !== "taken");
        assert.ok(refused.length >= 20, JSON.stringify(outcomes));
        for (const { said, retryAfter } of refused)
          assert.ok(/^(?:503$|451 )/.test(said) && retryAfter, JSON.stringify(outcomes));
        const slowest = Math.max(...outcomes.map(({ atMs }) => atMs));
        assert.ok(slowest < 2_000, `the last was answered after ${Math.round(slowest)} ms`);

        // Now the server knows: what comes is refused at once, and the server itself is well.
        const asked = clock.ms();
        const [said, answer] = await Promise.all([sending(place, "d-late-x"), views()]);
        assert.match(said, /^451 /);
        assert.equal(answer.status, 503);
        assert.ok(answer.headers.get("retry-after") !== null);
        assert.ok(clock.ms() - asked < 2_000);
        assert.equal((await fetch(`${url}/healthz`)).status, 200);
        assert.equal((await fetch(`${url}/readyz`)).status, 503);

        await way.back();
        const backAt = clock.ms();
        const left = (): number => 15_000 - (clock.ms() - backAt);
        const again = async (n: number, key: string): Promise<void> => {
          await until(`note ${n} is taken`, left(), async () => (await note(n, key)).status === 200, clock.ms);
        };
        const mails = ["d-late-x", ...Array.from({ length: 6 }, (_, n) => `d-${n}-x`)];
        await Promise.all([
          ...keys.map((key, n) => again(n, key)),
          ...mails.map((mark) => handOver(ports.smtp, letter(mark, `${mark}@kunde.test`, null), "a@kunde.test")),
        ]);
        const areShown = async (): Promise<boolean> => {
          const texts = (await rows(store.url)).map((row) => row.text);
          return mails.every((mark) => texts.some((text) => text.includes(mark)));
        };
        await until("every mail is shown", left(), areShown, clock.ms);
        await until(
          "the desk works",
          left(),
          async () => (await fetch(`${url}/readyz`)).status === 200 && (await views()).status === 200,
          clock.ms,
        );
        const feed = await desk.live();
        await feed.event(
          (event) => event.kind === "message.added" && event.data.message.from?.value === "d-late-x@kunde.test",
        );
        feed.close();
        const texts = (await rows(store.url)).map((row) => row.text);
        const times = (mark: string): number => texts.filter((text) => text.includes(mark)).length;
        for (const mark of [...mails, ...keys.map((_, n) => `n-${n}-x`)]) assert.equal(times(mark), 1, mark);
        const [gaps] = await query<{ n: number }>(
          store.url,
          "SELECT count(*)::int AS n FROM concern c WHERE c.last_seq <> (SELECT count(*) FROM message m WHERE m.concern_id = c.id)",
        );
        assert.equal(gaps?.n, 0, "places without gaps");
        clock.stop();
      },
    );
  }
});
