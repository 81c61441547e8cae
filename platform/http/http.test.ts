// The HTTP machinery against rude clients, over real sockets.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createHttp } from "#platform/http/http.ts";
import type { Http, HttpOptions } from "#platform/http/http.ts";
import { parseJson } from "#platform/http/json.ts";
import { watchLoad } from "#platform/http/overload.ts";
import { silentLog } from "#platform/log.ts";
import { createMetrics } from "#platform/metrics.ts";

const open: Http[] = [];
after(() => Promise.all(open.map((http) => http.close(100))));

const start = async (
  changes: Partial<HttpOptions> = {},
  mount: (http: Http) => void | Promise<void> = () => {},
): Promise<{ readonly http: Http; readonly url: string; readonly port: number; readonly thrown: unknown[] }> => {
  const thrown: unknown[] = [];
  const http = await createHttp({
    log: silentLog,
    metrics: createMetrics({ withProcess: false }),
    trustProxy: [],
    bodyLimitBytes: 100_000,
    uploadLimitBytes: 50_000,
    publicUrl: "http://desk.test",
    onError: (error, request, reply) => {
      thrown.push(error);
      const status = (error as { statusCode?: number }).statusCode ?? 500;
      void reply.code(status).send({ error: { status, requestId: request.id } });
    },
    always: ["/healthz"],
    ...changes,
  });
  open.push(http);
  http.app.get("/healthz", () => ({ ok: true }));
  http.app.get("/api/hello", () => ({ hello: "world" }));
  http.app.post("/api/echo", (request) => ({ body: request.body ?? null }));
  http.app.get("/api/bug", () => {
    throw new Error("a bug");
  });
  await mount(http);
  const port = await http.listen("127.0.0.1", 0);
  return { http, url: `http://127.0.0.1:${port}`, port, thrown };
};

const post = (
  url: string,
  body: BodyInit,
  headers: Record<string, string> = { "content-type": "application/json" },
): Promise<Response> => fetch(`${url}/api/echo`, { method: "POST", body, headers });

/** Sends bytes as they are and gives all that came back. */
const raw = (port: number, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let heard = "";
    socket.on("data", (part) => (heard += part.toString("latin1")));
    socket.on("close", () => resolve(heard));
    socket.on("error", reject);
  });

test("every response carries the security headers, whoever makes it", async () => {
  const { url } = await start();
  const answers = [
    await fetch(`${url}/api/hello`),
    await fetch(`${url}/api/none`),
    await fetch(`${url}/none`),
    await fetch(`${url}/api/bug`),
    await post(url, "{"),
    await post(url, "x".repeat(200_000)),
    await post(url, "a", { "content-type": "text/plain" }),
    await fetch(`${url}/api/%zz`),
    await fetch(`${url}/api/hello?x=%00`),
  ];
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [200, 404, 404, 500, 400, 413, 415, 400, 400],
  );
  for (const answer of answers) {
    const policy = answer.headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'self'",
      "script-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ])
      assert.ok(policy.includes(part), `${answer.url} ${part}`);
    assert.ok(!policy.includes("unsafe"));
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("referrer-policy"), "same-origin");
    assert.equal(answer.headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(answer.headers.get("server"), null);
  }
  const [hello] = answers;
  assert.equal(hello?.headers.get("cache-control"), "no-store");
  assert.match(hello?.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
});

test("a request id from outside is not taken over", async () => {
  const { url } = await start();
  const answer = await fetch(`${url}/api/hello`, { headers: { "x-request-id": "forged", "request-id": "forged" } });
  assert.notEqual(answer.headers.get("x-request-id"), "forged");
});

