// An agent's work as the pictures show it: a book with two queues, an offer that rings, what is held, and a wrap-up. Answers in the contract's own shapes, so
// that a picture is the same whenever it is taken. Called by tools/pictures/screens.ts.
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import type { Result } from "#contract/endpoint.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import type { AgentId } from "#contract/ids.ts";
import type { WorkRow } from "#contract/routing.ts";
import { bookQueue, bookWith, idOf } from "#test/routing-book.ts";

const book = bookWith(
  [bookQueue(1, { name: "Störungen", offerSeconds: 30 }), bookQueue(2, { name: "Verträge", mayPull: true })],
  {
    reasons: [
      { id: idOf(71), name: "Schulung", for: "busy" },
      { id: idOf(72), name: "Pause", for: "away" },
    ],
    dispositions: ["Gelöst", "Rückruf vereinbart", "Weitergegeben"].map((name, index) => ({
      id: idOf(81 + index),
      name,
    })),
  },
);

const seconds = (from: number): string => new Date(Date.now() + from * 1_000).toISOString();

const pieceOf = (row: ConcernRow, n: number, agentId: AgentId | null, part: Partial<WorkRow>): WorkRow => ({
  id: idOf(n),
  concernId: row.id,
  kind: "mail",
  queueId: idOf(1),
  state: "held",
  agentId,
  token: 1,
  arrivedAt: seconds(-260),
  urgencyAt: seconds(600),
  until: null,
  rest: "none",
  teamIds: null,
  step: 0,
  because: null,
  number: row.number,
  subject: row.subject,
  customerName: row.customerName,
  brandId: row.brandId,
  priority: row.priority,
  ...part,
});

const dayOf = (
  me: AgentId,
  row: ConcernRow,
  others: readonly ConcernRow[],
  offers: boolean,
): Result<typeof api.routing.mine> => ({
  presence: {
    state: offers ? "available" : "wrapUp",
    reason: "",
    since: seconds(-734),
    until: offers ? null : seconds(48),
    vanishedAt: null,
  },
  capacity: "blended",
  load: 53,
  work: [
    ...others
      .slice(0, 3)
      .map((other, index) =>
        pieceOf(
          other,
          11 + index,
          me,
          [{ kind: "chat" as const }, {}, { rest: "parked" as const, until: seconds(5_400) }][index] ?? {},
        ),
      ),
    ...(offers
      ? [
          pieceOf(row, 21, me, {
            state: "offered",
            kind: "chat",
            until: seconds(23),
            because: {
              now: "room",
              urgencyAt: seconds(20),
              waitedSeconds: 95,
              order: "longestIdle",
              value: Date.now() - 600_000,
              others: [],
              instead: [{ workId: idOf(99), kind: "mail", urgencyAt: seconds(3_000), why: "lessUrgent" }],
              step: 1,
              requires: { [idOf(902)]: 2 },
              relaxed: { [idOf(902)]: 1 },
              declined: 0,
            },
          }),
        ]
      : []),
  ],
  queues: [
    { queueId: idOf(1), waiting: 3, mayPull: false },
    { queueId: idOf(2), waiting: 12, mayPull: true },
  ],
  today: { handled: 17, kept: 12, missed: 1, busySeconds: 9_320, thereSeconds: 15_200 },
  toDispose: offers
    ? null
    : { id: idOf(31), concernId: row.id, number: row.number, subject: row.subject, kind: "chat" },
  told: [
    {
      id: idOf(41),
      at: seconds(-200),
      by: me,
      teamId: null,
      text: "Störung in Altona: bitte keine Techniker versprechen.",
    },
  ],
});

/** The page hears this of the routing, whatever the centre is set up for: an offer rings, or (`offers` false) something has just ended. */
export const working =
  (row: ConcernRow, others: readonly ConcernRow[], offers: boolean) =>
  async (page: Page): Promise<void> => {
    const answers = (path: string, json: (me: AgentId) => unknown): Promise<unknown> =>
      page.route(`**${path}`, async (route) => {
        const asked = await page.request.get(new URL(api.agents.me.path, route.request().url()).href);
        const { agent } = (await asked.json()) as Result<typeof api.agents.me>;
        await route.fulfill({ json: json(agent.id) });
      });
    await answers(api.routing.book.path, () => ({ book, revision: 1 }));
    await answers(api.routing.mine.path, (me) => dayOf(me, row, others, offers));
    await answers("/api/queues/*/waiting", () => [
      {
        ...pieceOf(row, 51, null, { state: "waiting", queueId: idOf(2) }),
        wait: { place: 1, of: 12, predicted: { seconds: 100, low: 60, high: 240, by: "usual" } },
      },
    ]);
    await answers("/api/concerns/*/work", () => ({
      work: pieceOf(row, 51, null, { state: "waiting", queueId: idOf(2) }),
      wait: { place: 3, of: 12, predicted: { seconds: 100, low: 60, high: 240, by: "usual" } },
    }));
  };
