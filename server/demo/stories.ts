// The concerns in the foreground: what a visitor meets first. Times are before now, so that the desk always looks like today. Called by seed.ts.
import { invitation, pdf, png } from "#lib/corpus/files.ts";
import { foreground } from "#server/demo/cast.ts";
import type { Deed, Script } from "#server/demo/script.ts";

type Told = Omit<Script, "key" | "steps" | "customer" | "organisation" | "fields"> & {
  readonly customer: { readonly name: string; readonly address: string; readonly organisation?: string; readonly fields?: Script["fields"] };
  /** Minutes before now, and what happens. */
  readonly steps: readonly (readonly [minutesBefore: number, deed: Deed])[];
};

const hour = 60;
const day = 24 * hour;
const { juergen, helga, aylin, walter, kita, priya, callum, nils } = foreground;

const invoice = (number: string, lines: readonly string[]) => ({ name: `Rechnung_${number}.pdf`, mediaType: "application/pdf", bytes: pdf([`Elbkabel GmbH - Rechnung ${number}`, "", ...lines]), inlineId: null });

/** A television that shows nothing: grey frame, black glass, one red lamp. */
const blackScreen = {
  name: "Schwarzer Bildschirm.png",
  mediaType: "image/png",
  inlineId: null,
  bytes: png(240, 150, [[214, 209, 198], [28, 28, 30], [8, 8, 10], [200, 40, 36], [120, 84, 56], [150, 108, 74]], (x, y) => {
    if (y > 128) return (x + y) % 23 === 0 ? 5 : 4;
    if (x < 24 || x > 216 || y < 14) return 0;
    if (x < 30 || x > 210 || y < 20 || y > 122) return y > 122 && x > 116 && x < 122 ? 3 : 1;
    return 2;
  }),
};