test("JSON bodies: what is right comes through, what is wrong is 400 and reaches no handler", async () => {
  const { url } = await start();
  const good = '{"a":[1,"ß",null,{"b":"\\ud83d\\ude00"}]}';
  assert.deepEqual(await (await post(url, good)).json(), { body: JSON.parse(good) as unknown });
  const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  assert.equal((await post(url, deep(64))).status, 200);
  const wrong: (string | Uint8Array)[] = [
    '{"__proto__":{"x":1}}',
    '{"a":{"\\u005f_proto__":1}}',
    '{"constructor":{"prototype":{"x":1}}}',
    deep(65),
    deep(40_000),
    "{",
    "nul",
    '{"a":1,}',
    '"\\u0000"',
    '"\\ud800"',
    '{"\\u0000":1}',
    new Uint8Array([0x22, 0xc3, 0x28, 0x22]),
    "\ufeff1",
    "'a'",
    "NaN",
  ];
  for (const body of wrong) assert.equal((await post(url, body as BodyInit)).status, 400, String(body).slice(0, 40));
  assert.equal(({} as { x?: unknown }).x, undefined);
});

test(
  "JSONTestSuite: what must be accepted is, what must be refused is",
  { skip: !existsSync(join(import.meta.dirname, "../../../shared/corpora/json-nst")) },
  () => {
    const find = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => /(?:^|\/)[yn]_[^/]*\.json$/.test(name))
        .map((name) => join(folder, name));
    const files = find(join(import.meta.dirname, "../../../shared/corpora/json-nst"));
    assert.ok(files.length > 200);
    // RFC 8259 allows these; we refuse them because no store of ours can keep them, or because they are deeper than 64.
    const stricter = /null_escape|nonCharacter|escaped_null|u0000|lone/i;
    for (const file of files) {
      const accepted = ((): boolean => {
        try {
          return parseJson(readFileSync(file)) !== undefined;
        } catch {
          return false;
        }
      })();
      const name = file.split("/").at(-1) ?? "";
      if (name.startsWith("n_")) assert.equal(accepted, false, name);
      else if (!accepted) assert.match(name, stricter);
    }
  },
);

