// Kills, a full disk: nothing acknowledged is lost, nothing appears twice, and the server mends itself.
// The oracle: every mail carries its own mark; afterwards lost, twice, ghost, gaps and false "sent" are counted and must be 0.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { converse, SmtpRefusal } from "#channels/email/simClient.ts";
import { api } from "#contract/api.ts";
import { Refused } from "#test/desk.ts";
import { centre, cleaners, handOver, kill, letter, query, rows, service, until } from "#test/faults.ts";
import { ownTime } from "#test/ownTime.ts";

// Most of the time is waiting for leases to run out, so the faults are made side by side, each with a server of its own.
suite("faults", { concurrency: 2 }, () => {
  test(
    "kill -9 of server, readers and PostgreSQL at random moments of 300 mails in and 60 answers out",
    { timeout: 400_000 },
    async (t) => {
      const place = await centre();
      const { sim, desk } = place;
      const { ports } = place.server;
      const senders = Array.from({ length: 60 }, (_, n) => n);
      const answered = new Set<string>();
      const over = new AbortController();
      cleaners.push(async () => over.abort());
      t.signal.addEventListener("abort", () => over.abort());

      // Each sender writes five mails; the later ones answer the sender's first, so that they share a concern.
      const writing = Promise.all(
        senders.map(async (n) => {
          await pause(n * 60);
          const from = `kunde${n}@kunde.test`;
          for (let k = 0; k < 5; k += 1) {
            const raw = letter(`m-${n}-${k}-x`, from, k === 0 ? null : `m-${n}-0-x`);
            await handOver(ports.smtp, raw, from, over.signal);
            // A provider that saw no answer sends once more: it must not become a second message.
            if (k === 2 && n % 10 === 0) await handOver(ports.smtp, raw, from, over.signal);
          }
        }),
      );
      // An agent answers every concern once; a browser that got no answer tries again with the same key.
      let stopAnswering = false;
      const answering = (async () => {
        while (!over.signal.aborted && (!stopAnswering || answered.size < senders.length)) {
          const databaseUrl = await place.server.databaseUrl().catch(() => null);
          const open =
            databaseUrl === null
              ? []
              : await query<{ id: string; from: string }>(
                  databaseUrl,
                  "SELECT c.id, m.sender ->> 'value' AS from FROM concern c JOIN message m ON m.concern_id = c.id AND m.seq = 1",
                ).catch(() => []);
          for (const { id, from } of open) {
            if (answered.has(id)) continue;
            const key = crypto.randomUUID();
            while (!over.signal.aborted) {
              const got = await desk
                .call(api.concerns.reply, {
                  params: { id },
                  body: {
                    channelId: place.channelId,
                    to: [from],
                    cc: [],
                    text: `Antwort a-${id}-x`,
                    html: null,
                    uploads: [],
                    sendAt: null,
                    statusAfter: "open",
                    key,
                  },
                })
                .catch((error: unknown) =>
                  error instanceof Refused && error.status < 500 ? Promise.reject(error) : null,
                );
              if (got !== null) break;
              await pause(50);
            }
            answered.add(id);
          }
          await pause(30);
        }
      })();

      const kills = { server: 0, reader: 0, postgres: 0 };
      for (const what of [
        "reader",
        "server",
        "postgres",
        "reader",
        "server",
        "postgres",
        "reader",
        "server",
      ] as const) {
        await pause(300 + Math.random() * 900);
        if (what === "server") {
          await place.server.end("SIGKILL");
          place.server = await place.server.again();
        } else if (!(await kill(() => place.server.children(what === "reader" ? "reader-child" : "postgres"))))
          continue;
        kills[what] += 1;
      }
      await writing;
      stopAnswering = true;
      await answering;
      const databaseUrl = await place.server.databaseUrl();
      let left: unknown[] = [];
      await until("everything stored is read and everything due is sent", 200_000, async () => {
        left = await query(
          databaseUrl,
          "SELECT 'intake' AS what, state, attempts, lease_until AS until, error AS why FROM intake WHERE state = 'stored' UNION ALL SELECT 'delivery', state, attempts, coalesce(next_try_at, lease_until), history::text FROM delivery WHERE state IN ('held', 'waiting', 'sending')",
        );
        return left.length === 0;
      }).catch((error: unknown) => {
        t.diagnostic(`left over: ${JSON.stringify(left, null, 2)}`);
        t.diagnostic(`the server's words: ${place.server.output().slice(-4_000)}`);
        throw error;
      });

      const messages = await rows(databaseUrl);
      const inbound = messages.filter((message) => message.direction === "in");
      const marks = new Map<string, number>();
      for (const { text } of inbound) {
        const mark = /m-\d+-\d-x/.exec(text)?.[0] ?? "";
        marks.set(mark, (marks.get(mark) ?? 0) + 1);
      }
      const expected = senders.flatMap((n) => [0, 1, 2, 3, 4].map((k) => `m-${n}-${k}-x`));
      const ended = await query<{ state: string; attempts: number; error: string | null; n: number }>(
        databaseUrl,
        "SELECT state, attempts, error, count(*)::int AS n FROM intake GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
      );
      assert.deepEqual(
        ended.filter((row) => row.state !== "done"),
        [],
        "every mail could be read",
      );
      assert.deepEqual(
        expected.filter((mark) => !marks.has(mark)),
        [],
        "lost",
      );
      assert.deepEqual(
        [...marks].filter(([, times]) => times !== 1),
        [],
        "twice",
      );
      assert.equal(inbound.length, expected.length, "ghosts");

      const byConcern = Map.groupBy(messages, (message) => message.concern);
      for (const [id, list] of byConcern)
        assert.deepEqual(
          list.map((message) => message.seq),
          list.map((_, index) => index + 1),
          `gaps in ${id}`,
        );
      assert.equal(byConcern.size, senders.length, "one concern for each sender");

      const copies = new Map<string, number>();
      for (const mail of sim.messages()) {
        const mark = /a-[0-9a-f-]{36}-x/.exec(mail.text)?.[0] ?? "";
        copies.set(mark, (copies.get(mark) ?? 0) + 1);
      }
      const outbound = messages.filter((message) => message.direction === "out");
      assert.equal(outbound.length, answered.size, "one message for each answer");
      for (const { text, state } of outbound) {
        const mark = /a-[0-9a-f-]{36}-x/.exec(text)?.[0] ?? "";
        const left = copies.get(mark) ?? 0;
        assert.ok(left <= 1, `${left} copies of ${mark}`);
        assert.ok(state === "sent" ? left === 1 : state === "unknown", `${mark} is ${state} with ${left} copies`);
      }
      const events = await query<{ n: number; different: number }>(
        databaseUrl,
        "SELECT count(*)::int AS n, count(DISTINCT seq)::int AS different FROM event",
      );
      assert.equal(events[0]?.n, events[0]?.different);
      assert.ok(kills.server === 3 && kills.postgres === 2 && kills.reader >= 1, JSON.stringify(kills));
    },
  );

  const tmpfs =
    process.getuid?.() === 0 && process.platform === "linux"
      ? false
      : "mounts a small tmpfs, which only root on Linux may";

  /** Takes all room of a disk but the last few hundred kilobytes; resolves with how to give it back. */
  const balloon = async (folder: string, left = 300_000): Promise<() => Promise<void>> => {
    const path = join(folder, `balloon-${left}`);
    const { bavail, bsize } = await statfs(folder);
    await writeFile(path, Buffer.alloc(Math.max(0, bavail * bsize - left)));
    return () => rm(path, { force: true });
  };

  for (const disk of ["files", "postgres"] as const) {
    test(
      `a full disk under ${disk === "files" ? "the files" : "the database"}: mail is asked to come later, nothing taken is lost, and it works again when there is room`,
      { skip: tmpfs, timeout: 300_000 },
      async () => {
        const dataDir = await mkdtemp(join(tmpdir(), "draht-full-"));
        const folder = join(dataDir, disk);
        assert.equal(spawnSync("mkdir", ["-m", "755", folder]).status, 0);
        const size = disk === "files" ? "4m" : "400m";
        assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]).status, 0);
        try {
          const place = await centre({ dataDir });
          const { ports } = place.server;
          const databaseUrl = await place.server.databaseUrl();
          const deflate = await balloon(folder);
          const taken: string[] = [];
          let refusal = "";
          const clock = ownTime();
          let began = 0;
          // Mails as they come are kept in the database up to 256 kB, larger ones as files.
          const lines = disk === "files" ? 4_000 : 1_500;
          for (let n = 0; n < 400 && refusal === ""; n += 1) {
            const mark = `f-${n}-x`;
            began = clock.ms();
            await converse(
              { host: "127.0.0.1", port: ports.smtp },
              {
                hello: "kunde.test",
                from: "a@kunde.test",
                to: [service],
                raw: letter(mark, `voll${n}@kunde.test`, null, `${"Füllung ".repeat(12)}\r\n`.repeat(lines)),
              },
            ).then(
              () => taken.push(mark),
              (error: unknown) => (refusal = error instanceof SmtpRefusal ? (error.reply ?? "closed") : String(error)),
            );
          }
          assert.match(refusal, /^4(?:51|52) /);
          assert.ok(clock.ms() - began < 2_000, `refused after ${clock.ms() - began} ms`);
          if (disk === "files") {
            // The mail itself is small and is taken; its file finds no room until there is some, and that is not the mail's fault.
            const file = Buffer.alloc(100_000, "Anlage ").toString("base64");
            const raw = `From: anlage@kunde.test\r\nTo: ${service}\r\nSubject: Anlage\r\nMessage-ID: <anlage@kunde.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=g\r\n\r\n--g\r\nContent-Type: text/plain\r\n\r\nText f-file-x mit Anlage\r\n--g\r\nContent-Type: application/octet-stream; name=anlage.bin\r\nContent-Disposition: attachment; filename=anlage.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${file.replaceAll(/.{76}/g, "$&\r\n")}\r\n--g--\r\n`;
            // No room for a byte: the last block goes as well.
            const last = await balloon(folder, 0);
            await handOver(ports.smtp, Buffer.from(raw), "anlage@kunde.test");
            taken.push("f-file-x");
            await assert.rejects(
              place.desk.upload("groß.bin", Buffer.alloc(60_000, 1), "application/octet-stream"),
              (error: unknown) => error instanceof Refused && error.status === 503,
            );
            await last();
          }
          await deflate();
          const roomAt = clock.ms();
          await handOver(ports.smtp, letter("f-after-x", "spaeter@kunde.test", null), "spaeter@kunde.test");
          await until(
            "the desk shows a mail that came when there was room again",
            15_000 - (clock.ms() - roomAt),
            async () => (await rows(databaseUrl)).some((row) => row.text.includes("f-after-x")),
            clock.ms,
          );
          clock.stop();
          taken.push("f-after-x");
          await until("everything that was taken is shown once", 100_000, async () => {
            const texts = (await rows(databaseUrl)).map((row) => row.text);
            return taken.every((mark) => texts.filter((text) => text.includes(mark)).length === 1);
          });
          await place.server.stop();
        } finally {
          spawnSync("umount", ["-l", folder]);
          await rm(dataDir, { recursive: true, force: true });
        }
      },
    );
  }
});
