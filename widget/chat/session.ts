// The visitor's side of the chat put together: who this browser is, what is known, what is still to be said. Called by main.tsx, which gives it the
// browser; draws nothing.
import type { ToWidget } from "#contract/chat.ts";
import { apply, concernOf, nothing, see, unread } from "./chats.ts";
import type { Chosen, Sending } from "./files.ts";
import { startLink } from "./link.ts";
import { entriesOf, keepEntry, startSender } from "./outbox.ts";
import type { Session, SessionParts, View } from "./shapes.ts";

export type { Session, SessionParts, View } from "./shapes.ts";

/** How long another page's first words may be under way before we no longer wait for them. */
const beginningLastsMs = 10_000;
const typingAgainMs = 4_000;

interface Self {
  readonly name: string;
  readonly email: string;
  readonly phone?: string | undefined;
}

/** Starts and connects. */
export const startSession = (parts: SessionParts): Session => {
  const { memory, now } = parts;
  const watchers = new Set<() => void>();
  let view: View = {
    chats: nothing,
    outbox: entriesOf(memory),
    link: "connecting",
    waitMs: 0,
    isGreeted: false,
    slowed: null,
    isUnkept: false,
    isAsked: memory.read("asked") !== null,
    isUnbelieved: false,
    code: null,
    moved: null,
    push: null,
    person: 0,
    fetching: {},
    progress: null,
  };
  /** The token by which the socket has its seat; and the one said in the last hello. */
  let seat: string | null = null;
  let asked: string | null = null;
  let mailLink = parts.link;
  const { signed } = parts;
  let word = signed?.word ?? null;
  /** The word in the last greeting; and what this page is known by when it is believed. */
  let saidWord: string | null = null;
  let session = "";
  let hasAsked = false;
  let isFresh = true;
  let isHere = false;
  /** The first words of this visitor are said by this page. */
  let hasBegun = false;
  let lastAt = 0;
  /** Files of messages that were fetched. */
  const fetched = new Map<string, Promise<Blob>>();
  let typed: { readonly concernId: string; readonly at: number } | null = null;
  let stopTyping = (): void => undefined;
  let stopFading = (): void => undefined;

  const change = (more: Partial<View>): void => {
    view = { ...view, ...more };
    for (const changed of watchers) changed();
  };
  const readOutbox = (): void => {
    const outbox = entriesOf(memory);
    change({ outbox, ...(outbox.length === 0 ? { isUnkept: false } : {}) });
  };
  const isBeginning = (): boolean => now() - Number(memory.read("begun") ?? 0) < beginningLastsMs;

  /** Before something is said: the browser must be one visitor, whichever of its pages says it. */
  const mayBegin = (): boolean => {
    if (view.link !== "up" || !turn.isOurs()) return false;
    const kept = memory.read("token");
    const isLeaving = memory.read("leaving") !== null;
    if (isLeaving || (kept !== null && kept !== seat)) {
      isFresh = true;
      link.greet();
      return false;
    }
    if (kept === null && seat !== null) {
      hasBegun = true;
      memory.keep("begun", String(now()));
      memory.keep("token", seat);
    }
    return seat !== null;
  };

  /** The word was not believed, or what this browser kept of the user holds no more: by what is there still, by a fresh word, or not at all. */
  const unbelieved = async (): Promise<void> => {
    if (signed === null) return;
    const wasSaid = saidWord !== null;
    word = saidWord = null;
    if (!wasSaid) memory.forget("token");
    if (memory.read("token") !== null) return link.greet();
    if (!hasAsked) {
      hasAsked = true;
      word = await signed.ask();
      if (word !== null) return link.greet();
    }
    link.end();
    change({ isUnbelieved: true, isGreeted: false, chats: nothing });
  };

  const welcome = (word: ToWidget & { readonly type: "welcome" }): void => {
    if (memory.read("leaving") !== null) return void link.say({ type: "leave" });
    if (signed !== null && !word.signed) return void unbelieved();
    const isStranger = word.token !== null && asked !== null && mailLink === null && signed === null;
    seat = word.token ?? asked;
    if (signed !== null) {
      if (seat !== null) memory.keep("token", seat);
      if (saidWord !== null) signed.believed();
      forgetWord();
    } else if (mailLink !== null && word.token !== null) memory.keep("token", word.token);
    else if (isStranger && memory.read("token") === asked) {
      // Another page's first words may just be on their way under this token.
      if (isBeginning() && !hasBegun) parts.later(1_000, () => link.greet());
      else memory.forget("token");
    }
    const wasLed = mailLink !== null;
    mailLink = null;
    if (wasLed) parts.arrived();
    change({
      chats: apply(view.chats, word, now(), isFresh || isStranger || wasLed),
      isGreeted: true,
      fetching: {},
    });
    isFresh = false;
    keepPlace();
    introduceAgain(word);
    link.say({ type: "here", here: isHere });
    sender.go();
  };

  const forgetWord = (): void => {
    word = saidWord = null;
    hasAsked = false;
    readOutbox();
  };

  /** From here on the loader of another page looks whether something waits to be read: what waits now must not be passed by. */
  const keepPlace = (): void => {
    if (memory.read("token") !== null && view.chats.upTo !== null && unread(view.chats) === 0)
      memory.keep("upTo", String(view.chats.upTo));
  };

  const introduceAgain = ({ name, email, phone }: Self): void => {
    const kept = memory.read("self");
    if (kept === null) return;
    const self = JSON.parse(kept) as Self;
    if (self.name === name && self.email === email && (!self.phone || phone)) memory.forget("self");
    else {
      link.say({ type: "introduce", ...self });
      change({ chats: { ...view.chats, name: self.name, email: self.email } });
    }
  };

  const hear = (word: ToWidget): void => {
    if (word.type === "welcome") return welcome(word);
    if (word.type === "refused" && word.id === null) {
      if (word.code === "identityRefused") void unbelieved();
      else if (word.afterMs !== null) parts.later(word.afterMs, () => link.greet());
      return undefined;
    }
    if (memory.read("leaving") !== null) return undefined;
    const before = view.chats;
    if (word.type === "taken") {
      memory.forget("begun");
      const entry = view.outbox.find(({ id }) => id === word.id);
      const threads = entry ? { ...before.threads, [entry.thread]: word.message.concernId } : before.threads;
      change({ chats: apply({ ...before, threads }, word, now()) });
    } else if (word.type !== "refused") change({ chats: apply(before, word, now()) });
    if (word.type === "taken" || word.type === "refused") sender.heard(word);
    if (word.type === "earlier") change({ fetching: { ...view.fetching, [word.concernId]: false } });
    if (word.type === "code") {
      change({ code: { state: word.state, left: word.left } });
      // With mails among the messages: everything is fetched anew.
      if (word.state === "proved") {
        isFresh = true;
        link.greet();
      }
    }
    if (word.type === "push") change({ push: word });
    if (word.type === "moved") {
      change({ moved: word });
      // What is shown and opens nothing any more helps nobody.
      parts.later(Math.max(0, word.untilMs - now()), () => {
        if (view.moved === word) change({ moved: null });
      });
    }
    if (word.type === "movedThere" && view.moved !== "there" && view.moved?.untilMs === word.untilMs)
      change({ moved: "there" });
    if (word.type === "typing") fade();
    if (word.type === "news" || word.type === "pong") keepPlace();
    if (word.type === "news") {
      matchThreads(word);
      if (unread(view.chats) > unread(before)) parts.heard();
    }
    return undefined;
  };

  /** What another page said, or what was taken while we were away: its thread is that concern. */
  const matchThreads = ({ messages }: ToWidget & { readonly type: "news" }): void => {
    const found = messages.flatMap(({ said, concernId }) => {
      const entry = view.outbox.find(({ id }) => id === said);
      return entry ? [[entry.thread, concernId] as const] : [];
    });
    if (found.length > 0)
      change({ chats: { ...view.chats, threads: { ...view.chats.threads, ...Object.fromEntries(found) } } });
  };

  /** Takes away who is typing no more, although nobody said so. */
  const fade = (): void => {
    stopFading();
    stopFading = parts.later(11_000, () => {
      const typing = Object.entries(view.chats.typing).filter(([, until]) => until > now());
      change({ chats: { ...view.chats, typing: Object.fromEntries(typing) } });
    });
  };

  const stopSayingTyping = (): void => {
    stopTyping();
    if (typed) link.say({ type: "typing", concernId: typed.concernId as never, on: false });
    typed = null;
  };

  /** Forgets who this browser was, and begins as nobody. */
  const forget = (): void => {
    for (const name of memory.names("")) if (name !== "leaving") memory.forget(name);
    seat = null;
    isFresh = true;
    hasBegun = false;
    fetched.clear();
    parts.blobs.clear();
    parts.forgotten();
    const person = view.person + 1;
    change({
      chats: nothing,
      outbox: [],
      isGreeted: false,
      isAsked: false,
      slowed: null,
      isUnkept: false,
      code: null,
      moved: null,
      push: null,
      person,
    });
  };

  /** Sends a file as whoever this browser is now. */
  const upload = ({ id, name }: Chosen): Sending => {
    const token = seat;
    let isStopped = false;
    let stop = (): void => void (isStopped = true);
    const finished = parts.blobs.read(id).then((blob) => {
      if (blob === null) return { kind: "refused", code: "fileGone" } as const;
      if (isStopped || token === null) return { kind: "lost", afterMs: null } as const;
      const progress = (share: number): void => change({ progress: { id, share } });
      progress(0);
      const sending = parts.send({ id, name, blob, token, progress });
      ({ stop } = sending);
      return sending.finished.finally(() => change({ progress: null }));
    });
    return { finished, stop: () => stop() };
  };

  const sender = startSender({
    memory,
    say: (word) => link.say(word),
    upload,
    filesDone: (files) => parts.blobs.forget(files.map(({ id }) => id)),
    mayBegin,
    concernOf: (thread) => view.chats.threads[thread] ?? null,
    changed: readOutbox,
    slowed: (code) => {
      if (view.slowed !== code) change({ slowed: code });
    },
    later: parts.later,
  });
  const turn = parts.turn(() => queueMicrotask(() => sender.go()));
  const link = startLink({
    open: parts.open,
    hello: () => {
      asked = memory.read("leaving") ?? memory.read("token");
      if (word !== null && word !== saidWord) session = parts.newToken();
      saidWord = word;
      const identity = signed && word !== null ? { identity: { token: word, session, joins: signed.joins() } } : {};
      return {
        ...identity,
        type: "hello",
        version: 1,
        token: asked,
        after: isFresh || word !== null || asked !== seat ? null : view.chats.upTo,
        language: parts.language,
        page: parts.page(),
        link: mailLink,
      };
    },
    word: hear,
    state: (state, waitMs) => {
      if (state !== "up") {
        sender.broken();
        typed = null;
      }
      change({ link: state, waitMs, ...(state === "up" ? {} : { fetching: {} }) });
    },
    left: () => {
      if (signed !== null) return signed.left();
      const isOurs = memory.read("leaving") !== null;
      memory.forget("leaving");
      // Somebody else ended who we were, for example another page: nothing of them stays.
      if (!isOurs) forget();
      isFresh = true;
    },
    later: parts.later,
    chance: parts.chance,
  });
  return {
    view: () => view,
    watch: (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    say: (talk, text, files = [], answer, before, press) => {
      lastAt = Math.max(now(), lastAt + 1);
      const concernId = concernOf(view.chats, talk);
      const id = parts.newId();
      const isKept = keepEntry(memory, {
        id,
        thread: talk.thread,
        concernId,
        text,
        files,
        answer,
        answers: before,
        greeting: talk.greeting?.id,
        press,
        at: lastAt,
        failed: null,
      });
      change({ outbox: entriesOf(memory), isUnkept: !isKept || (files.length > 0 && view.isUnkept) });
      stopSayingTyping();
      turn.take();
      sender.go();
    },
    again: (id) => {
      const entry = entriesOf(memory).find((one) => one.id === id);
      if (entry) keepEntry(memory, { ...entry, failed: null });
      readOutbox();
      sender.go();
    },
    choose: (file, name) => {
      const id = parts.newId();
      void parts.blobs.keep(id, file).then((isKept) => isKept || change({ isUnkept: true }));
      return { id, name, type: file.type, size: file.size };
    },
    unchoose: (ids) => parts.blobs.forget(ids),
    chosen: (id) => parts.blobs.read(id),
    file: (id) => {
      const known = fetched.get(id);
      if (known) return known;
      const fetching = seat === null ? Promise.reject(new Error("nobody")) : parts.fetch(id, seat);
      fetched.set(id, fetching);
      fetching.catch(() => fetched.delete(id));
      return fetching;
    },
    drop: (id) => {
      sender.drop(id);
      readOutbox();
    },
    rate: (id, score, text) => link.say({ type: "rate", id, score, text }),
    typing: (concernId, on) => {
      if (!on) return stopSayingTyping();
      if (typed?.concernId !== concernId || now() - typed.at > typingAgainMs) {
        if (!link.say({ type: "typing", concernId: concernId as never, on: true })) return;
        typed = { concernId, at: now() };
      }
      stopTyping();
      stopTyping = parts.later(typingAgainMs + 1_000, stopSayingTyping);
    },
    seen: (concernId) => {
      const last = view.chats.messages[concernId]?.at(-1)?.seq ?? 0;
      const after = see(view.chats, concernId, last);
      if (after === view.chats || !link.say({ type: "seen", concernId: concernId as never, seq: last })) return;
      change({ chats: after });
      keepPlace();
    },
    earlier: (concernId) => {
      const before = view.chats.messages[concernId]?.[0]?.seq;
      if (before === undefined || view.chats.whole[concernId] === true || view.fetching[concernId] === true) return;
      if (link.say({ type: "earlier", concernId: concernId as never, before }))
        change({ fetching: { ...view.fetching, [concernId]: true } });
    },
    introduce: (name, email, phone) => {
      // Kept until a greeting shows that the server knows it: of a visitor who has said nothing yet it keeps nothing itself.
      memory.keep("self", JSON.stringify({ name, email, phone }));
      memory.keep("asked", "1");
      link.say({ type: "introduce", name, email, phone: phone || undefined });
      const isOther = email !== view.chats.email;
      change({
        chats: { ...view.chats, name, email, proved: view.chats.proved && !isOther },
        isAsked: true,
        ...(isOther ? { code: email === "" ? null : { state: "offered", left: null } } : {}),
      });
    },
    sendCode: () => {
      if (link.say({ type: "sendCode" })) change({ code: { state: "sent", left: null } });
    },
    tryCode: (code) => void link.say({ type: "tryCode", code }),
    noCode: () => change({ code: null }),
    wish: (wish) => {
      if (link.say({ type: "wish", wish })) change({ chats: { ...view.chats, wish } });
    },
    moveOn: () => void link.say({ type: "moveOn" }),
    stay: () => change({ moved: null }),
    push: (subscription) => link.say({ type: "push", subscription }),
    askNoMore: () => {
      memory.keep("asked", "1");
      change({ isAsked: true });
    },
    here: (here) => {
      if (here === isHere) return;
      isHere = here;
      link.say({ type: "here", here });
      if (here) {
        turn.take();
        sender.go();
      }
    },
    movedTo: (page) => void link.say({ type: "page", page }),
    leave: () => {
      const token = memory.read("token");
      // Without a network the server is told as soon as there is one; until then nobody is anybody here.
      if (token !== null) memory.keep("leaving", token);
      forget();
      if (!link.say({ type: "leave" })) link.hurry();
    },
    sign: (fresh) => {
      word = fresh;
      hasAsked = false;
      link.greet();
    },
    hurry: () => link.hurry(),
    offline: () => link.offline(),
    remembered: (name) => {
      if (name !== null && name.startsWith("out.")) return readOutbox();
      if (name !== null && name !== "token" && name !== "begun") return undefined;
      const token = memory.read("token");
      if (token === null && name !== "begun" && (asked !== null || view.chats.concerns.length > 0)) {
        if (signed !== null) return signed.left();
        forget();
        link.greet();
      } else if (token !== null && token !== seat && !isBeginning()) {
        isFresh = true;
        link.greet();
      }
      return undefined;
    },
    end: () => {
      turn.end();
      link.end();
      watchers.clear();
    },
  };
};
