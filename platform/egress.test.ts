// Nobody makes us knock inside: every form of a local address we know of, redirects, names that change their mind.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import { fetchOutside, isOutside, outsideReason, resolveOutside } from "#platform/egress.ts";

const closers: (() => void)[] = [];
after(() => {
  for (const close of closers) close();
});

const serve = async (answer: RequestListener): Promise<{ readonly port: number; readonly hits: string[] }> => {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method ?? ""} ${request.url ?? ""}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, hits };
};

const names: Readonly<Record<string, readonly string[]>> = {
  "friend.test": ["127.0.0.1"],
  "public.test": ["8.8.8.8"],
  "mixed.test": ["8.8.8.8", "10.0.0.1"],
  "none.test": [],
};
const resolve = async (host: string): Promise<readonly string[]> => names[host] ?? ["127.0.0.1"];
const reasonOf = async (work: Promise<unknown>): Promise<string | null> => work.then(() => null, outsideReason);

test("which addresses are outside", () => {
  for (const address of [
    "8.8.8.8",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
  ])
    assert.ok(isOutside(address), address);
  const inside =
    "0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.168.0.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::7f00:1 2002:7f00:1::1 2002:a00:1::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 100::1 2001:470::5efe:7f00:1 2001:470::200:5efe:a00:1";
  for (const address of [...inside.split(" "), "", "x", "1.2.3"]) assert.ok(!isOutside(address), address);
});

test("every way to write the inside is refused before anything connects", async () => {
  const forms = [
    "http://127.0.0.1",
    "http://127.1",
    "http://0177.0.0.1",
    "http://0x7f.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://017700000001",
    "http://127.0.0.1.",
    "http://１２７.0.0.1",
    "http://①②⑦.⓪.⓪.①",
    "http://127。0。0。1",
    "http://0",
    "http://0.0.0.0",
    "http://localhost",
    "http://LOCALHOST.",
    "http://[::1]",
    "http://[::]",
    "http://[0:0:0:0:0:ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[64:ff9b::7f00:1]",
    "http://[2002:7f00:1::]",
    "http://[fe80::1]",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://2852039166/",
    "http://mixed.test/",
    "http://whatever.nip.io/",
    "https://127.0.0.1:5432",
    "http://none.test/",
    "ftp://public.test/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:25/",
    "data:text/plain,x",
    "javascript:1",
    "jar:http://public.test!/",
    "http://user@public.test/",
    "http://public.test:80@127.0.0.1/",
    "http://127.0.0.1#@public.test/",
    "http://",
    "//public.test",
    "",
    "http://[::1",
    "http://[fe80::1%25lo]/",
  ];
  for (const form of forms) assert.ok((await reasonOf(resolveOutside(form, { resolve }))) !== null, form);
  assert.equal((await resolveOutside("http://public.test/x", { resolve })).address, "8.8.8.8");
  assert.equal(await reasonOf(resolveOutside("http://public.test/", { resolve, schemes: ["https:"] })), "badAddress");
});

const corpus = join(import.meta.dirname, "../../shared/corpora/payloads-patt");

