// What a chat asks before the first words, as its channel is set, and what becomes of the answers. Called by server/chat.ts.
import type { PreChatSettings, WebchatSettings } from "#channels/webchat/settings.ts";
import type { AskedField, PreChatAnswers } from "#contract/prechat.ts";
import type { TopicId } from "#contract/ids.ts";
import { inBoth } from "#lib/inBoth.ts";
import { allTopics } from "#modules/brands/reads.ts";
import type { FormAnswers } from "#modules/concerns/actions-visitor.ts";
import type { Tx } from "#platform/db/db.ts";
import type { ConnectedChannel } from "#server/intake.ts";

type Language = "de" | "en";

const formOf = (channel: ConnectedChannel): PreChatSettings | null => (channel.settings as WebchatSettings).form;

/** The topics that are offered: those of the centre that the form names, by their own name. */
const topicsOf = async (
  tx: Tx,
  form: PreChatSettings,
): Promise<{ readonly id: TopicId; readonly words: Readonly<Record<Language, string>> }[]> => {
  if (form.topic === "no") return [];
  const known = new Map((await allTopics(tx)).map(({ id, name }) => [name.toLowerCase(), id]));
  return form.topics.flatMap((line) => {
    const words = inBoth(line);
    const id = known.get(words.de.toLowerCase()) ?? known.get(words.en.toLowerCase());
    return id === undefined ? [] : [{ id, words }];
  });
};

/** What is asked, in the page's language; empty: nothing. */
export const askedBy = async (
  tx: Tx,
  channel: ConnectedChannel,
  language: Language,
): Promise<readonly AskedField[]> => {
  const form = formOf(channel);
  if (form === null) return [];
  const plain = (["name", "email", "phone"] as const).flatMap((id): AskedField[] =>
    form[id] === "no" ? [] : [{ id, isRequired: form[id] === "required", label: null, choices: null }],
  );
  const topics = (await topicsOf(tx, form)).map(({ id, words }) => ({ id: id as string, label: words[language] }));
  const choices = form.choices.map(inBoth).map((words) => ({ id: words.de, label: words[language] }));
  return [
    ...plain,
    ...(topics.length === 0
      ? []
      : [{ id: "topic" as const, isRequired: form.topic === "required", label: null, choices: topics }]),
    ...(form.question === "no" || choices.length === 0
      ? []
      : [
          {
            id: "question" as const,
            isRequired: form.question === "required",
            label: inBoth(form.questionWords)[language],
            choices,
          },
        ]),
  ];
};

/** The answers that are ones, as a concern takes them: a topic that was offered, and the choice under the name of its field. */
export const answersIn = async (tx: Tx, channel: ConnectedChannel, answers: PreChatAnswers): Promise<FormAnswers> => {
  const form = formOf(channel);
  if (form === null) return { topicId: null, fields: {} };
  const topic = (await topicsOf(tx, form)).find(({ id }) => id === answers.topic);
  const isChoice = form.question !== "no" && form.choices.some((line) => inBoth(line).de === answers.question);
  const field = form.questionField.trim() || inBoth(form.questionWords).de;
  return {
    topicId: topic?.id ?? null,
    fields: isChoice && field !== "" ? { [field.slice(0, 100)]: answers.question } : {},
  };
};

/** The phone number of the answers, if it was asked. */
export const phoneIn = (channel: ConnectedChannel, answers: PreChatAnswers): string =>
  (formOf(channel)?.phone ?? "no") === "no" ? "" : answers.phone;
