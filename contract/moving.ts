// Taking messages from one concern into another (split, move, merge) and taking that back: shapes and endpoints.
import { z } from "zod";
import { concernRow, direction, move } from "#contract/concerns.ts";
import { done, endpoint, instant } from "#contract/endpoint.ts";
import { concernId, messageId } from "#contract/ids.ts";

/** Most messages that are chosen one by one. */
export const mostChosen = 500;

/** Which messages: those that are named, or one and all that come after it. */
export const chosenMessages = z.union([
  z.strictObject({ only: z.array(messageId).min(1).max(mostChosen) }),
  z.strictObject({ from: messageId }),
]);
export type ChosenMessages = z.infer<typeof chosenMessages>;

const moved = z.strictObject({ from: concernRow, to: concernRow });

/** What taking a move back would do. `gone`: so many of its messages are elsewhere by now and stay there. */
export const moveUndo = z.strictObject({
  move,
  /** Messages of the move that go back. */
  back: z.number().int(),
  gone: z.number().int(),
  /** What was said there since, each sorted by what it answers. */
  since: z.array(
    z.strictObject({
      messageId,
      direction,
      author: z.string(),
      at: instant,
      snippet: z.string(),
      goes: z.enum(["back", "stays"]),
    }),
  ),
  /** What becomes of the concern that nothing is left of: removed (nothing ever left from it), closed (what comes for it goes on in the other one). */
  emptied: z.enum(["removed", "closed"]).nullable(),
});
export type MoveUndo = z.infer<typeof moveUndo>;

const byKey = z.strictObject({ key: z.uuid() });

export const moving = {
  split: endpoint({
    method: "POST",
    path: "/api/concerns/:id/split",
    permission: "concern.change",
    summary: "Begin a new concern with some of its messages",
    params: z.strictObject({ id: concernId }),
    body: z.strictObject({
      /** Made by the client: the same key twice splits once; it is taken back under it. */
      key: z.uuid(),
      messages: chosenMessages,
      /** Null: what the first of them says. */
      subject: z.string().trim().min(1).max(500).nullable(),
    }),
    result: moved,
  }),
  move: endpoint({
    method: "POST",
    path: "/api/concerns/:id/move",
    permission: "concern.change",
    summary:
      "Take some of its messages into another concern of the same customer; all of them: it is merged into that one",
    params: z.strictObject({ id: concernId }),
    body: z.strictObject({ key: z.uuid(), messages: chosenMessages.nullable(), number: z.number().int().positive() }),
    result: moved,
  }),
  keep: endpoint({
    method: "POST",
    path: "/api/messages/:id/keep",
    permission: "concern.change",
    summary: "This message belongs to its concern: what was proposed is not proposed again",
    params: z.strictObject({ id: messageId }),
    result: done,
  }),
  undoPreview: endpoint({
    method: "GET",
    path: "/api/moves/:key",
    permission: "concern.read",
    summary: "What taking a split, move or merge back would do",
    params: byKey,
    result: moveUndo,
  }),
  undo: endpoint({
    method: "POST",
    path: "/api/moves/:key/undo",
    permission: "concern.change",
    summary: "Take a split, move or merge back",
    params: byKey,
    /** `to` null: nothing was left of it, and it is gone. */
    result: z.strictObject({ from: concernRow, to: concernRow.nullable() }),
  }),
};
