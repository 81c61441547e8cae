// Softphones' way to Asterisk: who gets through, what goes through, and what is cut.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import type { AgentActor } from "#contract/actor.ts";
import { openSipSocket, type SipSocket } from "#server/sip-socket.ts";

/** Says back what it hears, as who answers SIP would. */
const far = new WebSocketServer({ port: 0, host: "127.0.0.1" });
const http = createServer();
let sip: SipSocket;
let signedIn = true;
let at = "";

before(async () => {
  far.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  at = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/phone/sip`;
  sip = openSipSocket({
    admit: async ({ headers }) => (headers.cookie === "me" && signedIn ? ({} as AgentActor) : 401),
    leadsTo: (_who, channelId) =>
      channelId === "ours" ? `ws://127.0.0.1:${(far.address() as AddressInfo).port}/ws` : null,
    most: 2,
    againMs: 50,
  });
  http.on("upgrade", sip.upgrade);
});
after(() => {
  sip.stop();
  far.close();
  http.closeAllConnections();
  http.close();
});

const open = (channel: string, cookie = "me"): WebSocket =>
  new WebSocket(`${at}?channel=${channel}`, "sip", { headers: { cookie } });
const closed = async (socket: WebSocket): Promise<number> => ((await once(socket, "close")) as [number])[0];

test("only who is signed in gets through, and only to a channel's own Asterisk", async () => {
  for (const [channel, cookie, status] of [
    ["ours", "nobody", 401],
    ["other", "me", 404],
    ["", "me", 404],
  ] as const) {
    const [error] = (await once(open(channel, cookie), "error")) as [Error];
    assert.match(error.message, new RegExp(String(status), "u"));
  }
});

test("messages go both ways, also those that are said at once", async () => {
  const socket = open("ours");
  await once(socket, "open");
  assert.equal(socket.protocol, "sip");
  socket.send("REGISTER sip:draht.invalid SIP/2.0\r\n\r\n");
  const [data] = (await once(socket, "message")) as [Buffer];
  assert.match(data.toString("utf8"), /^REGISTER/u);
  const over = closed(socket);
  socket.close();
  await over;
});

test("what is too large, no text, or too much is cut, and so is who may no longer", async () => {
  for (const [bad, code] of [
    ["x".repeat(70_000), 1_009],
    [new Uint8Array([1, 2]), 1_003],
  ] as const) {
    const socket = open("ours");
    await once(socket, "open");
    const over = closed(socket);
    socket.send(bad);
    assert.equal(await over, code);
  }
  const talker = open("ours");
  await once(talker, "open");
  const cut = closed(talker);
  for (let count = 0; count <= 300; count += 1) talker.send("x");
  assert.equal(await cut, 1_008);
  const last = open("ours");
  await once(last, "open");
  const over = closed(last);
  signedIn = false;
  assert.equal(await over, 1_008);
  signedIn = true;
});
