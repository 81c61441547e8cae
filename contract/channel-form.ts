// What the form for connecting a channel asks for, as data: made from the settings' own schema by server/channel-form.ts, drawn by the desk.
// Words stand in locales under `channels.<kind>.<field>`.
import { z } from "zod";
import { capabilities, channelKind } from "#contract/channel.ts";

const asked = {
  name: z.string(),
  /** Asked only while another field of the same group is set to that. */
  when: z.strictObject({ name: z.string(), is: z.string() }).nullable(),
};

/** One thing to fill in; `start` is what an empty form begins with. "secret" and "longSecret" are never sent back by the server. */
export const simpleField = z.discriminatedUnion("kind", [
  z.strictObject({ ...asked, kind: z.literal("text"), start: z.string().nullable(), optional: z.boolean() }),
  /** Several lines of plain text, of at most so many characters. */
  z.strictObject({ ...asked, kind: z.literal("longText"), start: z.string().nullable(), most: z.number().int() }),
  z.strictObject({ ...asked, kind: z.literal("number"), start: z.number().nullable() }),
  z.strictObject({ ...asked, kind: z.literal("flag"), start: z.boolean() }),
  z.strictObject({ ...asked, kind: z.enum(["secret", "longSecret"]), start: z.null() }),
  /** `lines`: one per line, a comma belongs to it; else commas divide, too. */
  z.strictObject({ ...asked, kind: z.literal("list"), start: z.array(z.string()), lines: z.boolean() }),
  /** "#" and six hexadecimal digits; where it is optional it may be empty. */
  z.strictObject({ ...asked, kind: z.literal("colour"), start: z.string(), optional: z.boolean() }),
  z.strictObject({ ...asked, kind: z.literal("choice"), start: z.string(), options: z.array(z.string()) }),
]);
export type SimpleField = z.infer<typeof simpleField>;

/** A group that is optional is switched off as a whole: its value is null then. Of rows there are up to `most`, in the order they are given. Neither holds groups or rows. */
export const formField = z.discriminatedUnion("kind", [
  ...simpleField.options,
  z.strictObject({ ...asked, kind: z.literal("group"), fields: z.array(simpleField), optional: z.boolean() }),
  z.strictObject({ ...asked, kind: z.literal("rows"), fields: z.array(simpleField), most: z.number().int() }),
]);
export type FormField = z.infer<typeof formField>;

/** A kind of channel this centre can be connected by. `cents`: what a message by it costs the centre; null: nobody has said. */
export const kindOfChannel = z.strictObject({
  kind: channelKind,
  /** Null: it carries calls, nothing can be written by it. */
  can: capabilities.nullable(),
  fields: z.array(formField),
  cents: z.number().nullable(),
});
export type KindOfChannel = z.infer<typeof kindOfChannel>;
