// Looks for somebody known whether something waits for them, by the chat's first words alone. Built as widget/peek-….js; fetched by loader.ts when this
// browser has a token and the chat is not there.
import type { ToWidget } from "#contract/chat.ts";
import type { StartPeek } from "#widget/parts.ts";

const pingEveryMs = 25_000;
const longestWaitMs = 60_000;

/** Looks from now on, again after every break. */
export const startPeek: StartPeek = ({ socketUrl, token, after, language, found, over }) => {
  let socket: WebSocket | undefined;
  let timer = 0;
  let failures = 0;
  const connect = (): void => {
    const fresh = new WebSocket(socketUrl);
    let answered = true;
    socket = fresh;
    const upTo = after();
    const say = (word: object): void => fresh.send(JSON.stringify(word));
    const beat = (): void => {
      if (!answered) return fresh.close();
      answered = false;
      say({ type: "ping" });
      timer = window.setTimeout(beat, pingEveryMs);
    };
    fresh.addEventListener("open", () => {
      say({
        type: "hello",
        version: 1,
        token,
        link: null,
        after: upTo === null ? null : Number(upTo),
        language,
        page: null,
      });
      timer = window.setTimeout(beat, pingEveryMs);
    });
    fresh.addEventListener("message", ({ data }) => {
      answered = true;
      failures = 0;
      const said = JSON.parse(String(data)) as ToWidget;
      if (said.type === "welcome" && said.token !== null) return over();
      if (said.type !== "welcome" && said.type !== "news") return undefined;
      const isUnread = said.messages.some(
        ({ by, concernId, seq }) =>
          by === "us" && seq > (said.concerns.find(({ id }) => id === concernId)?.seenSeq ?? 0),
      );
      if (isUnread) found();
      return undefined;
    });
    fresh.addEventListener("close", () => {
      clearTimeout(timer);
      if (socket !== fresh) return;
      failures += 1;
      timer = window.setTimeout(connect, Math.min(longestWaitMs, 1_000 * 2 ** failures) * (0.5 + Math.random() / 2));
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    const old = socket;
    socket = undefined;
    old?.close();
  };
};
