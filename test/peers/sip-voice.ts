// What a telephone of a line says and hears by the tones of all engines' tests: RTP in the clear, keys as payload type 101. For test/peers/sip-caller.ts.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Line } from "#test/peers/rtp.ts";
import { type Talking, talking } from "#test/peers/talking.ts";

/** Opens a port; packets go out as soon as it is known where to. */
export const openVoice = async (): Promise<Line & { readonly voice: Talking }> => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  let [there, closed] = [0, false];
  const voice = talking({
    keysType: 101,
    send: (packet) => {
      // The packet's bytes are written anew for the next one.
      if (!closed) socket.send(Buffer.from(packet), there, "127.0.0.1");
    },
  });
  socket.on("message", (packet: Buffer) => voice.came(packet));
  return {
    voice,
    port: socket.address().port,
    towards: (port) => {
      if (there === 0) voice.begin();
      there = port;
    },
    close: () => {
      if (closed) return;
      closed = true;
      voice.end();
      socket.close();
    },
  };
};
