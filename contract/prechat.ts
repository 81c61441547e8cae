// What a chat asks before the first words: drawn by the widget, answered with the first words. The administrator sets it in the channel (channels/webchat/settings.ts).
import { z } from "zod";

/** One thing that is asked. `choices`: to choose from, each with what is sent back for it; null: it is typed. */
export interface AskedField {
  readonly id: "name" | "email" | "phone" | "topic" | "question";
  readonly isRequired: boolean;
  /** In the page's language; null: the widget's own words. */
  readonly label: string | null;
  readonly choices: readonly { readonly id: string; readonly label: string }[] | null;
}

/** What is answered beside name and mail address; empty: nothing. What was not asked, or is none of the choices, is not taken. */
export const preChatAnswers = z.strictObject({
  phone: z.string().max(40),
  topic: z.string().max(100),
  question: z.string().max(200),
});
export type PreChatAnswers = z.infer<typeof preChatAnswers>;
