// The only writers of drafts. Called by concerns/routes-drafts.ts, and by reply, note and undo in concerns' other actions.
import type { AgentActor } from "#contract/actor.ts";
import type { Draft, DraftQuote } from "#contract/concerns.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import type { BrandId, ChannelId, ConcernId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import { asDraft, rowFor, type ReadingWorld } from "#modules/concerns/reads.ts";
import { deleteDraft, upsertDraft, uploadsOf } from "#modules/concerns/store-drafts.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake"> & ReadingWorld;

/** What an agent has written so far. Recipients as typed: they are judged when it is sent. */
export interface DraftInput {
  readonly channelId: ChannelId | null;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly text: string;
  readonly html: string | null;
  readonly uploads: readonly string[];
  /** Left out: as usual. */
  readonly quote?: DraftQuote | undefined;
}

const isEmpty = (input: DraftInput): boolean => input.text.trim() === "" && input.uploads.length === 0;

/** Keeps the agent's draft of a kind; an empty one (no text, no file) is forgotten and gives null. Uploads of others are refused with notFound. */
export const saveDraft = (
  world: Acting,
  who: AgentActor,
  concernId: ConcernId,
  kind: Draft["kind"],
  input: DraftInput,
): Promise<Draft | null | Refusal> =>
  world.db.transaction(async (tx) => {
    const row = await rowFor(tx, who, concernId);
    if (isRefusal(row)) return row;
    if (isEmpty(input)) {
      await forgetDraft(world, tx, who, { concernId, brandId: row.brandId, kind });
      return null;
    }
    return keepDraft(world, tx, who, { concernId, brandId: row.brandId, kind }, input);
  });

/** Keeps a draft inside a transaction at hand; also what undo-send calls to give the text back. */
export const keepDraft = async (
  world: Acting,
  tx: Tx,
  who: AgentActor,
  place: DraftPlace,
  input: DraftInput,
): Promise<Draft | Refusal> => {
  if (
    input.channelId !== null &&
    !(await channelsOfBrand(tx, place.brandId)).some((channel) => channel.id === input.channelId)
  )
    return refuse("unknownChannel", {}, "channelId");
  const files = await uploadsOf(tx, who.id, input.uploads);
  if (files.length < input.uploads.length) return refuse("notFound", {}, "uploads");
  const key = { concernId: place.concernId, agentId: who.id, kind: place.kind };
  const at = world.now().toISOString();
  await upsertDraft(tx, key, { ...input, quote: input.quote ?? null, at });
  const draft = asDraft(world.links, {
    concernId: place.concernId,
    kind: place.kind,
    channelId: input.channelId,
    to: input.to,
    cc: input.cc,
    text: input.text,
    html: input.html,
    quote: input.quote ?? null,
    updatedAt: at,
    files,
  });
  const { uploads, ...rest } = draft;
  const said = { ...rest, uploadIds: uploads.map((upload) => upload.uploadId) };
  await say(world, tx, who, [
    {
      kind: "draft.changed",
      concernId: place.concernId,
      brandId: place.brandId,
      data: { agentId: who.id, kind: place.kind, draft: said },
    },
  ]);
  return draft;
};

/** Where a draft belongs. */
export interface DraftPlace {
  readonly concernId: ConcernId;
  readonly brandId: BrandId;
  readonly kind: Draft["kind"];
}

/** Forgets the agent's draft inside a transaction at hand: what reply and note call once it has become a message. Nothing happens when there is none. */
export const forgetDraft = async (
  world: Pick<World, "now" | "wake">,
  tx: Tx,
  who: AgentActor,
  place: DraftPlace,
): Promise<void> => {
  if (!(await deleteDraft(tx, { concernId: place.concernId, agentId: who.id, kind: place.kind }))) return;
  await say(world, tx, who, [
    {
      kind: "draft.changed",
      concernId: place.concernId,
      brandId: place.brandId,
      data: { agentId: who.id, kind: place.kind, draft: null },
    },
  ]);
};
