// Who sits at this browser, one after the other: each has a memory of their own, and nothing of one is shown or sent as another. Called by main.tsx.
import { userOf, type Word } from "#widget/identity.ts";
import type { Memory } from "#widget/memory.ts";
import type { Session } from "./session.ts";
import type { Signed } from "./shapes.ts";

export interface PersonsParts {
  /** What this browser keeps of a user whom the site has signed in; null: of whoever is not. */
  readonly memoryOf: (user: string | null) => Memory;
  /** Forgets the other signed users, but for what they have not sent: they are signed out of this site, or will be signed in again. */
  readonly forgetOthers: (user: string) => void;
  /** Somebody has signed out: nothing that was kept outside the memories stays either. */
  readonly emptied: () => void;
  readonly start: (memory: Memory, user: string | null, signed: Signed | null) => Session;
  /** Somebody sits here now. */
  readonly came: (person: Person) => void;
  readonly later: (ms: number, run: () => void) => () => void;
}

export interface Person {
  readonly user: string | null;
  readonly memory: Memory;
  readonly session: Session;
}

export interface Persons {
  /** Null: it is not known yet whose page it is. */
  readonly now: () => Person | null;
  readonly identify: (word: Word | null) => void;
  readonly leave: () => void;
  readonly end: () => void;
}

/** A site that does not say within that time whose page it is has not said it. */
const answerWithinMs = 8_000;

/** Nobody sits here until `identify` is called. */
export const startPersons = (parts: PersonsParts): Persons => {
  const unsigned = parts.memoryOf(null);
  let person: Person | null = null;
  let word: Word | null = null;
  let changes = 0;

  /** The site's word now; "" when it was asked and failed, which nobody believes. */
  const ask = (of: Word | null): Promise<string | null> =>
    typeof of !== "function"
      ? Promise.resolve(of)
      : new Promise((resolve) => {
          const stop = parts.later(answerWithinMs, () => resolve(""));
          void Promise.resolve()
            .then(of)
            .catch(() => "")
            .then((said) => {
              stop();
              return resolve(typeof said === "string" || said === null ? said : "");
            });
        });

  const sit = (user: string | null, memory: Memory, signed: Signed | null): void => {
    person?.session.end();
    person = { user, memory, session: parts.start(memory, user, signed) };
    parts.came(person);
  };
  const sitUnsigned = (): void => {
    changes += 1;
    word = null;
    if (person === null || person.user !== null) sit(null, unsigned, null);
  };

  /** What was said here unsigned and is still to be sent is theirs, and everything else unsigned is gone: it stands under their name from now on. */
  const takeOver = (user: string, memory: Memory): void => {
    for (const name of unsigned.names("out.")) memory.keep(name, unsigned.read(name) ?? "");
    const talk = unsigned.read("talk");
    if (talk !== null && memory.read("talk") === null) memory.keep("talk", talk);
    for (const name of unsigned.names("")) if (name !== "leaving") unsigned.forget(name);
    unsigned.keep("user", user);
    parts.forgetOthers(user);
  };

  const signedBy = (user: string, memory: Memory, said: string): Signed => ({
    word: said,
    ask: async () => (typeof word === "function" ? ask(word) : null),
    joins: () => unsigned.read("token"),
    believed: () => takeOver(user, memory),
    left: sitUnsigned,
  });

  return {
    now: () => person,
    identify: (next) => {
      const change = (changes += 1);
      word = next;
      void ask(next).then((said) => {
        if (change !== changes) return undefined;
        if (said === null) return sitUnsigned();
        const user = userOf(said);
        if (person?.user === user && !person.session.view().isUnbelieved) return person.session.sign(said);
        const memory = parts.memoryOf(user);
        return sit(user, memory, signedBy(user, memory, said));
      });
    },
    leave: () => {
      changes += 1;
      word = null;
      const user = person?.user ?? unsigned.read("user");
      if (user === null) {
        sitUnsigned();
        return person?.session.leave();
      }
      // The server is told by whoever comes next, as soon as there is a network.
      const memory = parts.memoryOf(user);
      const token = memory.read("token");
      for (const each of [memory, unsigned]) for (const name of each.names("")) each.forget(name);
      parts.emptied();
      if (token !== null) unsigned.keep("leaving", token);
      return sit(null, unsigned, null);
    },
    end: () => {
      changes += 1;
      person?.session.end();
    },
  };
};