const stories: Readonly<Record<string, Told>> = {
  grossmann: {
    brand: "elb",
    customer: juergen,
    client: "thunderbird",
    subject: "Größere Störung in der Müggenburger Straße – Bildausfälle über Äther und Kabel",
    steps: [
      [9 * day, { kind: "in", text: "Sehr geehrte Damen und Herren,\n\nseit dem Gewitter am Donnerstag gibt es bei uns in der Müggenburger Straße 11 größere Störungen: Über alle öffentlich-rechtlichen Sender laufen Klötzchen, und das Internet fällt für Minuten ganz aus. Überprüft habe ich: Dose, Verstärker, Anschlusskabel (neu, geschirmt).\n\nBemerkenswert: Die Nachbarin Frau Äußerling gegenüber hat dasselbe, Herr Öztürk im Hinterhaus dagegen nicht.\n\nKönnen Sie das bitte prüfen?\n\nMit freundlichen Grüßen\nJürgen Größmann\nKd.-Nr. 30412877", files: [blackScreen] }],
      [9 * day - 40, { kind: "change", by: "mina", change: { status: "open", priority: "high", tags: ["segment-altona", "messung"] }, topic: "internet.ausfall", assignee: "mina" }],
      [9 * day - 75, { kind: "out", by: "mina", then: "waiting", text: "Guten Tag Herr Größmann,\n\nvielen Dank für die ausführliche Beschreibung, das hilft uns sehr. Dürfte ich Sie um eine Messung bitten? Unter «Übersicht → Kabel-Informationen» zeigt Ihre FRITZ!Box die Pegel; ein Bildschirmfoto genügt." }],
      [8 * day + 5 * hour, { kind: "in", text: "Guten Tag Frau Yılmaz,\n\ndie Werte: Empfang zwischen -9 und -12 dBmV, MSE -31 dB, nicht korrigierbare Fehler über 180.000 seit gestern. Senderichtung 52 dBmV. Für mein Gefühl ist das zu viel.\n\nSchöne Grüße\nJürgen Größmann" }],
      [8 * day + 4 * hour, { kind: "note", by: "mina", text: "Rückweg am Anschlag, 52 dBmV. Sieht nach Hausverstärker oder Verteiler Müggenburger aus. @piet hast du da diese Woche eine Tour? @omar zur Kenntnis, drei Haushalte im selben Strang." }],
      [7 * day + 20 * hour, { kind: "note", by: "piet", text: "Mittwoch bin ich in Veddel, nehme ich mit. Schlüssel zum Keller hat laut Objektakte Hausmeister Düsterhöft." }],
      [7 * day + 19 * hour, { kind: "out", by: "mina", then: "waiting", text: "Guten Tag Herr Größmann,\n\nIhr Gefühl trügt nicht: Die Werte sind deutlich außerhalb. Unser Techniker Piet Sörensen kommt am Mittwoch zwischen 10 und 12 Uhr; er müsste in den Keller. Ist Herr Düsterhöft dann im Haus?" }],
      [7 * day + 12 * hour, { kind: "in", text: "Hallo Frau Yılmaz,\n\nHerr Düsterhöft ist im Urlaub, den Schlüssel habe ich. Ich öffne gern.\n\nJürgen Größmann" }],
      [5 * day + 3 * hour, { kind: "note", by: "piet", text: "Vor Ort: Verstärker im Keller durch Überspannung geschädigt, Ersatz bestellt (kommt Montag). Provisorisch Dämpfungsglied gesetzt, damit läuft das Bild." }],
      [5 * day + 2 * hour, { kind: "out", by: "mina", then: "waiting", text: "Guten Tag Herr Größmann,\n\nvielen Dank fürs Öffnen! Der Verstärker hat beim Gewitter Schaden genommen und wird nächste Woche getauscht. Bis dahin sollte das Bild stehen, das Internet könnte abends noch langsamer sein." }],
      [2 * day + 6 * hour, { kind: "in", text: "Guten Abend,\n\ndas Bild steht tatsächlich, großes Lob an Herrn Sörensen. Das Internet bricht abends weiter ein (gestern 20:15 Uhr: 38 Mbit/s von 1000). Außerdem fragt Frau Äußerling, ob sie sich gesondert melden muss.\n\nSchöne Grüße aus der Müggenburger Straße\nJürgen Größmann" }],
      [2 * day + 2 * hour, { kind: "out", by: "mina", then: "open", text: "Guten Tag Herr Größmann,\n\ndas gebe ich gern weiter. Der neue Verstärker ist gestern eingetroffen, der Einbau ist eingeplant. Frau Äußerling muss nichts tun: Der Tausch hilft dem ganzen Strang.\n\nFür die Ausfälle habe ich Ihnen 15,00 Euro gutgeschrieben." }],
      [95, { kind: "in", text: "Liebe Frau Yılmaz,\n\nheute früh war jemand da, aber nur um «zu gucken». Könnten Sie mir bitte sagen, wann nun wirklich getauscht wird? Über Ostern kommen die Enkel, und ohne Internet wird es ungemütlich …\n\nHerzliche Grüße\nJürgen Größmann" }],
      [60, { kind: "draft", by: "lena", as: "reply", text: "Guten Tag Herr Größmann,\n\ndas kläre ich sofort mit Herrn Sörensen und melde mich noch heute. " }],
    ],
  },
  helgaRouter: {
    brand: "elb",
    customer: helga,
    client: "outlook",
    subject: "Router zum DRITTEN Mal defekt",
    steps: [
      [16 * day, { kind: "in", text: "Guten Tag,\n\nauch das zweite Tauschgerät startet alle zehn Minuten neu. Seriennummer EK7Q2291. Ich bitte um ein NEUES Gerät, kein aufgearbeitetes.\n\nH. Pfeiffer" }],
      [16 * day - 300, { kind: "change", by: "tom", change: { status: "open", tags: ["tauschgerät"] }, topic: "technik.router", assignee: "tom" }],
      [16 * day - 320, { kind: "out", by: "tom", then: "resolved", text: "Guten Tag Frau Pfeiffer,\n\nein Ersatzgerät ist unterwegs, Sendung 00340434. Das alte legen Sie bitte in denselben Karton." }],
      [3 * day, { kind: "in", text: "Es kam WIEDER ein aufgearbeitetes Gerät. Es startet WIEDER neu. Ich habe das schriftlich!\n\nH. Pfeiffer" }],
    ],
  },
  helgaRechnung: {
    brand: "elb",
    customer: helga,
    client: "outlook",
    subject: "Rechnung R4471902: 49,90 EUR für einen Techniker, der nie da war",
    steps: [
      [6 * day, { kind: "in", text: "Sehr geehrte Damen und Herren,\n\nSie berechnen mir 49,90 Euro für einen «Technikereinsatz vor Ort». Hier war niemand. Ich fordere Sie auf, die Rechnung bis Monatsende zu korrigieren. Die Lastschrift habe ich zurückgebucht.\n\nHelga Pfeiffer\nKd.-Nr. 18220943", files: [invoice("R4471902", ["Elb Kombi 250            34,99 EUR", "Technikereinsatz vor Ort 49,90 EUR", "Gesamt                   84,89 EUR"])] }],
      [6 * day - 200, { kind: "change", by: "carla", change: { status: "open", tags: ["gutschrift"] }, topic: "rechnung.hoehe", assignee: "carla" }],
      [5 * day, { kind: "note", by: "carla", text: "Laut Tour war der Einsatz storniert, die Position ist trotzdem gelaufen. Gutschrift 49,90 angelegt, @omar gibst du frei?" }],
      [4 * day, { kind: "snooze", by: "carla", forMs: 2 * 86_400_000 }],
    ],
  },
  helgaBeschwerde: {
    brand: "elb",
    customer: helga,
    client: "outlook",
    subject: "Letzte Aufforderung vor Einschaltung der Bundesnetzagentur",
    steps: [
      [170, { kind: "in", text: "An die Geschäftsführung\n\nSeit 2009 bin ich Ihre Kundin. In den letzten fünf Wochen: dreimal ein defekter Router, eine falsche Rechnung, vier Anrufe ohne Rückruf, zwei Mails ohne Antwort. Auf meine Mail von Freitag kam NICHTS.\n\nWenn ich bis morgen 12 Uhr keine Antwort von einem Menschen habe, der für ALLES zuständig ist, kündige ich fristlos und wende mich an die Bundesnetzagentur und an das Hamburger Abendblatt.\n\nHelga Pfeiffer" }],
      [150, { kind: "change", by: "omar", change: { status: "open", priority: "urgent", tags: ["eskalation", "presse"] }, topic: "beschwerde", assignee: "lena" }],
      [149, { kind: "link", by: "omar", to: "helgaRouter", as: "related" }],
      [148, { kind: "link", by: "omar", to: "helgaRechnung", as: "related" }],
      [147, { kind: "note", by: "omar", text: "@lena bitte übernimm das als eine Ansprechpartnerin für alle drei Vorgänge. Router: diesmal Neugerät, ich habe es bei @jonas freigegeben. Rechnung: Gutschrift ist durch. Ruf sie heute noch an." }],
      [146, { kind: "follow", by: "omar" }],
    ],
  },
  falscheAdresse: {
    brand: "elb",
    customer: nils,
    client: "gmail",
    subject: "Umzug nach Lüneburg",
    steps: [
      [1 * day + 4 * hour, { kind: "in", text: "Moin,\n\nich ziehe nächsten Monat nach Lüneburg, Am Sande 9. Geht da euer Netz? Mein Postfach wird übrigens bald umgestellt.\n\nGruß\nNils" }],
      [1 * day + 3 * hour, { kind: "change", by: "lena", change: { status: "open" }, topic: "vertrag.umzug", assignee: "lena" }],
      [130, { kind: "out", by: "lena", then: "waiting", text: "Moin Herr Voß,\n\nja, Am Sande 9 liegt in unserem Netz, bis 1.000 Mbit/s. Sollen wir den Umzug zum Monatsersten einplanen?", refused: { code: "5.1.1", detail: "550 5.1.1 <nils.voss@freemail.example>: Recipient address rejected: User unknown" } }],
    ],
  },
  hausnotruf: {
    brand: "elb",
    customer: walter,
    client: "android",
    subject: "Telefon tot - Hausnotruf geht nicht!",
    steps: [
      [48, { kind: "in", text: "Guten Tag,\n\nmein Vater (87) ist über den Hausnotruf am Telefon angeschlossen und seit heute früh ist die Leitung tot. Am Gerät blinkt «Telefon» rot. Bitte DRINGEND.\n\nWalter Brinkmann jun.\nMobil 0171 5520981\n" }],
      [44, { kind: "change", by: "omar", change: { status: "open", priority: "urgent" }, topic: "telefon", assignee: "jonas" }],
      [41, { kind: "note", by: "omar", text: "Hausnotruf! @jonas bitte sofort, SIP-Registrierung prüfen. Ich rufe den Sohn an." }],
      [30, { kind: "out", by: "jonas", then: "waiting", text: "Guten Tag Herr Brinkmann,\n\ndie Anmeldung der Rufnummer war nach dem nächtlichen Update hängen geblieben, ich habe sie eben neu gesetzt. Bitte heben Sie einmal ab: Hören Sie den Wählton? Und bitte lösen Sie einen Testalarm beim Hausnotruf aus." }],
    ],
  },
  kita: {
    brand: "elb",
    customer: kita,
    client: "apple",
    subject: "Zweiter Anschluss für den Neubau",
    steps: [
      [12 * day, { kind: "in", text: "Liebes Team,\n\nunser Neubau (Haus 2) ist im Mai fertig. Wir bräuchten dort Internet und zwei Telefone, möglichst ohne neuen Vertrag. Der Elternbeirat hat abgestimmt, es darf auch Glasfaser sein.\n\nHerzliche Grüße\nSvea Matthiesen\nLeitung" , cc: [{ name: "Elternbeirat", address: "elternbeirat@elbfroesche.example" }] }],
      [12 * day - 100, { kind: "change", by: "selin", change: { status: "open", tags: ["umzug"] }, topic: "vertrag.umzug", assignee: "selin" }],
      [12 * day - 140, { kind: "out", by: "selin", then: "waiting", text: "Guten Tag Frau Matthiesen,\n\nherzlichen Glückwunsch zum Neubau! Ich lasse prüfen, ob wir Haus 2 über den vorhandenen Schacht erreichen, und melde mich nach der Begehung." }],
      [11 * day, { kind: "snooze", by: "selin", forMs: 16 * 86_400_000 }],
    ],
  },
  termin: {
    brand: "elb",
    customer: { name: "Nordmontage Disposition", address: "tour@nordmontage.example" },
    client: "outlook",
    subject: "Terminbestätigung Verstärkertausch Müggenburger Straße 11",
    steps: [
      [80, { kind: "in", text: "Guten Tag,\n\nanbei der Termin für den Tausch. Bitte Kellerzugang sicherstellen.\n\nNordmontage GmbH\nDisposition", files: [invitation("2026-12-01T09:00:00Z", "2026-12-01T11:00:00Z", "Verstärkertausch Müggenburger Straße 11", "tour@nordmontage.example")] }],
    ],
  },
  finale: {
    brand: "elb",
    customer: aylin,
    client: "gmx",
    subject: "Schwarzer Bildschirm vor dem Anpfiff!!!",
    steps: [
      [22, { kind: "in", text: "Hallo?!\n\num 20:45 ist Anpfiff und bei uns ist ALLES schwarz, alle Sender. Im ganzen Haus! Ich habe 20 Leute im Wohnzimmer und einen Topf Chili.\n\nBitte SCHNELL\nAylin Demir", files: [blackScreen] }],
      [12, { kind: "in", text: "PS: Internet geht auch nicht mehr, schreibe über Handy." }],
    ],
  },
  falscherAbsender: {
    brand: "elb",
    customer: { name: "Jürgen Größmann", address: juergen.address },
    client: "gmail",
    subject: "Neue Bankverbindung, bitte Guthaben auszahlen",
    steps: [
      [190, { kind: "in", remoteIp: "203.0.113.66", text: "Sehr geehrte Damen und Herren,\n\nbitte zahlen Sie mein Guthaben auf das neue Konto DE02 1203 0000 0000 2020 51 aus und ändern Sie meine Telefonnummer auf 0152 5550199.\n\nJürgen Größmann\nKundennummer 30412877" }],
    ],
  },
  rundbrief: {
    brand: "elb",
    customer: { name: "Kabelkurier", address: "redaktion@kabelkurier.example" },
    client: "gmx",
    subject: "Kabelkurier 11: Glasfaser bis in die Wohnung – was Netzbetreiber jetzt planen",
    steps: [
      [5 * hour, {
        kind: "in",
        text: "Kabelkurier 11\n\nGlasfaser bis in die Wohnung: was Netzbetreiber jetzt planen.\nZum Lesen: https://kabelkurier.example/11\n\nAbbestellen: https://kabelkurier.example/ab",
        html: '<html><body style="margin:0;background:#eef2f5"><table width="100%" cellpadding="0" cellspacing="0"><tr><td align="center"><table width="600" style="background:#ffffff;font-family:Arial,sans-serif"><tr><td><img src="https://bilder.kabelkurier.example/kopf.jpg" width="600" height="120" alt="Kabelkurier"></td></tr><tr><td style="padding:24px"><h1 style="color:#0b4f6c;font-size:24px">Glasfaser bis in die Wohnung</h1><p>Vier von zehn Netzbetreibern planen im nächsten Jahr den Ausbau der Netzebene 4. Was das für Hausverwaltungen heißt.</p><p><a href="https://klick.kabelkurier.example/r?u=ausbau" style="background:#0b4f6c;color:#ffffff;padding:10px 18px;text-decoration:none">Weiterlesen</a></p><img src="https://bilder.kabelkurier.example/grafik.png" width="552" alt="Grafik: Ausbau nach Ländern"></td></tr><tr><td style="padding:16px;font-size:11px;color:#667">Sie erhalten diese Mail, weil Sie den Kabelkurier abonniert haben. <a href="https://kabelkurier.example/ab">Abbestellen</a></td></tr></table></td></tr></table><img src="https://zaehler.kabelkurier.example/z.gif?k=88213" width="1" height="1" alt=""></body></html>',
        headers: ["List-Id: Kabelkurier <rundbrief.kabelkurier.example>", "List-Unsubscribe: <https://kabelkurier.example/ab>", "Precedence: bulk"],
      }],
    ],
  },
  dental: {
    brand: "harbour",
    customer: priya,
    client: "outlook",
    subject: "Card terminals offline every afternoon",
    steps: [
      [3 * day + 2 * hour, { kind: "in", text: "Hello,\n\nevery day at about 2 pm our card terminals lose the connection for ten minutes. Patients are queuing at the desk. The hub is a HarbourHub 2, account HF-204417.\n\nCould you look into it before Friday?\n\nBest\nPriya Patel\nPractice Manager, Thornbury Dental" }],
      [3 * day + hour, { kind: "change", by: "emma", change: { status: "open", priority: "high" }, topic: "internet.ausfall", assignee: "emma" }],
      [3 * day, { kind: "out", by: "emma", then: "waiting", text: "Hello Priya,\n\nsorry to hear that. I can see the hub dropping its upstream at 13:58 every day since the maintenance window. I have moved you to another port; could you tell me how this afternoon goes?" }],
      [2 * day - hour, { kind: "in", text: "Hi Emma,\n\nno dropouts yesterday, one short one today. Better, but not gone.\n\nPriya" }],
      [2 * day - 3 * hour, { kind: "note", by: "emma", text: "Noise comes back when the lift next door starts its test run. @owen do we have filtered splitters in stock?" }],
      [26 * hour, { kind: "note", by: "owen", text: "Two in the van. Can fit one tomorrow morning before they open." }],
      [25 * hour, { kind: "out", by: "emma", then: "waiting", text: "Hi Priya,\n\nOwen will fit a filter tomorrow before you open, at 7:30. He will need five minutes at the comms cabinet." }],
      [3 * hour, { kind: "in", text: "He was here at 7:25 and gone by 7:35. Not a single dropout since. Thank you both!\n\nPriya" }],
    ],
  },
  logistics: {
    brand: "harbour",
    customer: callum,
    client: "outlook",
    subject: "URGENT: warehouse offline, SLA clock running",
    steps: [
      [65, { kind: "in", text: "Leased line down since 09:12, both fibres dark. We have nine lorries waiting for paperwork. Our SLA is four hours. Please confirm you have an engineer moving.\n\nCallum Reid\nHead of IT, Saltwick Logistics" }],
      [58, { kind: "change", by: "owen", change: { status: "open", priority: "urgent" }, topic: "internet.ausfall", assignee: "owen" }],
      [55, { kind: "out", by: "owen", then: "open", text: "Callum,\n\nconfirmed: we see both fibres dark from our side too. Civils were digging at Dock Road this morning. A splice crew left Portmere ten minutes ago, expected on site within the hour. I will write again at the latest in 30 minutes." }],
      [52, { kind: "note", by: "owen", text: "@omar SLA runs out in three hours. Splicing alone takes 90 minutes. Failover 4G offered by phone, he wants it in writing." }],
      [9, { kind: "in", text: "Owen, thirty minutes are up. What is the status?\n\nCallum" }],
    ],
  },
};

/** The stories with their times counted back from `now`. */
export const storyScripts = (now: Date): readonly Script[] =>
  Object.entries(stories).map(([key, { customer, steps, ...told }]) => ({
    ...told,
    key,
    customer: { name: customer.name, address: customer.address },
    ...(customer.organisation === undefined ? {} : { organisation: customer.organisation }),
    ...(customer.fields === undefined ? {} : { fields: customer.fields }),
    steps: steps.map(([minutesBefore, deed]) => ({ ...deed, atMs: now.getTime() - minutesBefore * 60_000 })),
  }));
