// What goes into the routing engine and comes out of it: rules, rows, happenings, decisions. Plain data that JSON keeps. Used by everybody who talks to it.

/** Skill to level, 1 to 5. */
export type Skills = Readonly<Record<string, number>>;

/** A kind of work in an agent's capacity. An agent has 100 parts in all. */
export interface KindCapacity {
  /** Parts that one of them takes, 1 to 100. */
  readonly weight: number;
  /** At most so many at once; those that rest are not counted. */
  readonly max: number;
  /** These kinds do not stand in its way: it comes on top of them, and they wait while it is there. */
  readonly interrupts: readonly string[];
  /** Parts that a dormant one takes (nobody has written for a while), 0 to `weight`. */
  readonly dormantWeight: number;
}

/** By kind of work; a kind that is missing is not this agent's. */
export type Capacity = Readonly<Record<string, KindCapacity>>;

export interface KindRules {
  /** Somebody is there and waits: it goes back at once when its agent is gone. What is not live may be kept over a shift. */
  readonly live: boolean;
  /** What one of them usually takes: only said for as long as nothing has been measured. */
  readonly usualMs: number;
  /** For how long what was measured counts (the time in which its weight falls to 1/e). */
  readonly memoryMs: number;
  /** Time for work after the end of one; 0: none. */
  readonly wrapUpMs: number;
}

/** Facts of an item by which a queue asks for skills. */
export interface Facts {
  readonly topicId?: string;
  readonly language?: string;
  readonly brandId?: string;
  readonly tier?: string;
}

/** Whoever has all these facts needs these skills (the higher level counts), and better with those (skill to weight). */
export interface SkillRule {
  readonly when: Facts;
  readonly requires: Skills;
  readonly prefers: Readonly<Record<string, number>>;
}

/** After so long in the queue less is asked for, or more are asked. Steps add up. */
export interface RelaxationStep {
  readonly afterMs: number;
  /** Levels fewer of a skill; what falls to 0 is no longer asked for. */
  readonly lower?: Readonly<Record<string, number>>;
  readonly drop?: readonly string[];
  /** These teams too. */
  readonly teamIds?: readonly string[];
  /** Goes to another queue, whose own steps begin. */
  readonly queueId?: string;
}

/**
 * When a queue gives work away. On while the measure is past `over` (under it, for the service level) and until it is back at `back`: predicted wait of who
 * comes next and length past their `over`, the service level (percent) below it, or closed hours.
 */
export type OverflowRule =
  | { readonly when: "predictedWait"; readonly overMs: number; readonly backMs: number; readonly queueId: string }
  | { readonly when: "length"; readonly over: number; readonly back: number; readonly queueId: string }
  | { readonly when: "serviceLevel"; readonly under: number; readonly back: number; readonly queueId: string }
  | { readonly when: "closed"; readonly queueId: string };

export type Order = "longestIdle" | "bestSkill" | "leastLoaded";

export interface QueueRules {
  readonly id: string;
  /** Empty: everybody who has what is asked for. */
  readonly teamIds: readonly string[];
  readonly requires: Skills;
  readonly asks: readonly SkillRule[];
  readonly order: Order;
  /** Rising by `afterMs`, at most 6. */
  readonly steps: readonly RelaxationStep[];
  /** How long a preferred agent who is there and full is waited for. */
  readonly patienceMs: number;
  readonly offerMs: number;
  /** Kinds that need no accepting. */
  readonly autoAccept: readonly string[];
  /** False: nothing is offered, it has to be pulled. */
  readonly offers: boolean;
  /** Agents may pull what waits here out of its order. */
  readonly mayPull: boolean;
  /** Work that is not live stays with an agent who went offline for so long. */
  readonly keepMs: number;
  /** The promise of what comes without one. */
  readonly promiseMs: number;
  /** The threshold of the service level. */
  readonly withinMs: number;
  readonly overflow: readonly OverflowRule[];
}

export interface Rules {
  readonly kinds: Readonly<Record<string, KindRules>>;
  readonly queues: readonly QueueRules[];
  /** Where the work of a queue goes that is no longer there. */
  readonly fallbackQueueId: string;
  /** An agent whose last connection is gone is offline after so long. */
  readonly graceMs: number;
  /** For so long what came back from an agent goes to them before others, when they are there again. */
  readonly stickyMs: number;
  /** So many offers in a row not answered: away. 0: never. */
  readonly missesUntilAway: number;
}

