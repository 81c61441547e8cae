// What may be asked of a service and what is kept of its answer: no value leads out of its place, no secret follows to another host.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressBelow, headersToKeep, keptJson, type KeptHeader } from "#modules/flows/model-services.ts";
import { fc } from "#test/chance.ts";

const base = "https://api.example/v1/kabel";

test("a path leads below the service's own address", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["/lines/30412877", "https://api.example/v1/kabel/lines/30412877"],
    ["lines/30412877", "https://api.example/v1/kabel/lines/30412877"],
    ["/lines/", "https://api.example/v1/kabel/lines/"],
    ["/", "https://api.example/v1/kabel/"],
    ["", "https://api.example/v1/kabel/"],
    [
      "/a/M%C3%BCller%20%26%20Co?day=2026-12-01&to=a%2Fb",
      "https://api.example/v1/kabel/a/M%C3%BCller%20%26%20Co?day=2026-12-01&to=a%2Fb",
    ],
    ["/a/100%25", "https://api.example/v1/kabel/a/100%25"],
    ["/a/...", "https://api.example/v1/kabel/a/..."],
    ["/a?name=O'Brien", "https://api.example/v1/kabel/a?name=O%27Brien"],
  ];
  for (const [path, to] of cases) assert.equal(addressBelow(base, path)?.href, to, path);
  assert.equal(addressBelow("https://api.example", "/lines/1")?.href, "https://api.example/lines/1");
  assert.equal(addressBelow(`${base}/`, "/lines/1")?.href, "https://api.example/v1/kabel/lines/1");
});

test("no path leads elsewhere, or could be read so by a server that decodes it once more", () => {
  for (const path of [
    "/..",
    "/../admin",
    "/lines/../../admin",
    "/lines/./x",
    "/.",
    "/%2e%2e/admin",
    "/%2E%2e",
    "/lines/.%2e/x",
    "/lines/%252e%252e/x",
    "/lines/%25252e%25252e/x",
    "/lines/..%2fadmin",
    "/lines/a%2Fb",
    "/lines/a%252fb",
    "/lines/a%5Cb",
    "/lines/..%5c..%5cadmin",
    "/lines/..;/admin",
    "/lines/%2e%2e%3b/admin",
    "//evil.example/x",
    "/lines//x",
    "///",
    "/lines/x\\y",
    "/lines/x#y",
    "/lines/x y",
    "/lines/x\r\nX-Evil: 1",
    "/lines/x%0d%0aX-Evil:%201",
    "/lines/x%00",
    "/lines/%",
    "/lines/%zz",
    "/lines/%ff",
    "/lines/ü",
    "/lines/x?a=1#b",
    "/lines/x?a=1\r\nX-Evil: 1",
    "/lines/x?a=ü",
    "/lines/x?a?b=\u2028",
    "https://evil.example/",
    "@evil.example/\t",
  ])
    assert.equal(addressBelow(base, path), null, JSON.stringify(path));
  // Steps that only look like a host, a user or a port.
  for (const path of ["@evil.example/", ":8080/", ".evil.example"])
    assert.equal(new URL(addressBelow(base, path) ?? "about:blank").origin, "https://api.example", path);
});

test("drawn values stay one step of the path, whoever decodes it", () => {
  const signs = ["🙂", "%2f", "%2e", "..", "%25", ..."aZ09.%/\\;?#&=@:+ '\"<>{}\n\r\t\u0000äß€".split("")];
  const values = fc.array(fc.constantFrom(...signs), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  let taken = 0;
  fc.assert(
    fc.property(values, (value) => {
      const url = addressBelow(base, `/lines/${encodeURIComponent(value)}/state`);
      if (url === null) return;
      taken += 1;
      let path = url.pathname;
      for (let again = 0; again < 4; again += 1) {
        const plain = path.replaceAll("?", "%3F").replaceAll("#", "%23");
        const { pathname } = new URL(plain, "https://api.example");
        assert.ok(pathname.startsWith("/v1/kabel/lines/") && pathname.endsWith("/state"), path);
        assert.equal(path.split("/").length, 6, path);
        try {
          path = decodeURIComponent(path);
        } catch {
          return;
        }
      }
    }),
    { numRuns: 2_000 },
  );
  assert.ok(taken > 200, `${taken} were taken`);
});

test("an answer is kept as every store can keep it, without what is secret, and not when it is too deep", () => {
  const foreign: unknown = JSON.parse(
    String.raw`{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":1e999,"b":[1,true,null],"s":"x\u0000\ud800","t":"Bearer geheim-42!","geheim-42":1}`,
  );
  const kept = keptJson(foreign, ["geheim-42"]);
  assert.deepEqual(kept?.json, { a: null, b: [1, true, null], s: "x\uFFFD", t: "Bearer •••!", "•••": 1 });
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  const nested = (depth: number): unknown => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as unknown;
  assert.notEqual(keptJson(nested(40)), null);
  assert.equal(keptJson(nested(42)), null);
  assert.equal(keptJson(nested(120_000)), null, "found out without going down");
  assert.deepEqual(keptJson("kurz ab", ["ab"])?.json, "kurz ab", "words too short to be secrets stay");
});

test("a secret stays with its service's origin, and is never stored in the clear", () => {
  const seal = (plain: string): string => `sealed(${plain.split("").toReversed().join("")})`;
  const known: { readonly url: string; readonly headers: readonly KeptHeader[] } = {
    url: base,
    headers: [{ name: "Authorization", secret: true, value: { $sealed: "sealed(nie)" } }],
  };
  const header = (value: string | null, secret = true) => [{ name: "authorization", secret, value }];
  const keep = (url: string, value: string | null, secret = true) =>
    headersToKeep({ url, headers: header(value, secret) }, known, seal);
  assert.deepEqual(keep(base, "neu"), {
    headers: [{ name: "authorization", secret: true, value: { $sealed: "sealed(uen)" } }],
  });
  const stays = { headers: [{ name: "authorization", secret: true, value: { $sealed: "sealed(nie)" } }] };
  assert.deepEqual(keep("https://api.example/v2", null), stays, "another path of the same origin");
  for (const url of [
    "https://evil.example/v1/kabel",
    "http://api.example/v1/kabel",
    "https://api.example:444/v1/kabel",
  ])
    assert.deepEqual(keep(url, null), { missing: 0, moved: true }, url);
  assert.deepEqual(keep(base, null, false), { missing: 0, moved: false }, "no secret is shown by no longer being one");
  assert.deepEqual(headersToKeep({ url: base, headers: header(null) }, null, seal), { missing: 0, moved: false });
});
