// What of the engine over Asterisk needs no Asterisk: its words for causes, its files, its sound files, its measure of quality, what it does with forged news.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LegCause } from "#contract/voice.ts";
import { causeOf, q850Of } from "./causes.ts";
import { asteriskFiles, asteriskSetup } from "./config.ts";
import { ariEvent } from "./messages.ts";
import { asteriskModules } from "./modules.ts";
import { mosOf } from "./quality.ts";
import { merged, samplesOf } from "./wav.ts";

test("every way in which a call is not taken has its word, and what was talked ended normally unless its media went", () => {
  // Q.850, SIP, word.
  const table: readonly (readonly [number, number | null, LegCause])[] = [
    [16, null, "normal"],
    [17, 486, "busy"],
    [17, null, "busy"],
    [17, 600, "busy"],
    [18, 408, "noAnswer"],
    [19, 480, "noAnswer"],
    [19, 487, "noAnswer"],
    [21, 603, "rejected"],
    [21, 608, "rejected"],
    [21, 403, "notAllowed"],
    [21, 407, "notAllowed"],
    [1, 404, "unknownNumber"],
    [28, 484, "unknownNumber"],
    [22, 410, "unknownNumber"],
    [34, 503, "unreachable"],
    [38, 500, "unreachable"],
    [58, 488, "unreachable"],
    [127, null, "unreachable"],
    [20, null, "unreachable"],
    [57, null, "notAllowed"],
    [44, null, "lost"],
  ];
  for (const [q850, sip, word] of table) assert.equal(causeOf(q850, sip, false), word, `${q850} ${sip ?? ""}`);
  assert.equal(causeOf(16, 200, true), "normal");
  assert.equal(causeOf(127, null, true), "normal");
  assert.equal(causeOf(44, null, true), "lost");
  for (const cause of ["normal", "busy", "rejected", "unknownNumber", "unreachable"] as const)
    assert.equal(causeOf(q850Of(cause), null, false), cause);
});

const setup = {
  password: "a-long-enough-password",
  trunk: { host: "sip.example.net" },
};

test("the files lead calls to us, load only what is named, take no stranger's call and dial nothing for a device", () => {
  const files = asteriskFiles(asteriskSetup.parse(setup));
  assert.match(files["extensions.conf"] ?? "", /exten => _\[\+0-9a-zA-Z\]\.,1,Stasis\(draht,inbound\)/u);
  assert.match(files["extensions.conf"] ?? "", /\[draht-device\]\n$/u);
  assert.match(files["extensions.conf"] ?? "", /Hangup\(34\)/u);
  assert.match(files["modules.conf"] ?? "", /autoload=no/u);
  for (const name of asteriskModules) assert.ok(files["modules.conf"]?.includes(`load=${name}.so\n`), name);
  assert.match(files["http.conf"] ?? "", /bindaddr=127\.0\.0\.1\n/u);
  assert.match(files["pjsip.conf"] ?? "", /endpoint_identifier_order=username,ip\n/u);
  assert.doesNotMatch(files["pjsip.conf"] ?? "", /anonymous|type=registration|type=auth/u);
  assert.match(files["pjsip.conf"] ?? "", /allow=alaw,ulaw\n/u);
  assert.equal(files["manager.conf"], "[general]\nenabled=no\n");
});

test("a provider that wants us signed in, encrypted and from behind a router gets all three", () => {
  const { "pjsip.conf": sip = "", "extensions.conf": dialplan = "" } = asteriskFiles(
    asteriskSetup.parse({
      ...setup,
      sip: { certificate: "/etc/draht/cert.pem", key: "/etc/draht/key.pem", host: "0.0.0.0", port: 5_060 },
      nat: { address: "203.0.113.7", inside: ["10.0.0.0/8", "192.168.0.0/16"] },
      trunk: {
        host: "sip.example.net",
        port: 5_061,
        transport: "tls",
        user: "49301234",
        password: "secret",
        register: true,
        from: ["198.51.100.0/24"],
        srtp: true,
      },
      meanwhile: { number: "+49301235", sound: null },
    }),
  );
  for (const line of [
    "server_uri=sip:sip.example.net:5061;transport=tls",
    "client_uri=sip:49301234@sip.example.net",
    "line=yes",
    "media_encryption=sdes",
    "method=tlsv1_2",
    "verify_server=yes",
    "external_media_address=203.0.113.7",
    "local_net=10.0.0.0/8",
    "local_net=192.168.0.0/16",
    "match=198.51.100.0/24",
    "username=49301234",
  ])
    assert.ok(sip.includes(`${line}\n`), line);
  assert.match(dialplan, /Dial\(PJSIP\/\+49301235@trunk,60\)/u);
});

