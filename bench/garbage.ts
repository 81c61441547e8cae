// Lets a server collect its garbage, so that what it holds can be told from what it has not thrown away yet. Used by bench/chat.ts.
import WebSocket from "ws";

/** Opens the server's inspector by SIGUSR1 (as `node --inspect-port` set it) and collects twice; resolves when it is done. */
export const collectGarbage = async (port: number, pid: number): Promise<void> => {
  process.kill(pid, "SIGUSR1");
  const until = performance.now() + 10_000;
  let address = "";
  while (address === "") {
    const list = await fetch(`http://127.0.0.1:${port}/json/list`)
      .then((answer) => answer.json() as Promise<readonly { readonly webSocketDebuggerUrl: string }[]>)
      .catch(() => []);
    address = list[0]?.webSocketDebuggerUrl ?? "";
    if (address === "" && performance.now() > until) throw new Error("the server's inspector does not answer");
    if (address === "") await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  for (const id of [1, 2]) {
    const answered = new Promise<void>((resolve) =>
      socket.on("message", (data: Buffer) => {
        if ((JSON.parse(data.toString("utf8")) as { readonly id?: number }).id === id) resolve();
      }),
    );
    socket.send(JSON.stringify({ id, method: "HeapProfiler.collectGarbage" }));
    await answered;
  }
  socket.close();
};