test("cookies: the session's is HttpOnly and Lax, and with https Secure and bound to the host", async () => {
  for (const [publicUrl, name] of [
    ["http://desk.test", "session"],
    ["https://desk.test", "__Host-session"],
  ] as const) {
    const { http, url } = await start({ publicUrl }, ({ app, setCookie }) => {
      app.get("/in", (_request, reply) => {
        setCookie(reply, "tok");
        return {};
      });
      app.get("/out", (_request, reply) => {
        setCookie(reply, null);
        return {};
      });
    });
    assert.equal(http.cookieName, name);
    const cookie = (await fetch(`${url}/in`)).headers.get("set-cookie") ?? "";
    assert.ok(cookie.startsWith(`${name}=tok;`), cookie);
    for (const part of ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"])
      assert.ok(cookie.includes(part), cookie);
    assert.equal(cookie.includes("Secure"), publicUrl.startsWith("https"));
    assert.ok(!/domain/i.test(cookie));
    const out = (await fetch(`${url}/out`)).headers.get("set-cookie") ?? "";
    assert.ok(out.startsWith(`${name}=;`) && out.includes("Max-Age=0"), out);
    assert.equal(http.cookieOf({ headers: { cookie: `a=b; ${name}=x` } } as never), "x");
    assert.equal(
      (await fetch(`${url}/in`)).headers.get("strict-transport-security") !== null,
      publicUrl.startsWith("https"),
    );
  }
});

test("calls from other sites are told apart", async () => {
  const { http } = await start();
  const from = (headers: Record<string, string>): boolean =>
    http.sameOrigin({ raw: { headers: { host: "10.0.0.1:7300", ...headers } } } as never);
  assert.ok(from({}));
  assert.ok(from({ origin: "http://10.0.0.1:7300" }) && from({ origin: "https://desk.test" }));
  for (const origin of [
    "http://evil.test",
    "null",
    "http://10.0.0.1",
    "http://10.0.0.1:7300.evil.test",
    "http://desk.test.evil.test",
    "rubbish",
  ])
    assert.ok(!from({ origin }), origin);
  assert.ok(!from({ "sec-fetch-site": "cross-site" }) && !from({ "sec-fetch-site": "same-site" }));
  assert.ok(
    !http.sameOriginUpgrade({ headers: { host: "a" } } as never) &&
      http.sameOriginUpgrade({ headers: { host: "a", origin: "http://a" } } as never),
  );
});

test("uploads: the file comes whole with its name; too large is 413, none is 400, another kind is 415", async () => {
  const { url } = await start({}, ({ app, readUpload }) => {
    app.post("/api/files", { bodyLimit: 1_000_000 }, async (request) => {
      const { name, bytes } = await readUpload(request);
      return { name, size: bytes.length };
    });
  });
  const send = (size: number, name: string, field = "file"): Promise<Response> => {
    const form = new FormData();
    if (size >= 0) form.append(field, new Blob([new Uint8Array(size)]), name);
    else form.append("x", "y");
    return fetch(`${url}/api/files`, { method: "POST", body: form });
  };
  assert.deepEqual(await (await send(50_000, "Größe 日本.pdf")).json(), { name: "Größe 日本.pdf", size: 50_000 });
  assert.equal((await send(50_001, "a")).status, 413);
  assert.equal((await send(-1, "")).status, 400);
  assert.equal(
    (await fetch(`${url}/api/files`, { method: "POST", body: "{}", headers: { "content-type": "application/json" } }))
      .status,
    415,
  );
});

test("a request whose headers or body do not come to an end is cut, and smuggled framing is refused", async () => {
  const { port } = await start({ arriveWithinMs: 200 });
  const head = "POST /api/echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
  const began = performance.now();
  assert.doesNotMatch(await raw(port, `${head}Content-Length: 10\r\n\r\n{"a"`), /^HTTP\/1.1 200/);
  assert.ok(performance.now() - began < 60_000);
  for (const bytes of [
    `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${head}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(20_000)}\r\n\r\n`,
    "rubbish\r\n\r\n",
  ])
    assert.match(await raw(port, bytes), /^HTTP\/1.1 4\d\d /, bytes.slice(0, 120));
});

test("beyond the bound of calls in flight the rest gets 503 with Retry-After, health is still answered, and then all is well", async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let arrived = 0;
  let full: () => void = () => {};
  const isFull = new Promise<void>((resolve) => (full = resolve));
  const { url, http } = await start({ maxInFlight: 3 }, ({ app }) => {
    app.get("/api/slow", async () => {
      arrived += 1;
      if (arrived === 3) full();
      await held;
      return { done: true };
    });
  });
  const slow = [1, 2, 3].map(() => fetch(`${url}/api/slow`));
  await isFull;
  const refused = await fetch(`${url}/api/hello`);
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get("retry-after"), "2");
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  release();
  for (const answer of await Promise.all(slow)) assert.equal(answer.status, 200);
  assert.equal((await fetch(`${url}/api/hello`)).status, 200);
  assert.ok(http.app.server.listening);
});

test("a blocked event loop turns calls and new sockets away until it has caught up", async () => {
  const { port } = await start({ maxLagMs: 50 }, ({ onUpgrade }) =>
    onUpgrade("/live", (_request, socket) => void socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n")),
  );
  const upgrade = "GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  const load = watchLoad({ maxInFlight: 10, maxLagMs: 50 });
  const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 260));
  assert.ok(load.enter());
  const end = performance.now() + 900;
  while (performance.now() < end);
  await tick();
  assert.equal(load.enter(), false, `lag ${load.lagMs()}`);
  assert.match(await raw(port, upgrade), /^HTTP\/1.1 503 [^]*retry-after: \d/i);
  for (let i = 0; i < 400 && load.lagMs() > 50; i += 1) await tick();
  assert.ok(load.enter());
  let answered = await raw(port, upgrade);
  for (let i = 0; i < 400 && !answered.startsWith("HTTP/1.1 101 "); i += 1) {
    await tick();
    answered = await raw(port, upgrade);
  }
  assert.match(answered, /^HTTP\/1.1 101 /);
  load.leave();
  load.leave();
  await load.idle();
  load.stop();
});

