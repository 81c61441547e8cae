// The history of a concern in sentences, made from the event log's entries. Called by the thread.
import type { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import type { Result } from "#contract/endpoint.ts";
import type { FieldOwner } from "#contract/fields.ts";
import type { EventData, EventKind } from "#contract/events.ts";
import type { DeskState } from "#web/state/apply.ts";
import { ranWords } from "#web/state/automationWords.ts";
import { fieldName, fieldWords } from "#web/state/fieldValues.ts";
import { nameWords } from "#web/state/names.ts";
import { dayAndTime, duration, listed, t, words } from "#web/state/words.ts";

export type HistoryEntry = Result<typeof concerns.history>["entries"][number];

type Names = Pick<DeskState, "agents" | "teams" | "topics" | "tiers" | "fields" | "brands">;

/** One entry as a sentence; null for entries that say nothing a person would miss (a message stands there itself). */
export const historyWords = (entry: HistoryEntry, names: Names): string | null => {
  const who = actorName(entry);
  switch (entry.kind as EventKind) {
    case "concern.created":
      return t("history.created", { who });
    case "concern.changed":
      return changeWords(entry, names);
    case "concern.fieldsChanged":
      return fieldsWords(entry, names);
    case "concern.followed": {
      const { agentId, following } = entry.data as EventData<"concern.followed">;
      return t(following ? "history.followed" : "history.unfollowed", {
        who: names.agents.find((agent) => agent.id === agentId)?.name ?? who,
      });
    }
    case "concern.linked": {
      const { kind, number } = (entry.data as EventData<"concern.linked">).link;
      return t(`history.linked.${kind}`, { who, number: String(number) });
    }
    case "concern.unlinked":
      return t("history.unlinked", { who, number: String((entry.data as EventData<"concern.unlinked">).number) });
    case "concern.partyJoined":
      return t("history.joined", { who: partyName((entry.data as EventData<"concern.partyJoined">).party) });
    case "message.kept":
      return t("history.kept", { who });
    case "message.moved": {
      const { move, undone } = entry.data as EventData<"message.moved">;
      const number = String(move.other.number);
      return undone
        ? t(`history.moved.undone.${move.side}`, { who, number })
        : t(`history.moved.${move.side}`, { who, number, count: move.count });
    }
    case "message.scheduled": {
      const { scheduled } = entry.data as EventData<"message.scheduled">;
      if (scheduled === null) return null;
      return scheduled.held ? t("history.heldBack") : t("history.rescheduled", { who, time: dayAndTime(scheduled.at) });
    }
    case "message.fileChecked": {
      const { name, held } = entry.data as EventData<"message.fileChecked">;
      return held?.why === "infected" ? t("history.fileInfected", { name, finding: held.finding ?? "" }) : null;
    }
    case "message.secretShown": {
      const { what, name } = entry.data as EventData<"message.secretShown">;
      return t(`history.secretShown.${what}`, { who, name: name ?? "" });
    }
    case "rating.asked":
      return t("history.ratingAsked");
    case "rating.given": {
      const { score, text } = entry.data as EventData<"rating.given">;
      return t(text === "" ? "history.ratingGiven" : "history.ratingSaid", { who, score: String(score), text });
    }
    case "promise.kept":
    case "promise.missed":
    case "promise.late":
    case "promise.warned":
    case "promise.escalated":
      return promiseWords(entry, names);
    case "automation.ran":
      return ranWords(entry.data as EventData<"automation.ran">, who, names);
    case "flow.began": {
      const { name, by } = entry.data as EventData<"flow.began">;
      return t(by === "desk" ? "history.flowSent" : "history.flowBegan", { who, name });
    }
    case "flow.ended": {
      const { name, over } = entry.data as EventData<"flow.ended">;
      return t(`history.flowEnded.${over}`, { name });
    }
    case "message.withdrawn":
      return t("history.withdrawn", { who });
    default:
      return null;
  }
};

/** Who did it; a rule is called one, and so is a flow. */
const actorName = ({ actor, data }: HistoryEntry): string => {
  if (actor.kind !== "helper") return actor.name;
  const { because } = data as { readonly because?: string | null };
  return t(because?.startsWith("flow") === true ? "history.flow" : "history.rule", { name: actor.name });
};

const promiseWords = ({ kind, data }: HistoryEntry, names: Names): string => {
  const said = data as EventData<"promise.late"> & EventData<"promise.warned">;
  const { promise, rule, dueAt } = said;
  const facts = { promise: t(`promises.kinds.${promise}`), rule, time: dueAt === null ? "–" : dayAndTime(dueAt) };
  switch (kind) {
    case "promise.kept":
      return t("history.promiseKept", facts);
    case "promise.missed":
      return t("history.promiseMissed", facts);
    case "promise.late":
      return t("history.promiseLate", { ...facts, late: duration(said.lateMs) });
    default: {
      const told = names.agents.filter(({ id }) => said.agentIds.includes(id)).map(({ name }) => name);
      const what = t(kind === "promise.warned" ? "history.promiseWarned" : "history.promiseEscalated", facts);
      return told.length === 0 ? what : `${what}. ${t("history.promiseTold", { who: listed(told) })}`;
    }
  }
};

const concernsOwn: FieldOwner = "concern";

const fieldsWords = (entry: HistoryEntry, names: Names): string => {
  // Entries of before said only that something changed.
  const { changed } = entry.data as Partial<EventData<"concern.fieldsChanged">>;
  if (changed === undefined) return t("history.fields", { who: entry.actor.name });
  const what = changed.map(({ key, after }) => {
    const name = fieldName(names.fields, concernsOwn, key);
    const kind = names.fields.find((field) => field.owner === concernsOwn && field.key === key)?.kind ?? "text";
    return after === null
      ? t("history.fieldGone", { name })
      : t("history.field", { name, value: fieldWords(after, kind) });
  });
  return t("history.did", { who: entry.actor.name, what: what.join(" · ") });
};

const partyName = (party: { readonly name: string; readonly value: string }): string =>
  nameWords(party.name || party.value);

const changeWords = (entry: HistoryEntry, names: Names): string | null => {
  const { patch, because } = entry.data as EventData<"concern.changed">;
  const who = actorName(entry);
  const parts = [
    patch.status &&
      (patch.status === "snoozed" && patch.snoozedUntil
        ? t("history.snoozed", { time: dayAndTime(patch.snoozedUntil) })
        : t("history.status", { status: t(`status.${patch.status}`) })),
    patch.priority && t("history.priority", { priority: t(`priority.${patch.priority}`) }),
    patch.subject !== undefined && t("history.subject", { subject: patch.subject }),
    patch.assigneeId !== undefined && named("assignee", patch.assigneeId, names.agents),
    patch.teamId !== undefined && named("team", patch.teamId, names.teams),
    patch.topicId !== undefined && named("topic", patch.topicId, names.topics),
    patch.tags && (patch.tags.length > 0 ? t("history.tags", { tags: patch.tags.join(", ") }) : t("history.noTags")),
  ].filter((part): part is string => typeof part === "string");
  if (parts.length === 0) return null;
  const reason = because === null ? "" : ` (${words(`because.${because}`) ?? because})`;
  return t("history.did", { who, what: parts.join(" · ") }) + reason;
};

const named = (
  what: "assignee" | "team" | "topic",
  id: ConcernRow["assigneeId"] | string,
  all: readonly { readonly id: string; readonly name: string }[],
): string =>
  id === null
    ? t(`history.no.${what}`)
    : t(`history.${what}`, { name: all.find((one) => one.id === id)?.name ?? t("history.somebody") });