export type PresenceState = "available" | "busy" | "away" | "wrapUp" | "offline";

export interface Presence {
  readonly state: PresenceState;
  /** A code of the centre's own, empty for none; the engine sets `noAnswer` and `vanished`. */
  readonly reason: string;
  readonly sinceMs: number;
  /** Then available again; null: until the agent says so. */
  readonly untilMs: number | null;
}

/** What the administration knows of an agent. */
export interface AgentFacts {
  readonly id: string;
  readonly skills: Skills;
  readonly teamIds: readonly string[];
  /** Only these queues; null: all that fit. */
  readonly queueIds: readonly string[] | null;
  readonly capacity: Capacity;
}

export interface AgentRow extends AgentFacts {
  readonly presence: Presence;
  /** Since when no connection is left; null: there is one. */
  readonly vanishedAtMs: number | null;
  /** When work last came or went. */
  readonly idleSinceMs: number;
  /** Offers in a row that were not answered. */
  readonly missed: number;
  /** The waiting item that this agent takes nothing else for; null: none. */
  readonly keptForItemId: string | null;
}

/** A work item as it comes. */
export interface Arrival {
  readonly id: string;
  /** Drawn once in rising order: decides between what came at the same instant. */
  readonly number: number;
  readonly kind: string;
  readonly queueId: string;
  /** When the customer first came: an earlier place is brought along. */
  readonly arrivedAtMs: number;
  /** When its promise is due; null: by the queue's own. */
  readonly dueAtMs: number | null;
  /** 0 as promised, to 3: due after a quarter of its time. */
  readonly importance: number;
  readonly requires: Skills;
  readonly prefers: Readonly<Record<string, number>>;
  readonly facts: Facts;
  /** Best first: the last agent, the account's agent. They need no skill and no team for it. */
  readonly preferredAgentIds: readonly string[];
}

export interface Decline {
  readonly agentId: string;
  readonly times: number;
  /** Not asked again before. */
  readonly untilMs: number;
}

/** Waits for certain agents. `alone`: for nobody else; else the others are asked too. `absentToo`: also while they are away. */
export interface WaitingFor {
  readonly agentIds: readonly string[];
  readonly untilMs: number;
  readonly alone: boolean;
  readonly absentToo: boolean;
}

export type Rest = "none" | "dormant" | "parked";

export interface Holding {
  readonly agentId: string;
  readonly sinceMs: number;
  readonly rest: Rest;
  /** A parked one comes back by itself; null: when it is taken back or wakes. */
  readonly parkedUntilMs: number | null;
  /** Its agent is gone: it is returned then; null: the agent is there. */
  readonly keptUntilMs: number | null;
}

