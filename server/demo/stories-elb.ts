// What has been going on at Elbkabel for days. Part of stories.ts.
import { pdf } from "#lib/corpus/files.ts";
import { blackScreen, day, hour, type Told } from "#server/demo/told.ts";
import { foreground } from "#server/demo/cast.ts";

const { juergen, helga, kita, nils } = foreground;

const invoice = (number: string, lines: readonly string[]) => ({
  name: `Rechnung_${number}.pdf`,
  mediaType: "application/pdf",
  bytes: pdf([`Elbkabel GmbH - Rechnung ${number}`, "", ...lines]),
  inlineId: null,
});

export const elbStories: Readonly<Record<string, Told>> = {
  grossmann: {
    brand: "elb",
    customer: juergen,
    client: "thunderbird",
    subject: "Größere Störung in der Müggenburger Straße – Bildausfälle über Äther und Kabel",
    steps: [
      [
        9 * day,
        {
          kind: "in",
          text: "Sehr geehrte Damen und Herren,\n\nseit dem Gewitter am Donnerstag gibt es bei uns in der Müggenburger Straße 11 größere Störungen: Über alle öffentlich-rechtlichen Sender laufen Klötzchen, und das Internet fällt für Minuten ganz aus. Überprüft habe ich: Dose, Verstärker, Anschlusskabel (neu, geschirmt).\n\nBemerkenswert: Die Nachbarin Frau Äußerling gegenüber hat dasselbe, Herr Öztürk im Hinterhaus dagegen nicht.\n\nKönnen Sie das bitte prüfen?\n\nMit freundlichen Grüßen\nJürgen Größmann\nKd.-Nr. 30412877",
          files: [blackScreen],
        },
      ],
      [
        9 * day - 40,
        {
          kind: "change",
          by: "mina",
          change: {
            status: "open",
            priority: "high",
            tags: ["segment-altona", "messung"],
            fields: { Anschluss: "Kabel" },
          },
          topic: "internet.ausfall",
          assignee: "mina",
        },
      ],
      [
        9 * day - 75,
        {
          kind: "out",
          by: "mina",
          statusAfter: "waiting",
          text: "Guten Tag Herr Größmann,\n\nvielen Dank für die ausführliche Beschreibung, das hilft uns sehr. Dürfte ich Sie um eine Messung bitten? Unter «Übersicht → Kabel-Informationen» zeigt Ihre FRITZ!Box die Pegel; ein Bildschirmfoto genügt.",
        },
      ],
      [
        8 * day + 5 * hour,
        {
          kind: "in",
          text: "Guten Tag Frau Yılmaz,\n\ndie Werte: Empfang zwischen -9 und -12 dBmV, MSE -31 dB, nicht korrigierbare Fehler über 180.000 seit gestern. Senderichtung 52 dBmV. Für mein Gefühl ist das zu viel.\n\nSchöne Grüße\nJürgen Größmann",
        },
      ],
      [
        8 * day + 4 * hour,
        {
          kind: "note",
          by: "mina",
          text: "Rückweg am Anschlag, 52 dBmV. Sieht nach Hausverstärker oder Verteiler Müggenburger aus. @piet hast du da diese Woche eine Tour? @omar zur Kenntnis, drei Haushalte im selben Strang.",
        },
      ],
      [
        7 * day + 20 * hour,
        {
          kind: "note",
          by: "piet",
          text: "Mittwoch bin ich in Veddel, nehme ich mit. Schlüssel zum Keller hat laut Objektakte Hausmeister Düsterhöft.",
        },
      ],
      [
        7 * day + 19 * hour,
        {
          kind: "out",
          by: "mina",
          statusAfter: "waiting",
          text: "Guten Tag Herr Größmann,\n\nIhr Gefühl trügt nicht: Die Werte sind deutlich außerhalb. Unser Techniker Piet Sörensen kommt am Mittwoch zwischen 10 und 12 Uhr; er müsste in den Keller. Ist Herr Düsterhöft dann im Haus?",
        },
      ],
      [
        7 * day + 12 * hour,
        {
          kind: "in",
          text: "Hallo Frau Yılmaz,\n\nHerr Düsterhöft ist im Urlaub, den Schlüssel habe ich. Ich öffne gern.\n\nJürgen Größmann",
        },
      ],
      [
        5 * day + 3 * hour,
        {
          kind: "note",
          by: "piet",
          text: "Vor Ort: Verstärker im Keller durch Überspannung geschädigt, Ersatz bestellt (kommt Montag). Provisorisch Dämpfungsglied gesetzt, damit läuft das Bild.",
        },
      ],
      [
        5 * day + 2 * hour,
        {
          kind: "out",
          by: "mina",
          statusAfter: "waiting",
          text: "Guten Tag Herr Größmann,\n\nvielen Dank fürs Öffnen! Der Verstärker hat beim Gewitter Schaden genommen und wird nächste Woche getauscht. Bis dahin sollte das Bild stehen, das Internet könnte abends noch langsamer sein.",
        },
      ],
      [
        2 * day + 6 * hour,
        {
          kind: "in",
          text: "Guten Abend,\n\ndas Bild steht tatsächlich, großes Lob an Herrn Sörensen. Das Internet bricht abends weiter ein (gestern 20:15 Uhr: 38 Mbit/s von 1000). Außerdem fragt Frau Äußerling, ob sie sich gesondert melden muss.\n\nSchöne Grüße aus der Müggenburger Straße\nJürgen Größmann",
        },
      ],
      [
        2 * day + 2 * hour,
        {
          kind: "out",
          by: "mina",
          statusAfter: "open",
          text: "Guten Tag Herr Größmann,\n\ndas gebe ich gern weiter. Der neue Verstärker ist gestern eingetroffen, der Einbau ist eingeplant. Frau Äußerling muss nichts tun: Der Tausch hilft dem ganzen Strang.\n\nFür die Ausfälle habe ich Ihnen 15,00 Euro gutgeschrieben.",
        },
      ],
      [
        95,
        {
          kind: "in",
          text: "Liebe Frau Yılmaz,\n\nheute früh war jemand da, aber nur um «zu gucken». Könnten Sie mir bitte sagen, wann nun wirklich getauscht wird? Am Wochenende kommen die Enkel, und ohne Internet wird es ungemütlich …\n\nHerzliche Grüße\nJürgen Größmann",
        },
      ],
      [
        60,
        {
          kind: "draft",
          by: "lena",
          as: "reply",
          text: "Guten Tag Herr Größmann,\n\ndas kläre ich sofort mit Herrn Sörensen und melde mich noch heute. ",
        },
      ],
    ],
  },
  helgaRouter: {
    brand: "elb",
    customer: helga,
    client: "outlook",
    subject: "Router zum DRITTEN Mal defekt",
    steps: [
      [
        16 * day,
        {
          kind: "in",
          text: "Guten Tag,\n\nauch das zweite Tauschgerät startet alle zehn Minuten neu. Seriennummer EK7Q2291. Ich bitte um ein NEUES Gerät, kein aufgearbeitetes.\n\nH. Pfeiffer",
        },
      ],
      [
        16 * day - 300,
        {
          kind: "change",
          by: "tom",
          change: { status: "open", tags: ["tauschgerät"], fields: { Gerätenummer: "EK7Q2291" } },
          topic: "technik.router",
          assignee: "tom",
        },
      ],
      [
        16 * day - 320,
        {
          kind: "out",
          by: "tom",
          statusAfter: "resolved",
          text: "Guten Tag Frau Pfeiffer,\n\nein Ersatzgerät ist unterwegs, Sendung 00340434. Das alte legen Sie bitte in denselben Karton.",
        },
      ],
      [
        3 * day,
        {
          kind: "in",
          text: "Es kam WIEDER ein aufgearbeitetes Gerät. Es startet WIEDER neu. Ich habe das schriftlich!\n\nH. Pfeiffer",
        },
      ],
    ],
  },
  helgaRechnung: {
    brand: "elb",
    customer: helga,
    client: "outlook",
    subject: "Rechnung R4471902: 49,90 EUR für einen Techniker, der nie da war",
    steps: [
      [
        6 * day,
        {
          kind: "in",
          text: "Sehr geehrte Damen und Herren,\n\nSie berechnen mir 49,90 Euro für einen «Technikereinsatz vor Ort». Hier war niemand. Ich fordere Sie auf, die Rechnung bis Monatsende zu korrigieren. Die Lastschrift habe ich zurückgebucht.\n\nHelga Pfeiffer\nKd.-Nr. 18220943",
          files: [
            invoice("R4471902", [
              "Elb Kombi 250            34,99 EUR",
              "Technikereinsatz vor Ort 49,90 EUR",
              "Gesamt                   84,89 EUR",
            ]),
          ],
        },
      ],
      [
        6 * day - 200,
        {
          kind: "change",
          by: "carla",
          change: { status: "open", tags: ["gutschrift"] },
          topic: "rechnung.hoehe",
          assignee: "carla",
        },
      ],
      [
        5 * day,
        {
          kind: "note",
          by: "carla",
          text: "Laut Tour war der Einsatz storniert, die Position ist trotzdem gelaufen. Gutschrift 49,90 angelegt, @omar gibst du frei?",
        },
      ],
      [4 * day, { kind: "snooze", by: "carla", forMs: 6 * 86_400_000 }],
    ],
  },
  helgaBeschwerde: {
    brand: "elb",
    customer: helga,
    client: "outlook",
    subject: "Letzte Aufforderung vor Einschaltung der Bundesnetzagentur",
    steps: [
      [
        170,
        {
          kind: "in",
          text: "An die Geschäftsführung\n\nSeit 2009 bin ich Ihre Kundin. In den letzten fünf Wochen: dreimal ein defekter Router, eine falsche Rechnung, vier Anrufe ohne Rückruf, zwei Mails ohne Antwort. Auf meine Mail von Freitag kam NICHTS.\n\nWenn ich bis morgen 12 Uhr keine Antwort von einem Menschen habe, der für ALLES zuständig ist, kündige ich fristlos und wende mich an die Bundesnetzagentur und an das Hamburger Abendblatt.\n\nHelga Pfeiffer",
        },
      ],
      [
        150,
        {
          kind: "change",
          by: "omar",
          change: { status: "open", priority: "urgent", tags: ["eskalation", "presse"] },
          topic: "beschwerde",
          assignee: "lena",
        },
      ],
      [149, { kind: "link", by: "omar", to: "helgaRouter", as: "related" }],
      [148, { kind: "link", by: "omar", to: "helgaRechnung", as: "related" }],
      [
        147,
        {
          kind: "note",
          by: "omar",
          text: "@lena bitte übernimm das als eine Ansprechpartnerin für alle drei Vorgänge. Router: diesmal Neugerät, ich habe es bei @jonas freigegeben. Rechnung: Gutschrift ist durch. Ruf sie heute noch an.",
        },
      ],
      [146, { kind: "follow", by: "omar" }],
    ],
  },
  falscheAdresse: {
    brand: "elb",
    customer: nils,
    client: "gmail",
    subject: "Umzug nach Lüneburg",
    steps: [
      [
        1 * day + 4 * hour,
        {
          kind: "in",
          text: "Moin,\n\nich ziehe nächsten Monat nach Lüneburg, Am Sande 9. Geht da euer Netz? Mein Postfach wird übrigens bald umgestellt.\n\nGruß\nNils",
        },
      ],
      [
        1 * day + 3 * hour,
        { kind: "change", by: "lena", change: { status: "open" }, topic: "vertrag.umzug", assignee: "lena" },
      ],
      [
        130,
        {
          kind: "out",
          by: "lena",
          statusAfter: "waiting",
          text: "Moin Herr Voß,\n\nja, Am Sande 9 liegt in unserem Netz, bis 1.000 Mbit/s. Sollen wir den Umzug zum Monatsersten einplanen?",
          refused: {
            code: "5.1.1",
            detail: "550 5.1.1 <nils.voss@freemail.example>: Recipient address rejected: User unknown",
          },
        },
      ],
    ],
  },
  kita: {
    brand: "elb",
    customer: kita,
    client: "apple",
    subject: "Zweiter Anschluss für den Neubau",
    steps: [
      [
        12 * day,
        {
          kind: "in",
          text: "Liebes Team,\n\nunser Neubau (Haus 2) ist im Mai fertig. Wir bräuchten dort Internet und zwei Telefone, möglichst ohne neuen Vertrag. Der Elternbeirat hat abgestimmt, es darf auch Glasfaser sein.\n\nHerzliche Grüße\nSvea Matthiesen\nLeitung",
          cc: [{ name: "Elternbeirat", address: "elternbeirat@elbfroesche.example" }],
        },
      ],
      [
        12 * day - 100,
        {
          kind: "change",
          by: "selin",
          change: { status: "open", tags: ["umzug"] },
          topic: "vertrag.umzug",
          assignee: "selin",
        },
      ],
      [
        12 * day - 140,
        {
          kind: "out",
          by: "selin",
          statusAfter: "waiting",
          text: "Guten Tag Frau Matthiesen,\n\nherzlichen Glückwunsch zum Neubau! Ich lasse prüfen, ob wir Haus 2 über den vorhandenen Schacht erreichen, und melde mich nach der Begehung.",
        },
      ],
      [11 * day, { kind: "snooze", by: "selin", forMs: 16 * 86_400_000 }],
    ],
  },
};