test("a provider that is only called by TLS needs no certificate of ours, and its own is checked against what the operator says", () => {
  const trunk = { host: "sip.example.net", transport: "tls" };
  const ofSystem = asteriskFiles(asteriskSetup.parse({ ...setup, trunk }))["pjsip.conf"] ?? "";
  assert.match(ofSystem, /\[transport-tls\]\n(?:\w+=.*\n)*verify_server=yes\nca_list_path=\/etc\/ssl\/certs\n/u);
  assert.doesNotMatch(ofSystem, /cert_file|ca_list_file/u);
  const given = asteriskSetup.parse({ ...setup, trunk: { ...trunk, authority: "/etc/draht/provider.pem" } });
  assert.match(
    asteriskFiles(given)["pjsip.conf"] ?? "",
    /\[transport-tls\]\n(?:\w+=.*\n)*verify_server=yes\nca_list_file=\/etc\/draht\/provider\.pem\n/u,
  );
  assert.doesNotMatch(asteriskFiles(asteriskSetup.parse(setup))["pjsip.conf"] ?? "", /transport-tls/u);
});

test("nothing that an operator writes ends a line, begins a section or a comment", () => {
  for (const text of ["a\nb", "a;b", "[x]", "a b"]) {
    assert.equal(asteriskSetup.safeParse({ ...setup, user: text }).success, false, text);
    assert.equal(asteriskSetup.safeParse({ ...setup, trunk: { host: text } }).success, false, text);
  }
  assert.equal(asteriskSetup.safeParse({ ...setup, password: "short" }).success, false);
});

test("pieces are laid where they belong, overlapping ones added without wrapping round, and a lie about a length is not believed", () => {
  const loud = Int16Array.from({ length: 800 }, () => 30_000);
  const wav = merged(
    [
      { offsetMs: 0, side: "left", samples: loud },
      { offsetMs: 0, side: "left", samples: loud },
      { offsetMs: 50, side: "right", samples: Int16Array.from([-5]) },
    ],
    2,
  );
  const view = new DataView(wav.buffer);
  assert.deepEqual(
    [view.getInt16(44, true), view.getInt16(46, true), view.getInt16(44 + 400 * 4 + 2, true)],
    [32_767, 0, -5],
  );
  assert.equal(samplesOf(wav), null, "two channels are not one");
  const one = merged([{ offsetMs: 0, side: "left", samples: loud }], 1);
  assert.deepEqual(samplesOf(one), loud);
  assert.deepEqual(samplesOf(Buffer.concat([Buffer.alloc(1), one]).subarray(1)), loud, "as it comes from a socket");
  new DataView(one.buffer).setUint32(40, 0xffff_fff0, true);
  assert.equal(samplesOf(one)?.length, 800);
  for (const bad of [
    new Uint8Array(),
    new Uint8Array(43),
    one.slice(0, 20),
    Uint8Array.from(one, (byte, at) => (at < 4 ? 0 : byte)),
  ])
    assert.equal(samplesOf(bad), null);
});

test("lines without loss are good, and each loss and delay makes them worse", () => {
  assert.ok(mosOf(0, 20) > 4.3);
  assert.ok(mosOf(3, 20) < mosOf(1, 20) && mosOf(1, 20) < mosOf(0, 20));
  assert.ok(mosOf(0, 400) < mosOf(0, 150));
  assert.equal(mosOf(100, 2_000), 1);
});

test("what has not the shape of ARI's news is none", () => {
  for (const forged of [
    null,
    7,
    [],
    { type: "StasisStart" },
    { type: "StasisStart", channel: null },
    { type: "StasisStart", channel: { id: 7, state: "Up" } },
    { type: "ChannelDtmfReceived", channel: { id: "a", state: "Up" }, digit: "1234" },
    { type: "ChannelDestroyed", channel: { id: "a", state: "Up" }, cause: "16" },
    { type: "NoSuchThing" },
    { type: "StasisStart", channel: { id: "x".repeat(151), state: "Up" } },
  ])
    assert.equal(ariEvent.safeParse(forged).success, false, JSON.stringify(forged));
});