test("shutting down finishes what is in hand and takes nothing new", async () => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let arrived: () => void = () => {};
  const started = new Promise<void>((resolve) => (arrived = resolve));
  const { url, http, port } = await start({}, ({ app }) => {
    app.get("/api/slow", async () => {
      arrived();
      await held;
      return { done: true };
    });
  });
  const slow = fetch(`${url}/api/slow`);
  await started;
  const closing = http.close();
  await assert.rejects(raw(port, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"), /ECONNREFUSED/);
  release();
  assert.equal((await slow).status, 200);
  await closing;
});

test("what hangs is cut when the patience is over", async () => {
  let arrived: () => void = () => {};
  const started = new Promise<void>((resolve) => (arrived = resolve));
  const { url, http } = await start({}, ({ app }) => {
    app.get("/api/hang", () => {
      arrived();
      return new Promise(() => {});
    });
  });
  const hanging = assert.rejects(fetch(`${url}/api/hang`));
  await started;
  await http.close(50);
  await hanging;
});

test("pages: hashed files for ever, the shell for any page, nothing outside and no HTML for a missing script", async () => {
  const folder = mkdtempSync(join(tmpdir(), "draht-pages-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>desk</title>");
  writeFileSync(join(folder, "assets", "app-1a2b.js"), "1");
  writeFileSync(join(folder, ".secret"), "x");
  const { url, port } = await start({}, (http) => http.servePages(folder));
  const asset = await fetch(`${url}/assets/app-1a2b.js`);
  assert.equal(asset.headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.match(asset.headers.get("content-type") ?? "", /javascript/);
  for (const path of ["/", "/concerns/123", "/index.html"]) {
    const page = await fetch(`${url}${path}`);
    assert.equal(page.status, 200, path);
    assert.equal(page.headers.get("cache-control"), "no-cache");
    assert.match(page.headers.get("content-type") ?? "", /text\/html/);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'self'/);
  }
  for (const path of ["/assets/gone.js", "/gone.css", "/api/none", "/.secret", "/..%2f..%2fetc%2fpasswd"])
    assert.equal((await fetch(`${url}${path}`)).status, 404, path);
  assert.doesNotMatch(
    await raw(port, "GET /../../../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
    /root:/,
  );
  rmSync(folder, { recursive: true });
});

test("an upgrade goes to whoever took the path, others are refused", async () => {
  const { port } = await start({}, (http) =>
    http.onUpgrade("/live", (_request, socket) => socket.end("HTTP/1.1 418 Tea\r\n\r\n")),
  );
  const ask = (path: string): Promise<string> =>
    raw(port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  assert.match(await ask("/live?x=1"), /^HTTP\/1.1 418/);
  assert.match(await ask("/other"), /^HTTP\/1.1 404/);
});

test("X-Forwarded-For is believed of a trusted proxy only", async () => {
  const ipSeen = async (trustProxy: string[]): Promise<string> => {
    const { port } = await start({ trustProxy }, ({ app }) => void app.get("/ip", (request) => ({ ip: request.ip })));
    return new Promise((resolve, reject) => {
      httpRequest({ port, path: "/ip", headers: { "x-forwarded-for": "198.51.100.7" } }, (answer) =>
        answer.on("data", (part: Buffer) => resolve((JSON.parse(part.toString()) as { ip: string }).ip)),
      )
        .on("error", reject)
        .end();
    });
  };
  assert.equal(await ipSeen([]), "127.0.0.1");
  assert.equal(await ipSeen(["127.0.0.1"]), "198.51.100.7");
  assert.equal(await ipSeen(["10.0.0.0/8"]), "127.0.0.1");
});