export interface Prediction {
  readonly atMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

export interface ItemRow extends Arrival {
  readonly state: "waiting" | "offered" | "held";
  readonly enteredAtMs: number;
  readonly waitingSinceMs: number;
  readonly step: number;
  /** Fencing: rises with every offer; an answer with another one is refused. */
  readonly token: number;
  /** Only these teams (after a transfer to a team); null: the queue's. */
  readonly teamIds: readonly string[] | null;
  readonly declines: readonly Decline[];
  readonly waitingFor: WaitingFor | null;
  readonly offer: { readonly agentId: string; readonly untilMs: number } | null;
  readonly holding: Holding | null;
  /** Queues it overflowed from: it does not go back to them by itself. */
  readonly leftQueueIds: readonly string[];
  /** When it was offered first since it waits, and what was predicted when it began to: the measures of the wait. */
  readonly firstOfferAtMs: number | null;
  readonly predicted: Prediction | null;
}

export interface QueueRow {
  readonly id: string;
  readonly paused: boolean;
  readonly open: boolean;
  /** For each overflow rule: is it on? */
  readonly overflowing: readonly boolean[];
}

/** What was measured of one kind of work in one queue; see model-waiting.ts. */
export interface LineRow {
  readonly queueId: string;
  readonly kind: string;
  readonly atMs: number;
  readonly starts: number;
  readonly busyMs: number;
  readonly left: number;
  readonly waitedMs: number;
  readonly answered: number;
  readonly within: number;
  readonly ringMs: number;
  readonly stretchLow: number;
  readonly stretchHigh: number;
  readonly judged: number;
  readonly inside: number;
}

/** Everything the engine knows but its rules. Lines and queues may be missing: then nothing was measured, and all are open. */
export interface Rows {
  readonly atMs: number;
  readonly agents: readonly AgentRow[];
  readonly items: readonly ItemRow[];
  readonly queues: readonly QueueRow[];
  readonly lines: readonly LineRow[];
}

export type Destination =
  /** `backFrom`: a transfer to this agent is taken back, where it still waits for them or is with them; its steps go on as they were. */
  | { readonly queueId: string; readonly backFrom?: string | undefined }
  | { readonly teamId: string }
  /** For so long for this agent alone, away or not; then for the queue it is in. */
  | { readonly agentId: string; readonly forMs: number };

type At = { readonly atMs: number };
type OfItem = At & { readonly itemId: string };
type OfAgent = At & { readonly agentId: string };

/** Facts with their instant (milliseconds since 1970). One that is earlier than the one before is taken to be of the same instant. */
export type Happening =
  | (At & { readonly what: "arrived"; readonly item: Arrival })
  | (OfItem & { readonly what: "accepted"; readonly agentId: string; readonly token: number })
  | (OfItem & { readonly what: "declined"; readonly agentId: string; readonly token: number })
  | (OfItem & { readonly what: "finished"; readonly agentId: string })
  /** The customer is gone, or it is settled otherwise: from wherever it is. */
  | (OfItem & { readonly what: "left" })
  | (OfItem & { readonly what: "pulled"; readonly agentId: string })
  /** A person gave it to this agent, from wherever it is: whether it fits or not, and if it can be kept, also while they are away. */
  | (OfItem & { readonly what: "given"; readonly agentId: string })
  | (OfItem & { readonly what: "parked"; readonly agentId: string; readonly untilMs: number | null })
  | (OfItem & { readonly what: "takenBack"; readonly agentId: string })
  /** Nobody wrote for a while in a held one. */
  | (OfItem & { readonly what: "fellAsleep" })
  | (OfItem & { readonly what: "woke" })
  /** By its agent or a supervisor, from wherever it is. */
  | (OfItem & { readonly what: "transferred"; readonly to: Destination })
  | (OfItem & { readonly what: "becameOtherKind"; readonly kind: string })
  | (OfItem & { readonly what: "promiseChanged"; readonly dueAtMs: number | null; readonly importance: number })
  /** It is about something else, or somebody else: it keeps its place, and asks for what its queue asks of the new facts. */
  | (OfItem & { readonly what: "factsChanged"; readonly facts: Facts; readonly requires: Skills })
  /** Is new, or has other skills, teams, queues or capacity. */
  | (At & { readonly what: "agentChanged"; readonly agent: AgentFacts })
  | (OfAgent & { readonly what: "agentRemoved" })
  | (OfAgent & {
      readonly what: "presenceChanged";
      readonly state: PresenceState;
      readonly reason: string;
      readonly untilMs: number | null;
    })
  /** The last connection is gone; a first one is there again. */
  | (OfAgent & { readonly what: "vanished" })
  | (OfAgent & { readonly what: "appeared" })
  | (At & { readonly what: "queuePaused"; readonly queueId: string; readonly paused: boolean })
  | (At & { readonly what: "queueOpened"; readonly queueId: string; readonly open: boolean })
  | (At & { readonly what: "rulesChanged"; readonly rules: Rules })
  | (At & { readonly what: "timePassed" });

export type RefusalCode =
  | "unknownItem"
  | "unknownAgent"
  | "unknownQueue"
  | "unknownKind"
  | "alreadyThere"
  | "notANumber"
  | "offerOver"
  | "notHeld"
  | "notWaiting"
  | "mayNotPull"
  | "notAble"
  | "notAvailable"
  | "noRoom"
  | "notParked";

/** Why this agent and why now: codes and numbers, no sentence. */
export interface Because {
  /** What made it possible: the item came or came back, or the agent had room. */
  readonly now: "item" | "room";
  readonly urgencyAtMs: number;
  readonly arrivedAtMs: number;
  readonly waitedMs: number;
  readonly order: Order | "preferred";
  /** By the order: idle since, level of skill, or parts taken; the place among the preferred. */
  readonly value: number;
  /** Agents who were free and able too and come after by the order, up to two; or who declined it. */
  readonly others: readonly { readonly agentId: string; readonly value: number; readonly why: "later" | "declined" }[];
  /** The most urgent of the other kinds that this agent could have had, and why not they. */
  readonly instead: readonly {
    readonly itemId: string;
    readonly kind: string;
    readonly urgencyAtMs: number;
    readonly why: "lessUrgent" | "noRoom" | "inTheWay";
  }[];
  /** The step of relaxation, what is asked for now, and what no longer is. */
  readonly step: number;
  readonly requires: Skills;
  readonly relaxed: Skills;
  readonly waitedFor: WaitingFor | null;
  /** How often this item was declined or not answered before. */
  readonly declined: number;
}

export type WhyWaiting =
  | "arrived"
  | "declined"
  | "notAnswered"
  | "returned"
  | "transferred"
  | "otherKind"
  /** It no longer waits for certain agents alone. */
  | "patienceOver";

export type Decision =
  | {
      readonly what: "offered";
      readonly itemId: string;
      readonly agentId: string;
      readonly token: number;
      readonly untilMs: number;
      readonly because: Because;
    }
  | {
      readonly what: "held";
      readonly itemId: string;
      readonly agentId: string;
      readonly token: number;
      readonly how: "accepted" | "auto" | "pulled" | "given" | "takenBack" | "woke" | "otherKind";
    }
  /** The agent no longer has the offer. */
  | {
      readonly what: "withdrawn";
      readonly itemId: string;
      readonly agentId: string;
      readonly token: number;
      readonly why: "declined" | "notAnswered" | "left" | "moved" | "agentGone";
    }
  | {
      readonly what: "waiting";
      readonly itemId: string;
      readonly queueId: string;
      readonly why: WhyWaiting;
      readonly waitingFor: WaitingFor | null;
    }
  /** Held no longer: it goes back to its place. */
  | {
      readonly what: "returned";
      readonly itemId: string;
      readonly agentId: string;
      readonly why: "offline" | "shiftOver" | "noRoom" | "parkedOver" | "transferred" | "agentRemoved";
    }
  | { readonly what: "rested"; readonly itemId: string; readonly agentId: string; readonly rest: Rest }
  /** Its agent is gone; it stays theirs until then. */
  | { readonly what: "kept"; readonly itemId: string; readonly agentId: string; readonly untilMs: number | null }
  | { readonly what: "relaxed"; readonly itemId: string; readonly step: number; readonly requires: Skills }
  | {
      readonly what: "moved";
      readonly itemId: string;
      readonly fromQueueId: string;
      readonly queueId: string;
      readonly why: OverflowRule["when"] | "step" | "transferred" | "queueGone";
    }
  | {
      readonly what: "overflow";
      readonly queueId: string;
      readonly rule: number;
      readonly on: boolean;
      readonly measure: number;
    }
  | {
      readonly what: "ended";
      readonly itemId: string;
      readonly agentId: string | null;
      readonly why: "finished" | "left";
    }
  | { readonly what: "presence"; readonly agentId: string; readonly presence: Presence }
  /** The agent takes nothing that would stand in this more urgent item's way, or (null) takes everything again. */
  | { readonly what: "keptFree"; readonly agentId: string; readonly itemId: string | null }
  | {
      readonly what: "refused";
      readonly happening: Happening["what"];
      readonly code: RefusalCode;
      readonly itemId: string | null;
      readonly agentId: string | null;
    };

/** How long it will take, told honestly: nine of ten times at least `lowMs`, nine of ten times at most `highMs`; so eight of ten lie between. */
export interface PredictedWait {
  readonly ms: number;
  readonly lowMs: number;
  readonly highMs: number;
  readonly by: "offered" | "queueLength" | "headOfLine" | "usual";
}

export interface Wait {
  /** From 1, over all kinds of its queue. */
  readonly place: number;
  readonly of: number;
  /** Before it, of its own kind. */
  readonly ahead: number;
  /** Null: nothing honest can be said; see `why`. */
  readonly predicted: PredictedWait | null;
  readonly why: "shut" | "nobodyThere" | null;
}

/** One kind of work in one queue, now. */
export interface LineNow {
  readonly waiting: number;
  readonly longestMs: number;
  /** Answered within the queue's threshold, percent, of what was answered lately; null: nothing was. */
  readonly serviceLevel: number | null;
  /** What who comes now would be told. */
  readonly next: PredictedWait | null;
  /** Of so many predictions that were judged, so many held. */
  readonly judged: number;
  readonly inside: number;
}
