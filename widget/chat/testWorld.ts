// A browser without a browser for the tests beside it: storage that several pages share, a clock and sockets moved by hand. Called by the tests of widget/chat.
import type { ChatConcern, ChatMessage, FromWidget, ToWidget } from "#contract/chat.ts";
import { openMemory, prefixOf, type Memory } from "#widget/memory.ts";
import type { Sent, Upload } from "./files.ts";
import type { Hears } from "./link.ts";
import { startSession, type Session } from "./session.ts";
import { awaitTurn } from "./turn.ts";

const channel = "canal";

/** Storage as browsers have it; `full`: it takes nothing more. */
export const makeStorage = (isFull: () => boolean = () => false): Storage => {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      if (isFull()) throw new DOMException("full", "QuotaExceededError");
      kept.set(key, value);
    },
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  };
};

export interface Clock {
  readonly now: () => number;
  readonly later: (ms: number, run: () => void) => () => void;
  readonly pass: (ms: number) => void;
}

/** Time that passes when it is told to. */
export const makeClock = (): Clock => {
  let clock = 1_000_000;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => clock,
    later: (ms, run) => {
      const timer = { at: clock + ms, run };
      timers.push(timer);
      return () => void (timers = timers.filter((one) => one !== timer));
    },
    pass: (ms) => {
      const end = clock + ms;
      for (;;) {
        const [next] = timers.filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        timers = timers.filter((one) => one !== next);
        clock = next.at;
        next.run();
      }
      clock = end;
    },
  };
};

/** A socket whose other end is the test. */
export interface TestSocket {
  readonly hears: Hears;
  readonly said: FromWidget[];
  isClosed: boolean;
}

export interface Sockets {
  readonly all: TestSocket[];
  readonly open: (hears: Hears) => { readonly send: (text: string) => void; readonly close: () => void };
  readonly last: () => TestSocket;
}

export const makeSockets = (): Sockets => {
  const all: TestSocket[] = [];
  return {
    all,
    open: (hears) => {
      const socket: TestSocket = { hears, said: [], isClosed: false };
      all.push(socket);
      return {
        send: (text) => void socket.said.push(JSON.parse(text) as FromWidget),
        close: () => void (socket.isClosed = true),
      };
    },
    last: () => {
      const socket = all.at(-1);
      if (!socket) throw new Error("no socket was opened");
      return socket;
    },
  };
};

export const concern = (id: string, more: Partial<ChatConcern> = {}): ChatConcern => ({
  id: id as ChatConcern["id"],
  number: 1,
  subject: id,
  status: "open",
  lastAt: "2026-11-25T10:00:00.000Z",
  lastSeq: 1,
  seenSeq: 0,
  continued: [],
  ...more,
});

export const message = (concernId: string, seq: number, more: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `${concernId}-${seq}` as ChatMessage["id"],
  concernId: concernId as ChatMessage["concernId"],
  seq,
  by: "us",
  automatic: false,
  read: false,
  name: "Lena",
  way: "chat",
  text: `${concernId} ${seq}`,
  parts: [],
  files: [],
  at: new Date(Date.UTC(2026, 10, 25, 10, seq)).toISOString(),
  said: null,
  ...more,
});

export type Welcome = ToWidget & { readonly type: "welcome" };
export const welcome = (more: Partial<Welcome> = {}): Welcome => ({
  type: "welcome",
  version: 1,
  token: null,
  brand: "Kabel",
  greeting: "",
  limits: { fileBytes: 1_000, filesPerMessage: 3, messageBytes: 2_000 },
  afresh: false,
  name: "",
  email: "",
  phone: "",
  signed: false,
  proved: false,
  wish: null,
  asks: [],
  now: { notices: [], line: { text: "", at: null }, isAway: false, entries: [], waits: {} },
  concerns: [],
  messages: [],
  upTo: 10,
  ...more,
});

/** A file on its way. */
export interface TestUpload {
  readonly upload: Upload;
  readonly end: (sent: Sent) => void;
  isStopped: boolean;
}

/** One page of a browser, with what it said and the other end of its socket. */
export interface TestPage {
  readonly session: Session;
  readonly memory: Memory;
  readonly sockets: Sockets;
  readonly forgotten: () => number;
  readonly heard: () => number;
  /** Files that it sends, each ended by the test. */
  readonly uploads: readonly TestUpload[];
  /** What it has said on all its sockets. */
  readonly said: <T extends FromWidget["type"]>(type: T) => Extract<FromWidget, { type: T }>[];
  readonly hears: (word: ToWidget) => void;
  /** Opens its last socket and greets it. */
  readonly greeted: (word: Welcome) => void;
  readonly drop: (code?: number) => void;
}

/** A browser: its pages share what they keep, and hear of what the others change there. */
export const makeBrowser = (clock: Clock, locks?: LockManager) => {
  const storage = makeStorage();
  const pages: TestPage[] = [];
  let ids = 0;
  const blobs = new Map<string, Blob>();
  const open = (link: string | null = null): TestPage => {
    const own = openMemory(channel, storage);
    const tell = (name: string): void => {
      for (const page of pages) if (page !== opened) page.session.remembered(name);
    };
    const memory: Memory = {
      ...own,
      keep: (name, value) => {
        const isKept = own.keep(name, value);
        tell(name);
        return isKept;
      },
      forget: (name) => {
        own.forget(name);
        tell(name);
      },
    };
    const sockets = makeSockets();
    let forgotten = 0;
    let heard = 0;
    const uploads: TestUpload[] = [];
    const session = startSession({
      memory,
      language: "de",
      link,
      page: () => null,
      open: sockets.open,
      turn: (ours) => awaitTurn(prefixOf(channel), locks, ours),
      now: clock.now,
      later: clock.later,
      chance: () => 0,
      newId: () => `id-${(ids += 1)}`,
      newToken: () => `token-${(ids += 1)}`,
      signed: null,
      heard: () => (heard += 1),
      forgotten: () => (forgotten += 1),
      arrived: () => undefined,
      blobs: {
        keep: async (id, blob) => {
          blobs.set(id, blob);
          return true;
        },
        read: async (id) => blobs.get(id) ?? null,
        forget: (ids) => {
          for (const id of ids) blobs.delete(id);
        },
        clear: () => blobs.clear(),
        prune: () => undefined,
      },
      send: (upload) => {
        let end = (_sent: Sent): void => undefined;
        const finished = new Promise<Sent>((resolve) => (end = resolve));
        const sending = { upload, end, isStopped: false };
        uploads.push(sending);
        return {
          finished,
          stop: () => {
            sending.isStopped = true;
            end({ kind: "lost", afterMs: null });
          },
        };
      },
      fetch: async () => new Blob(),
    });
    const hears = (word: ToWidget): void => sockets.last().hears.word(JSON.stringify(word));
    const opened: TestPage = {
      session,
      memory,
      sockets,
      forgotten: () => forgotten,
      heard: () => heard,
      uploads,
      said: (type) =>
        sockets.all.flatMap(({ said }) =>
          said.filter((word): word is Extract<FromWidget, { type: typeof type }> => word.type === type),
        ),
      hears,
      greeted: (word) => {
        sockets.last().hears.opened();
        hears(word);
      },
      drop: (code = 1006) => sockets.last().hears.closed({ code }),
    };
    pages.push(opened);
    return opened;
  };
  return { open, storage, blobs };
};