test("the collected payloads lead nowhere inside", { skip: !existsSync(corpus) }, async () => {
  const texts = readdirSync(corpus, { recursive: true, encoding: "utf8" })
    .filter((name) => /server side request forgery|ssrf/i.test(name) && /\.(?:md|txt|json)$/i.test(name))
    .map((name) => readFileSync(join(corpus, name), "utf8"));
  const urls = [...new Set(texts.join("\n").match(/[a-z]{2,10}:\/\/[^\s"'`<>|)]{1,200}/gi) ?? [])];
  assert.ok(urls.length > 20, `${urls.length} payloads`);
  for (const url of urls) {
    const resolved = await resolveOutside(url, { resolve }).catch(() => null);
    if (resolved !== null) assert.ok(isOutside(resolved.address), url);
  }
});

test("a configured host inside is reached, at its port only when one was named", async () => {
  const { port, hits } = await serve((_request, response) => response.end("hello"));
  const answer = await fetchOutside(`http://friend.test:${port}/a`, { resolve, allowInside: [`friend.test:${port}`] });
  assert.equal(Buffer.from(answer.bytes).toString(), "hello");
  assert.equal(answer.url, `http://friend.test:${port}/a`);
  assert.equal(
    await reasonOf(fetchOutside(`http://friend.test:${port}/b`, { resolve, allowInside: ["friend.test:1"] })),
    "inside",
  );
  assert.equal(
    await reasonOf(fetchOutside(`http://127.0.0.1:${port}/c`, { resolve, allowInside: ["friend.test"] })),
    "inside",
  );
  assert.deepEqual(hits, ["GET /a"]);
});

test("a redirect is checked like a first address, and takes no secret to another host", async () => {
  const canary = await serve((_request, response) => response.end("secret"));
  const seen: (string | undefined)[] = [];
  const next = await serve((request, response) => {
    seen.push(
      request.headers.authorization,
      request.headers["x-api-key"] as string | undefined,
      request.headers["x-plain"] as string | undefined,
    );
    response.end("moved");
  });
  let target = "";
  const first = await serve((_request, response) => response.writeHead(302, { location: target }).end());
  const options = { resolve, allowInside: ["friend.test", `other.test:${next.port}`] };
  for (const to of [
    `http://127.0.0.1:${canary.port}/`,
    `http://localhost:${canary.port}/`,
    `//0x7f.1:${canary.port}/`,
    `http://[::ffff:127.0.0.1]:${canary.port}/`,
    "file:///etc/passwd",
    "http://",
    `http://a:b@friend.test:${canary.port}/`,
  ]) {
    target = to;
    assert.ok((await reasonOf(fetchOutside(`http://friend.test:${first.port}/`, options))) !== null, to);
  }
  assert.deepEqual(canary.hits, []);
  target = `http://other.test:${next.port}/x`;
  const answer = await fetchOutside(`http://friend.test:${first.port}/`, {
    ...options,
    method: "POST",
    body: "b",
    headers: { authorization: "Bearer s", "X-Api-Key": "s", "x-plain": "p" },
  });
  assert.equal(Buffer.from(answer.bytes).toString(), "moved");
  assert.deepEqual(seen, [undefined, undefined, "p"]);
  assert.deepEqual(next.hits, ["GET /x"]);
});

test("a circle of redirects, a flood and a trickle come to an end with the same words", async () => {
  const options = { resolve, allowInside: ["friend.test"] };
  const circle = await serve((_request, response) => response.writeHead(302, { location: "/" }).end());
  const flood = await serve((_request, response) => {
    response.on("drain", () => response.write(Buffer.alloc(65_536)));
    response.write(Buffer.alloc(65_536));
  });
  const trickle = await serve((_request, response) => void response.write("x"));
  const dead = await serve((request) => request.socket.destroy());
  const cases = [
    [() => fetchOutside(`http://friend.test:${circle.port}/`, options), "tooManyRedirects"],
    [() => fetchOutside(`http://friend.test:${flood.port}/`, { ...options, maxBytes: 1_000_000 }), "tooLarge"],
    [() => fetchOutside(`http://friend.test:${trickle.port}/`, { ...options, timeoutMs: 100 }), "tooSlow"],
    [() => fetchOutside(`http://friend.test:${dead.port}/`, options), "unreachable"],
    [
      () => fetchOutside("http://friend.test/", { ...options, resolve: () => new Promise(() => {}), timeoutMs: 100 }),
      "tooSlow",
    ],
    [
      () => fetchOutside("http://friend.test/", { ...options, resolve: () => Promise.reject(new Error("ENOTFOUND")) }),
      "unknownHost",
    ],
    [() => fetchOutside("http://10.0.0.1/", options), "inside"],
  ] as const;
  for (const [work, reason] of cases) {
    const error = await work().then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    assert.equal(outsideReason(error), reason);
    assert.equal(error?.message, "the address could not be reached");
  }
  assert.equal(circle.hits.length, 4);
});

test("a name that changes its mind between check and connection is asked once", async () => {
  const { port, hits } = await serve((_request, response) => response.end("first"));
  let asked = 0;
  const changing = async (): Promise<readonly string[]> => {
    asked += 1;
    return [asked === 1 ? "127.0.0.1" : "127.0.0.2"];
  };
  const answer = await fetchOutside(`http://friend.test:${port}/`, { resolve: changing, allowInside: ["friend.test"] });
  assert.equal(Buffer.from(answer.bytes).toString(), "first");
  assert.deepEqual([asked, hits.length], [1, 1]);
});
