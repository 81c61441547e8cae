// Looks for somebody known whether something waits for them, to be read or to be sent, by the chat's first words alone. Built as widget/peek-….js; fetched
// by loader.ts when this browser keeps something of who has chatted here and the chat is not there.
import type { FromWidget, ToWidget } from "#contract/chat.ts";
import { userOf } from "#widget/identity.ts";
import { prefixOf } from "#widget/memory.ts";
import type { StartPeek } from "#widget/parts.ts";

const pingEveryMs = 25_000;
const longestWaitMs = 60_000;

/** Looks from now on, again after every break. */
export const start: StartPeek = ({ socketUrl, channel, word, language, found }) => {
  let isStopped = false;
  let token = "";
  /** What begins with it in the storage is theirs. */
  let prefix = "";
  const read = (name: string): string | null => localStorage.getItem(name);
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const connect = (): void => {
    const fresh = new WebSocket(socketUrl);
    let answered = true;
    socket = fresh;
    const upTo = read(`${prefix}upTo`);
    /** What is said has its answer before the next is said, or the line is dead. */
    const say = (word: FromWidget): void => {
      if (!answered) return fresh.close();
      answered = false;
      fresh.send(JSON.stringify(word));
      timer = setTimeout(say, pingEveryMs, { type: "ping" });
    };
    fresh.onopen = () =>
      say({
        type: "hello",
        version: 1,
        token,
        link: null,
        after: upTo === null ? null : Number(upTo),
        language,
        page: null,
      });
    fresh.onmessage = ({ data }) => {
      answered = true;
      failures = 0;
      const said = JSON.parse(String(data)) as ToWidget;
      // The token opens nothing any more: nothing will ever wait for it.
      if (said.type === "welcome" && said.token !== null) return stop();
      if (
        "concerns" in said &&
        said.messages.some(
          ({ by, concernId, seq }) =>
            by === "us" && seq > (said.concerns.find(({ id }) => id === concernId)?.seenSeq ?? 0),
        )
      )
        found();
      return undefined;
    };
    fresh.onclose = () => {
      clearTimeout(timer);
      failures += 1;
      if (!isStopped)
        timer = setTimeout(connect, Math.min(longestWaitMs, 1_000 * 2 ** failures) * (0.5 + Math.random() / 2));
    };
  };
  const stop = (): void => {
    isStopped = true;
    clearTimeout(timer);
    socket?.close();
  };
  const look = async (): Promise<void> => {
    // Whose page it is is asked only where somebody was signed in before: a page on which nobody chats costs its site nothing.
    const said =
      typeof word !== "function"
        ? word
        : read(`${prefixOf(channel)}user`) &&
          (await Promise.resolve()
            .then(word)
            .catch(() => null));
    if (isStopped) return;
    prefix = prefixOf(channel, said === null ? null : userOf(said));
    const known = read(`${prefix}token`);
    const mark = read(`${prefixOf(`push.${channel}`)}of`);
    const isUnsent = Object.keys(localStorage).some((key) => key.startsWith(`${prefix}out.`));
    // What was not sent before the page was left is sent now; a browser that tells somebody else of answers must tell them no more.
    if (isUnsent || (said && mark && !known?.endsWith(mark))) return found();
    if (known === null) return;
    token = known;
    connect();
  };
  void look();
  return stop;
};
