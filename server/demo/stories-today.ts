// What came in at Elbkabel within the last hours. Part of stories.ts.
import { invitation } from "#lib/corpus/files.ts";
import { blackScreen, hour, type Told } from "#server/demo/told.ts";
import { foreground } from "#server/demo/cast.ts";

const { juergen, aylin, walter } = foreground;

export const todayStories: Readonly<Record<string, Told>> = {
  hausnotruf: {
    brand: "elb",
    customer: walter,
    client: "android",
    subject: "Telefon tot - Hausnotruf geht nicht!",
    steps: [
      [
        48,
        {
          kind: "in",
          text: "Guten Tag,\n\nmein Vater (87) ist über den Hausnotruf am Telefon angeschlossen und seit heute früh ist die Leitung tot. Am Gerät blinkt «Telefon» rot. Bitte DRINGEND.\n\nWalter Brinkmann jun.\nMobil 0171 5520981\n",
        },
      ],
      [
        44,
        {
          kind: "change",
          by: "omar",
          change: { status: "open", priority: "urgent" },
          topic: "telefon",
          assignee: "jonas",
        },
      ],
      [
        41,
        {
          kind: "note",
          by: "omar",
          text: "Hausnotruf! @jonas bitte sofort, SIP-Registrierung prüfen. Ich rufe den Sohn an.",
        },
      ],
      [
        30,
        {
          kind: "out",
          by: "jonas",
          statusAfter: "waiting",
          text: "Guten Tag Herr Brinkmann,\n\ndie Anmeldung der Rufnummer war nach dem nächtlichen Update hängen geblieben, ich habe sie eben neu gesetzt. Bitte heben Sie einmal ab: Hören Sie den Wählton? Und bitte lösen Sie einen Testalarm beim Hausnotruf aus.",
        },
      ],
    ],
  },
  termin: {
    brand: "elb",
    customer: { name: "Nordmontage Disposition", address: "tour@nordmontage.example" },
    client: "outlook",
    subject: "Terminbestätigung Verstärkertausch Müggenburger Straße 11",
    steps: [
      [
        80,
        {
          kind: "in",
          text: "Guten Tag,\n\nanbei der Termin für den Tausch. Bitte Kellerzugang sicherstellen.\n\nNordmontage GmbH\nDisposition",
          files: [
            invitation(
              "2026-12-01T09:00:00Z",
              "2026-12-01T11:00:00Z",
              "Verstärkertausch Müggenburger Straße 11",
              "tour@nordmontage.example",
            ),
          ],
        },
      ],
    ],
  },
  finale: {
    brand: "elb",
    customer: aylin,
    client: "gmx",
    subject: "Schwarzer Bildschirm vor dem Anpfiff!!!",
    steps: [
      [
        22,
        {
          kind: "in",
          text: "Hallo?!\n\num 20:45 ist Anpfiff und bei uns ist ALLES schwarz, alle Sender. Im ganzen Haus! Ich habe 20 Leute im Wohnzimmer und einen Topf Chili.\n\nBitte SCHNELL\nAylin Demir",
          files: [blackScreen],
        },
      ],
      [12, { kind: "in", text: "PS: Internet geht auch nicht mehr, schreibe über Handy." }],
    ],
  },
  falscherAbsender: {
    brand: "elb",
    customer: { name: "Jürgen Größmann", address: juergen.address },
    client: "gmail",
    subject: "Neue Bankverbindung, bitte Guthaben auszahlen",
    steps: [
      [
        190,
        {
          kind: "in",
          remoteIp: "203.0.113.66",
          text: "Sehr geehrte Damen und Herren,\n\nbitte zahlen Sie mein Guthaben auf das neue Konto DE02 1203 0000 0000 2020 51 aus und ändern Sie meine Telefonnummer auf 0152 5550199.\n\nJürgen Größmann\nKundennummer 30412877",
        },
      ],
    ],
  },
  rundbrief: {
    brand: "elb",
    customer: { name: "Kabelkurier", address: "redaktion@kabelkurier.example" },
    client: "gmx",
    subject: "Kabelkurier 11: Glasfaser bis in die Wohnung – was Netzbetreiber jetzt planen",
    steps: [
      [
        5 * hour,
        {
          kind: "in",
          text: "Kabelkurier 11\n\nGlasfaser bis in die Wohnung: was Netzbetreiber jetzt planen.\nZum Lesen: https://kabelkurier.example/11\n\nAbbestellen: https://kabelkurier.example/ab",
          html: '<html><body style="margin:0;background:#eef2f5"><table width="100%" cellpadding="0" cellspacing="0"><tr><td align="center"><table width="600" style="background:#ffffff;font-family:Arial,sans-serif"><tr><td><img src="https://bilder.kabelkurier.example/kopf.jpg" width="600" height="120" alt="Kabelkurier"></td></tr><tr><td style="padding:24px"><h1 style="color:#0b4f6c;font-size:24px">Glasfaser bis in die Wohnung</h1><p>Vier von zehn Netzbetreibern planen im nächsten Jahr den Ausbau der Netzebene 4. Was das für Hausverwaltungen heißt.</p><p><a href="https://klick.kabelkurier.example/r?u=ausbau" style="background:#0b4f6c;color:#ffffff;padding:10px 18px;text-decoration:none">Weiterlesen</a></p><img src="https://bilder.kabelkurier.example/grafik.png" width="552" alt="Grafik: Ausbau nach Ländern"></td></tr><tr><td style="padding:16px;font-size:11px;color:#667">Sie erhalten diese Mail, weil Sie den Kabelkurier abonniert haben. <a href="https://kabelkurier.example/ab">Abbestellen</a></td></tr></table></td></tr></table><img src="https://zaehler.kabelkurier.example/z.gif?k=88213" width="1" height="1" alt=""></body></html>',
          headers: [
            "List-Id: Kabelkurier <rundbrief.kabelkurier.example>",
            "List-Unsubscribe: <https://kabelkurier.example/ab>",
            "Precedence: bulk",
          ],
        },
      ],
    ],
  },
};
