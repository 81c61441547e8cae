// What the demo's customers say of how their concern was settled: most are content, a complaint rarely ends so. Used by background.ts and chats.ts.
import type { Random } from "#lib/corpus/random.ts";
import type { Rates } from "#server/demo/script.ts";

const words: Readonly<Record<"de" | "en", Readonly<Record<Rates["score"], readonly string[]>>>> = {
  de: {
    5: [
      "Schnell, freundlich, erledigt. So soll es sein!",
      "Hat beim ersten Mal geklappt, vielen Dank.",
      "Endlich jemand, der zuhört.",
      "Besser als jede Hotline, bei der ich bisher hing.",
      "Am Samstag geschrieben, am Samstag gelöst. Respekt.",
    ],
    4: [
      "Gute Hilfe, die erste Antwort hätte etwas schneller kommen dürfen.",
      "Alles gut, nur musste ich meine Kundennummer zweimal nennen.",
      "Freundlich und kompetent.",
    ],
    3: [
      "Geht wieder, aber es hat drei Tage gedauert.",
      "Die Antwort war in Ordnung, die Ursache kenne ich bis heute nicht.",
      "Mal sehen, ob es diesmal hält.",
    ],
    2: [
      "Dreimal dasselbe erklärt, jedes Mal jemand anderes.",
      "Der Termin wurde ohne Nachricht verschoben.",
      "Freundlich, aber geholfen hat am Ende der Nachbar.",
    ],
    1: [
      "Das Problem besteht weiter!",
      "Eine Woche ohne Internet und dann eine Standardantwort. Ich bin bedient.",
      "Gutschrift versprochen, nie gekommen.",
    ],
  },
  en: {
    5: [
      "Sorted within the hour, brilliant.",
      "Clear, quick and polite. Thank you!",
      "Best support of any of our suppliers.",
    ],
    4: ["Good help, though it took two goes.", "Solved. An earlier update would have been nice."],
    3: ["It works again, but nobody told us what it was.", "Average. The engineer knew more than the first reply."],
    2: ["Had to chase twice for an answer.", "We explained the same thing to three people."],
    1: ["Half a day offline and a credit of two pounds.", "Still not fixed. Why is this marked as settled?"],
  },
};

type Shares = readonly { readonly score: Rates["score"]; readonly weight: number }[];
const shares: Shares = [
  { score: 5, weight: 47 },
  { score: 4, weight: 25 },
  { score: 3, weight: 12 },
  { score: 2, weight: 7 },
  { score: 1, weight: 9 },
];
const praiseShares: Shares = [
  { score: 5, weight: 70 },
  { score: 4, weight: 24 },
  { score: 3, weight: 6 },
];
const complaintShares: Shares = [
  { score: 5, weight: 8 },
  { score: 4, weight: 17 },
  { score: 3, weight: 25 },
  { score: 2, weight: 22 },
  { score: 1, weight: 28 },
];

const hourMs = 3_600_000;

/** What somebody would say, who has or has not said thanks; undefined: they do not answer when they are asked, as most do not. */
export const ratesFor = (random: Random, language: "de" | "en", topic: string, thanked: boolean): Rates | undefined => {
  const { score } = random.weighted(
    thanked || topic === "lob" ? praiseShares : topic === "beschwerde" ? complaintShares : shares,
  );
  const isAnswered = random.chance(score <= 2 ? 0.55 : 0.45);
  const isSaid = random.chance(score <= 2 ? 0.75 : score === 3 ? 0.5 : 0.3);
  const text = random.pick(words[language][score]);
  const afterMs = Math.min(9 * 24, random.around(5, 1.2)) * hourMs;
  return isAnswered ? { score, text: isSaid ? text : "", afterMs: Math.round(afterMs) } : undefined;
};
