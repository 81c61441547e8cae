// Questions for a rating in a chat: what was answered is said to the page that shows them, and an answer is taken. Called by server/chat.ts and server/chat-news.ts.
import type { ChatMessage, FromWidget, ToWidget } from "#contract/chat.ts";
import { giveRatingInChat } from "#modules/ratings/actions.ts";
import { ratingsFor } from "#modules/ratings/reads.ts";
import type { World } from "#platform/world.ts";
import { viewerOf, type Page, type Seats } from "#server/chat-seats.ts";

/** Ids of the questions in these messages. */
export const askedIn = (messages: readonly Pick<ChatMessage, "parts">[]): readonly string[] =>
  messages.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === "rating" ? [part.id] : [])));

/** Says to a page where its visitor's questions stand; nothing of anybody else's. */
export const sayRatings = async (
  world: Pick<World, "db">,
  seats: Pick<Seats, "of">,
  page: Page,
  ids: readonly string[],
): Promise<void> => {
  const seat = seats.of(page);
  if (ids.length === 0 || seat === undefined) return;
  const { norm, joined = [] } = viewerOf(seat.visitor);
  for (const rating of await ratingsFor(world, [norm, ...joined], ids))
    if (seats.of(page) === seat) page.send(JSON.stringify({ type: "rating", ...rating } satisfies ToWidget));
};

/** Takes an answer, and says what holds now: the same when it was not taken. `isBraked`: nothing is taken. */
export const takeRating = async (
  world: World,
  seats: Pick<Seats, "of">,
  page: Page,
  word: Extract<FromWidget, { type: "rate" }>,
  isBraked: boolean,
): Promise<void> => {
  const visitor = seats.of(page)?.visitor;
  if (visitor === undefined) return;
  const { norm, joined = [] } = viewerOf(visitor);
  if (!isBraked) await giveRatingInChat(world, [norm, ...joined], word.id, word);
  await sayRatings(world, seats, page, [word.id]);
};
