// What was said in a concern since somebody began to write an answer there. Called by the composer.
import type { Draft, Message } from "#contract/concerns.ts";
import { keepInWindow } from "#web/state/kept.ts";
import { signedInAs } from "#web/state/session.ts";
import { createStore } from "#web/state/store.ts";

/** By concern: the place of the last message that stood there when the answer was begun. */
export const begunAfter = createStore<Readonly<Record<string, number>>>({});

/** Whose the store's content is: in one window several may sign in after each other. */
let owner: string | null = null;
const place = (): string => `draht.begun.${signedInAs() ?? "nobody"}`;

/** Messages of a concern, as far as they matter here. */
type Said = Pick<Message, "seq" | "at" | "direction" | "author" | "automatic">;

/** An answer stands in the composer: remembers from when on, unless it is known. A draft of before was begun no later than it was kept. */
export const beginAnswer = (concernId: string, messages: readonly Said[], draft: Draft | undefined): void => {
  restore();
  if (begunAfter.get()[concernId] !== undefined) return;
  const known = draft === undefined ? messages : messages.filter((message) => message.at <= draft.updatedAt);
  keep({ ...begunAfter.get(), [concernId]: known.at(-1)?.seq ?? 0 });
};

/** Nothing stands in the composer any more. */
export const endAnswer = (concernId: string): void => {
  restore();
  const { [concernId]: begun, ...rest } = begunAfter.get();
  if (begun !== undefined) keep(rest);
};

/** Colleagues' answers and persons' mails after a place; nothing when it is not known. */
export const saidSince = <M extends Said>(
  messages: readonly M[],
  after: number | undefined,
  me: string | null,
): { readonly answered: readonly M[]; readonly written: readonly M[] } => {
  const since = after === undefined ? [] : messages.filter((message) => message.seq > after);
  return {
    answered: since.filter(
      (message) => message.direction === "out" && message.author.id !== me && message.automatic === null,
    ),
    written: since.filter((message) => message.direction === "in" && message.automatic === null),
  };
};

const keep = (next: Readonly<Record<string, number>>): void => {
  begunAfter.set(next);
  keepInWindow(place(), next);
};

/** A reload of the window does not forget it. */
const restore = (): void => {
  const me = signedInAs();
  if (owner === me) return;
  owner = me;
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(place()) ?? "{}");
    begunAfter.set(typeof found === "object" && found !== null ? (found as Record<string, number>) : {});
  } catch {
    begunAfter.set({});
  }
};
