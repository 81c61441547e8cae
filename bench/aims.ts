// What was aimed at, and what other products need for the same on the same kind of machine. Printed beside the figures by bench/report.ts.

export interface Aim {
  /** The row of the table it belongs to. */
  readonly row: string;
  readonly of:
    | "cpu"
    | "p50"
    | "p95"
    | "perSecond"
    | "moved"
    | "shift"
    | "corePercent"
    | "kbEach"
    | "seconds"
    | "p99Times"
    | "lost"
    | "twice"
    | "disorder";
  readonly aim: number;
  /** What others need for the same, from the study of the field: CPU milliseconds where nothing else is said; empty: not measured. */
  readonly others: string;
}

export const aims: readonly Aim[] = [
  { row: "intake, 16 at once", of: "cpu", aim: 5, others: "osTicket 54–179, Redmine 62, Znuny 212, RT 519" },
  { row: "intake, 16 at once", of: "perSecond", aim: 150, others: "" },
  { row: "inbox page, 16 at once", of: "cpu", aim: 4, others: "Znuny 184, Redmine 485, RT 668" },
  { row: "inbox page, 16 at once", of: "p95", aim: 25, others: "" },
  { row: "inbox page, deep, 16 at once", of: "cpu", aim: 4, others: "" },
  { row: "inbox page, deep, 16 at once", of: "p95", aim: 25, others: "" },
  { row: "counters of 20 views, 16 at once", of: "cpu", aim: 4, others: "" },
  { row: "counters of 20 views, 16 at once", of: "p95", aim: 25, others: "" },
  { row: "open a concern of 50 messages, 16 at once", of: "cpu", aim: 3, others: "Znuny 43" },
  { row: "reply, 16 at once", of: "cpu", aim: 4, others: "osTicket 20" },
  { row: "search: rare, 1 at once", of: "p95", aim: 60, others: "Znuny 132" },
  { row: "search: common, 1 at once", of: "p95", aim: 60, others: "Znuny 132" },
  { row: "search: two words, 1 at once", of: "p95", aim: 60, others: "Znuny 132" },
  { row: "search: part of a compound, 1 at once", of: "p95", aim: 60, others: "others find nothing" },
  { row: "search: typing mistake, 1 at once", of: "p95", aim: 60, others: "others find nothing" },
  { row: "live event on another desk", of: "p95", aim: 50, others: "" },
  { row: "desk: J or K to paint", of: "p95", aim: 50, others: "" },
  { row: "desk: J or K to paint while live events arrive", of: "p95", aim: 50, others: "" },
  { row: "desk: Enter opens a concern, to paint", of: "p95", aim: 100, others: "" },
  { row: "desk: a concern of 50 messages opens, to paint", of: "p95", aim: 100, others: "" },
  { row: "desk: R opens the composer, to paint", of: "p95", aim: 50, others: "" },
  { row: "desk: a letter typed, to paint", of: "p95", aim: 50, others: "" },
  { row: "desk: nothing moves while live events arrive", of: "moved", aim: 0, others: "" },
  { row: "desk: nothing moves while live events arrive", of: "shift", aim: 0.01, others: "" },
];

/** The chat's: `bench/chat.ts` measures them at a full share with five thousand pages and two hundred desks. */
export const chatAims: readonly Aim[] = [
  { row: "chat: visitor to agent, 200/s", of: "p50", aim: 10, others: "NodeBB 50 ms, Live Helper Chat 2–3 s" },
  { row: "chat: visitor to agent, 200/s", of: "p95", aim: 40, others: "" },
  { row: "chat: visitor to agent who has it open", of: "p50", aim: 10, others: "" },
  { row: "chat: visitor to agent who has it open", of: "p95", aim: 40, others: "" },
  { row: "chat: words, as many as possible", of: "perSecond", aim: 800, others: "NodeBB 22/s, Live Helper Chat 300/s" },
  { row: "chat: a thousand idle chats", of: "corePercent", aim: 2, others: "" },
  { row: "chat: an idle socket", of: "kbEach", aim: 15, others: "" },
  { row: "chat: visitor to agent beside desks that never read", of: "p99Times", aim: 1.2, others: "" },
  { row: "chat: a word until it is taken, under overload", of: "p99Times", aim: 2, others: "" },
  { row: "chat: after an overload", of: "seconds", aim: 30, others: "" },
  { row: "chat: after an overload", of: "lost", aim: 0, others: "" },
  { row: "chat: after an overload", of: "twice", aim: 0, others: "" },
  { row: "chat: after an overload", of: "disorder", aim: 0, others: "" },
  { row: "chat: every page comes again at once", of: "seconds", aim: 10, others: "" },
  { row: "chat: every page comes again at once", of: "lost", aim: 0, others: "" },
  { row: "chat: every page comes again at once", of: "twice", aim: 0, others: "" },
  { row: "chat: every page comes again at once", of: "disorder", aim: 0, others: "" },
  { row: "chat: two nodes, visitor to agent, 200/s", of: "p50", aim: 10, others: "" },
  { row: "chat: two nodes, visitor to agent, 200/s", of: "p95", aim: 40, others: "" },
  { row: "chat: two nodes, visitor to agent who has it open", of: "p50", aim: 10, others: "" },
  { row: "chat: two nodes, visitor to agent who has it open", of: "p95", aim: 40, others: "" },
  { row: "chat: one of two nodes is killed, 200/s", of: "seconds", aim: 10, others: "" },
  { row: "chat: one of two nodes is killed, 200/s", of: "lost", aim: 0, others: "" },
  { row: "chat: one of two nodes is killed, 200/s", of: "twice", aim: 0, others: "" },
  { row: "chat: one of two nodes is killed, 200/s", of: "disorder", aim: 0, others: "" },
];

/** Whole-tree aims in MB and milliseconds. */
export const limits = {
  idleMb: 120,
  loadedMb: 250,
  treeMb: 400,
  warmStartMs: 5_000,
  growth: 1.2,
  watching: 1.1,
} as const;
