// The only writer of the definitions of custom fields. Called by fields/routes.ts and the demo world.
import type { Who } from "#contract/actor.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { Field } from "#contract/fields.ts";
import type { FieldId } from "#contract/ids.ts";
import { say } from "#modules/audit/actions.ts";
import { topicById } from "#modules/brands/reads.ts";
import { cleanChoices } from "#modules/fields/model.ts";
import { deleteField, insertField, lockField, updateField } from "#modules/fields/store.ts";
import { breaksUnique, type Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;
type Changeable = Pick<Field, "name" | "topicId"> & { readonly choices: readonly string[] };

/** Defines a field. Refuses with nameTaken (also by the first name of another one), fieldWithoutChoices or unknownTopic. */
export const createField = (
  world: Acting,
  who: Who,
  input: Pick<Field, "owner" | "kind"> & Changeable,
): Promise<Field | Refusal> =>
  uniquely(() =>
    world.db.transaction(async (tx) => {
      const kept = await judged(tx, input, input);
      if ("refused" in kept) return kept;
      const field = await insertField(tx, {
        id: world.newId() as FieldId,
        owner: input.owner,
        key: kept.name,
        kind: input.kind,
        ...kept,
      });
      await say(world, tx, who, [{ kind: "field.changed", data: { field } }]);
      return field;
    }),
  );

/** Changes name, choices and topic of a field. Refuses with notFound, nameTaken, fieldWithoutChoices or unknownTopic. */
export const changeField = (world: Acting, who: Who, id: FieldId, input: Changeable): Promise<Field | Refusal> =>
  uniquely(() =>
    world.db.transaction(async (tx) => {
      const before = await lockField(tx, id);
      if (before === null) return refuse("notFound");
      const kept = await judged(tx, before, input);
      if ("refused" in kept) return kept;
      const field = { ...before, ...kept };
      await updateField(tx, field);
      await say(world, tx, who, [{ kind: "field.changed", data: { field } }]);
      return field;
    }),
  );

/** Asks for a field no longer; values that were filled in stay where they are. Refuses with notFound. */
export const removeField = (world: Acting, who: Who, id: FieldId): Promise<{ readonly done: true } | Refusal> =>
  world.db.transaction(async (tx) => {
    if (!(await deleteField(tx, id))) return refuse("notFound");
    await say(world, tx, who, [{ kind: "field.removed", data: { fieldId: id } }]);
    return { done: true };
  });

const judged = async (
  tx: Tx,
  fixed: Pick<Field, "owner" | "kind">,
  input: Changeable,
): Promise<Pick<Field, "name" | "choices" | "topicId"> | Refusal> => {
  const choices = fixed.kind === "choice" ? cleanChoices(input.choices) : [];
  if (fixed.kind === "choice" && choices.length === 0) return refuse("fieldWithoutChoices", undefined, "choices");
  const topicId = fixed.owner === "concern" ? input.topicId : null;
  if (topicId !== null && (await topicById(tx, topicId)) === null) return refuse("unknownTopic", undefined, "topicId");
  return { name: input.name, choices, topicId };
};

const uniquely = async (work: () => Promise<Field | Refusal>): Promise<Field | Refusal> => {
  try {
    return await work();
  } catch (error) {
    if (breaksUnique(error, "field_name") || breaksUnique(error, "field_key")) return refuse("nameTaken", {}, "name");
    throw error;
  }
};
