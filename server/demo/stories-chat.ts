// What began in the chats lately: one goes on by mail, one is two things, one was asked twice, one waits; and somebody who is away. Part of stories.ts.
import { day, hour, type Told } from "#server/demo/told.ts";

const aysel = { name: "Aysel Öztürk", address: "aysel.oeztuerk@posteo.example" };
const ayselChat = { client: "android", chat: { visitor: "aysel" }, subject: "" } as const;

export const chatStories: Readonly<Record<string, Told>> = {
  umzug: {
    brand: "elb",
    customer: {
      name: "Mareike Thomsen",
      address: "mareike.thomsen@posteo.example",
      fields: { Kundennummer: "48210077", Tarif: "Elb Kombi 250" },
    },
    chat: { visitor: "mareike" },
    client: "apple",
    subject: "",
    steps: [
      [96, { kind: "introduce", email: "mareike.thomsen@posteo.example" }],
      [
        95,
        {
          kind: "say",
          text: "Moin! Wir ziehen Mitte des Monats von der Bernadottestraße in die Lange Reihe. Können wir den Anschluss mitnehmen?",
        },
      ],
      [94, { kind: "change", by: "lena", change: { status: "open" }, topic: "vertrag.umzug", assignee: "lena" }],
      [
        92,
        {
          kind: "out",
          by: "lena",
          chat: "here",
          statusAfter: "waiting",
          text: "Moin Frau Thomsen, das machen wir gern. Drei Angaben brauche ich dafür:",
          parts: [
            {
              kind: "form",
              title: "Ihr Umzug",
              fields: [
                { label: "Neue Anschrift", type: "text", required: true, options: [] },
                { label: "Umzugsdatum", type: "date", required: true, options: [] },
                { label: "Etage", type: "choice", required: false, options: ["Erdgeschoss", "1. bis 3.", "Höher"] },
              ],
            },
          ],
        },
      ],
      [89, { kind: "say", text: "", answers: ["Lange Reihe 48, 20099 Hamburg", "2026-12-15", "1. bis 3."] }],
      [88, { kind: "introduce", email: "mareike.thomsen@posteo.example", shown: true }],
      [
        85,
        {
          kind: "out",
          by: "lena",
          chat: "here",
          statusAfter: "waiting",
          text: "Danke! In der Langen Reihe 48 liegt beides.",
          parts: [
            {
              kind: "choices",
              question: "Womit möchten Sie dort ins Netz?",
              options: ["Kabel, wie bisher", "Glasfaser, 10 Euro mehr im Monat", "Das überlege ich mir noch"],
            },
          ],
        },
      ],
      [83, { kind: "say", text: "", answers: ["Glasfaser, 10 Euro mehr im Monat"] }],
      [82, { kind: "say", text: "Muss jetzt los, die Kita ruft. Schreiben Sie mir gern, ich lese es später." }],
      [
        24,
        {
          kind: "out",
          by: "lena",
          chat: "left",
          statusAfter: "waiting",
          text: "Liebe Frau Thomsen, der Techniker kommt am 15. zwischen 8 und 10 Uhr; am alten Anschluss läuft alles bis zum 20. weiter.",
          parts: [
            {
              kind: "article",
              title: "So läuft Ihr Umzug",
              summary: "Was am Tag selbst geschieht, und was in die neue Wohnung mitkommt.",
              url: "https://www.elbkabel.example/hilfe/umzug",
            },
          ],
        },
      ],
      [
        7,
        {
          kind: "in",
          text: "Liebe Frau Hartwig,\n\nwunderbar, der 15. passt. Eine Frage noch: Behalten wir unsere Telefonnummer, auch wenn wir über Glasfaser telefonieren?\n\nViele Grüße\nMareike Thomsen",
        },
      ],
    ],
  },
  zweiSachen: {
    brand: "elb",
    customer: { name: "Hinrich Behrens", address: "h.behrens@web.example" },
    chat: { visitor: "hinrich" },
    client: "gmx",
    subject: "",
    steps: [
      [3 * hour, { kind: "introduce", email: "" }],
      [
        3 * hour - 1,
        {
          kind: "say",
          text: "Guten Tag, auf Sport Elbe ruckelt das Bild seit gestern Abend, alle anderen Sender laufen.",
        },
      ],
      [3 * hour - 4, { kind: "change", by: "tom", change: { status: "open" }, topic: "tv.sender", assignee: "tom" }],
      [
        3 * hour - 5,
        {
          kind: "out",
          by: "tom",
          chat: "here",
          statusAfter: "waiting",
          text: "Guten Tag Herr Behrens, auf dem Sender wird heute gearbeitet, ab 18 Uhr sollte er ruhig laufen.",
        },
      ],
      [
        3 * hour - 8,
        {
          kind: "say",
          text: "Gut, dann warte ich. Noch etwas anderes: Auf der Rechnung steht seit drei Monaten ein Receiver für 4,90, den ich nie hatte.",
        },
      ],
      [3 * hour - 11, { kind: "split", by: "tom", last: 1, subject: "Receiver auf der Rechnung, den es nie gab" }],
    ],
  },
  zumErstenMal: {
    brand: "elb",
    customer: aysel,
    ...ayselChat,
    steps: [
      [5 * hour, { kind: "introduce", email: aysel.address }],
      [
        5 * hour - 1,
        {
          kind: "say",
          text: "Hallo, bei uns in der Stresemannstraße ist das Internet weg, die Lampe am Router ist rot.",
        },
      ],
      [
        5 * hour - 6,
        { kind: "change", by: "selin", change: { status: "open" }, topic: "internet.ausfall", assignee: "selin" },
      ],
      [
        4 * hour,
        {
          kind: "out",
          by: "selin",
          chat: "left",
          statusAfter: "waiting",
          text: "Guten Tag Frau Öztürk, in Ihrer Straße ist ein Verteiler ausgefallen. Die Kollegen sind dort; gegen Mittag sollte alles wieder laufen.",
        },
      ],
    ],
  },
  nochEinmal: {
    brand: "elb",
    customer: aysel,
    ...ayselChat,
    steps: [
      [4 * hour + 40, { kind: "say", text: "Ich noch mal: Internet ist immer noch weg! Die Nachbarin hat dasselbe." }],
      [4 * hour + 30, { kind: "merge", by: "selin", into: "zumErstenMal" }],
    ],
  },
  istDaJemand: {
    brand: "elb",
    customer: { name: "Bente Lorenzen", address: "bente.lorenzen@mail.example" },
    chat: { visitor: "bente" },
    client: "gmail",
    subject: "",
    steps: [
      [9, { kind: "say", text: "Hallo, ist da jemand? Seit dem Update findet mein Router kein WLAN mehr." }],
      [8, { kind: "introduce", email: "" }],
    ],
  },
  tills: {
    brand: "harbour",
    customer: { name: "Niamh Fairbrook", address: "niamh@quayside-bakery.example", organisation: "Quayside Bakery" },
    chat: { visitor: "niamh" },
    client: "gmail",
    subject: "",
    rates: { score: 5, text: "Fixed before the lunch rush. Thank you, Emma!", afterMs: 95 * 60_000 },
    steps: [
      [day + 2 * hour, { kind: "introduce", email: "niamh@quayside-bakery.example", shown: true }],
      [
        day + 2 * hour - 1,
        { kind: "say", text: "Hi, our card tills drop off the wifi every few minutes since this morning." },
      ],
      [
        day + 2 * hour - 3,
        { kind: "change", by: "emma", change: { status: "open" }, topic: "technik.router", assignee: "emma" },
      ],
      [
        day + 2 * hour - 4,
        {
          kind: "out",
          by: "emma",
          chat: "here",
          statusAfter: "waiting",
          text: "Hello Niamh, your router moved to a crowded channel overnight. I have moved it back; could you restart one till, as described here?",
          parts: [
            {
              kind: "article",
              title: "Reconnecting card terminals",
              summary: "Two minutes per till, no engineer needed.",
              url: "https://www.harbourfibre.example/help/card-terminals",
            },
          ],
        },
      ],
      [day + 2 * hour - 12, { kind: "say", text: "All three are back and steady. You are a star!" }],
      [day + 2 * hour - 14, { kind: "change", by: "emma", change: { status: "resolved" } }],
    ],
  },
  abwesend: {
    brand: "elb",
    customer: { name: "Hausverwaltung Dierks", address: "verwaltung@dierks-immobilien.example" },
    client: "outlook",
    subject: "Zugang zum Hausanschlussraum, Eimsbütteler Chaussee 90",
    steps: [
      [
        2 * day,
        {
          kind: "in",
          text: "Guten Tag,\n\nin unserem Objekt Eimsbütteler Chaussee 90 soll laut Aushang der Hausanschluss getauscht werden. Bitte stimmen Sie den Termin vorher mit uns ab.\n\nFreundliche Grüße\nR. Dierks\nHausverwaltung Dierks",
        },
      ],
      [
        2 * day - 50,
        { kind: "change", by: "jonas", change: { status: "open" }, topic: "technik.termin", assignee: "jonas" },
      ],
      [
        2 * day - 60,
        {
          kind: "out",
          by: "jonas",
          statusAfter: "waiting",
          text: "Guten Tag,\n\nsehr gern. Passt Ihnen Donnerstag zwischen 9 und 11 Uhr? Wir brauchen etwa eine Stunde und jemanden, der aufschließt.",
        },
      ],
      [
        2 * day - 62,
        {
          kind: "in",
          headers: ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All"],
          text: "Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich Freitag nicht im Haus und lese Mails nur unregelmäßig. In dringenden Fällen hilft Frau Kruse unter 040 5550190.",
        },
      ],
    ],
  },
};
