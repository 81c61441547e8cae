// What is wrong with the money and the contract, in German; complaints and praise. Templates for grammar.ts; part of german.ts.
import type { TopicWords } from "#lib/corpus/words.ts";

export const germanContract: readonly TopicWords[] = [
  {
    key: "rechnung.hoehe",
    weight: 12,
    subjects: [
      "[Rechnung|Abrechnung] {month} [falsch|zu hoch|unverständlich|]",
      "Frage zur Rechnung {invoice}",
      "{amount} Euro?!",
      "Doppelt abgebucht",
      "Widerspruch [gegen|zur] Rechnung {invoice}",
      "{compound} auf der Rechnung",
    ],
    problem: [
      "auf der Rechnung {invoice} [stehen|finde ich] {amount} Euro für [{compound}|einen Technikereinsatz|«Sonstiges»], [die ich nie bestellt habe|was ist das].",
      "Sie haben am {date} [zweimal|doppelt] {amount} Euro abgebucht[ (IBAN endet auf {iban})|].",
      "[vereinbart|laut Vertrag] waren {amount} Euro im Monat, berechnet werden [inzwischen|seit {month}] deutlich mehr.",
    ],
    detail: [
      "Die Rechnung [hängt an|liegt bei].",
      "Am Telefon wurde mir [am {date}|von Ihrem Kollegen] [etwas anderes|ein Rabatt] zugesagt.",
      "Der [Rabatt|Neukundenbonus] fehlt.",
      "Ich habe den Betrag [zurückbuchen lassen|vorerst nicht bezahlt].",
    ],
    ask: [
      "[Bitte korrigieren Sie|Ich bitte um Korrektur] und [eine Gutschrift|Erstattung].",
      "Bitte erklären Sie mir die Positionen.",
      "Ich setze [Ihnen|] eine Frist bis zum {date}.",
    ],
    more: [
      "Die [Gutschrift|Korrektur] ist [immer noch nicht|bis heute nicht] [da|eingegangen].",
      "Auf der neuen Rechnung [steht es wieder|ist der Fehler wieder drin].",
      "Anbei [der Kontoauszug|die Bestätigung].",
    ],
    answer: [
      "Sie haben recht: der Posten [wurde versehentlich berechnet|gehört zu einem anderen Vertrag]. Wir schreiben Ihnen {amount} Euro gut; sie erscheinen auf der Rechnung für {month}.",
      "die {amount} Euro setzen sich aus [der anteiligen Grundgebühr|dem Tarif {tariff}] und [der einmaligen Aktivierung|der Hardware-Miete] zusammen. [Die genaue Aufstellung finden Sie im Anhang.|]",
    ],
    question: ["[könnten Sie|bitte] [uns|] die [Rechnungsnummer|Bestätigung der Zusage] [nennen|schicken]?"],
    note: [
      "Gutschrift {amount} EUR angelegt, [Freigabe|4-Augen] @{handle}?",
      "Rabatt war [bis {month} befristet|im Auftrag nicht hinterlegt].",
    ],
  },
  {
    key: "rechnung.mahnung",
    weight: 5,
    subjects: [
      "[Mahnung|Zahlungserinnerung|2. Mahnung] [trotz Zahlung|{invoice}|]",
      "Sperrung [angedroht|trotz Zahlung]",
      "Unberechtigte Mahngebühr",
    ],
    problem: [
      "ich habe eine Mahnung über {amount} Euro erhalten, [obwohl ich am {date} überwiesen habe|die Rechnung {invoice} kenne ich aber nicht].",
      "[trotz Lastschrift|obwohl Sie abbuchen dürfen] mahnen Sie {amount} Euro an und drohen mit Sperrung.",
    ],
    detail: [
      "Verwendungszweck war {invoice}.",
      "Den [Beleg|Kontoauszug] hänge ich an.",
      "Meine Bank hat sich geändert, neue IBAN endet auf {iban}.",
    ],
    ask: [
      "Bitte nehmen Sie die Mahnung zurück.",
      "Ich bitte um [Ratenzahlung|Stundung bis {date}].",
      "Bitte [bestätigen Sie|] den Eingang [bestätigen|].",
    ],
    more: ["[Heute kam|Nun kommt] schon die nächste Mahnung.", "Überwiesen am {date}, {amount} Euro."],
    answer: [
      "Ihre Zahlung [ist am {date} eingegangen|wurde falsch zugeordnet]; die Mahnung ist gegenstandslos, die Gebühr haben wir storniert.",
      "gern [teilen wir|nehmen Sie] den Betrag in drei Raten [auf|an]. [Die Sperre ist ausgesetzt.|]",
    ],
    question: ["[bitte senden Sie uns|könnten Sie uns] einen Zahlungsbeleg [|schicken]?"],
    note: ["Zahlung lag auf Klärungskonto. [Umgebucht.|@{handle} bitte umbuchen.]"],
  },
  {
    key: "vertrag.kuendigung",
    weight: 8,
    subjects: [
      "Kündigung [meines Vertrags|{number}|zum {date}|]",
      "[Fristlose |Sonder|]Kündigung",
      "Widerruf [Vertrag {number}|]",
      "Kündigungsbestätigung fehlt",
    ],
    problem: [
      "hiermit kündige ich meinen Vertrag {number} [fristgerecht|zum nächstmöglichen Zeitpunkt|zum {date}].",
      "[da sich nichts bessert|wegen der ständigen Ausfälle] mache ich von meinem Sonderkündigungsrecht Gebrauch.",
      "ich widerrufe den am {date} [am Telefon|an der Haustür] geschlossenen Vertrag {tariff}.",
    ],
    detail: [
      "Die Einzugsermächtigung erlischt damit.",
      "[Ich ziehe ins Ausland.|Der neue Anbieter übernimmt die Rufnummer {phone}.|Das Angebot der Konkurrenz ist {amount} Euro günstiger.|]",
      "Wohin [schicke ich|sende ich] {device} zurück?",
    ],
    ask: ["Bitte bestätigen Sie [mir|] schriftlich [das Vertragsende|].", "Von Rückwerbung bitte ich abzusehen."],
    more: [
      "Die Bestätigung [steht noch aus|ist noch nicht da].",
      "Ich wurde trotzdem angerufen[. Bitte unterlassen Sie das|].",
      "Das Paket mit dem Router ist [heute|am {date}] raus.",
    ],
    answer: [
      "wir bestätigen Ihre Kündigung zum {date}. [Bitte senden Sie {device} mit dem beiliegenden Schein zurück.|]",
      "[schade, dass Sie gehen möchten|das bedauern wir]. Der Vertrag endet am {date}; [die Rufnummer geben wir frei|die Schlussrechnung folgt].",
    ],
    question: [
      "für die [vorzeitige|] Kündigung [wegen Umzugs|] [brauchen wir|fehlt uns] [eine Meldebescheinigung|Ihre Unterschrift].",
    ],
    note: ["Mindestlaufzeit bis {date}. [Kulanz?|] @{handle}", "Bestätigung raus, Retoure offen."],
  },
  {
    key: "vertrag.umzug",
    weight: 6,
    subjects: ["Umzug [zum {date}|nach {city}|]", "Neue Adresse[: {street}|]", "Anschluss mitnehmen", "Ummeldung"],
    problem: [
      "wir ziehen zum {date} um, neue Anschrift: {street}, {city}. [Kann der Vertrag mitgenommen werden?|]",
      "ich bin umgezogen und [möchte|will] meinen Anschluss [mit dem Tarif {tariff}|] unter der neuen Adresse {street} weiternutzen.",
      "der Umzug war für den {date} bestätigt, aber [hier ist kein Anschluss|der Techniker kam nicht].",
    ],
    detail: [
      "Vormieter war Familie {last}.",
      "Die Dose [ist im Flur|fehlt].",
      "Bis dahin brauche ich [eine Überbrückung|mobiles Internet].",
    ],
    ask: ["Was [muss ich tun|kostet das]?", "Bitte [nennen Sie mir|um] einen Termin."],
    more: ["Der Vermieter [stimmt zu|hat die Leitung geprüft].", "Kann der Termin auf den {date} verlegt werden?"],
    answer: [
      "an der neuen Adresse [ist {tariff} verfügbar|liegt unser Netz]. Wir schalten zum {date} um; [{device} nehmen Sie einfach mit|ein Techniker kommt zwischen {time} und 16 Uhr].",
      "den Umzug haben wir aufgenommen. [Sie erhalten die Bestätigung in zwei Tagen.|Für Sie entstehen keine Kosten.]",
    ],
    question: ["in welchem Stockwerk [liegt die Wohnung|wohnen Sie], und wie heißt der Vormieter?"],
    note: ["Adresse [im System|in der Baudatenbank] [nicht gefunden|als NE4 fremd], @{handle} bitte prüfen."],
  },
  {
    key: "vertrag.tarif",
    weight: 5,
    subjects: [
      "Tarifwechsel [auf {tariff}|]",
      "Angebot [für Bestandskunden|{tariff}]",
      "[Preiserhöhung|Preisanpassung] zum {date}",
      "Upgrade möglich?",
    ],
    problem: [
      "ich möchte [gern|] [von {tariff}|] auf {fullspeed} Mbit/s wechseln.",
      "Sie kündigen eine Preiserhöhung auf {amount} Euro an. [Neukunden zahlen weniger!|]",
      "[auf Ihrer Webseite|im Prospekt] steht {tariff} für {amount} Euro; [bekomme ich das auch|gilt das für Bestandskunden]?",
    ],
    detail: ["Ich bin seit {days} Jahren Kunde.", "Den Posten «{compound}» brauche ich nicht mehr."],
    ask: ["Bitte [um ein Angebot|machen Sie mir ein Angebot].", "Ab wann [gilt|ginge] das?"],
    more: ["Dann [bitte|möchte ich] [den kleineren Tarif|{tariff}].", "Gilt der Preis dauerhaft?"],
    answer: [
      "gern: {tariff} mit {fullspeed} Mbit/s für {amount} Euro im Monat, [24 Monate fest|monatlich kündbar]. [Antworten Sie einfach mit «Ja».|]",
      "als treuem Kunden können wir Ihnen {amount} Euro anbieten.",
    ],
    question: ["[nutzen Sie|brauchen Sie] auch [Telefon|Fernsehen]?"],
    note: ["Rückgewinnung: max. {amount} EUR."],
  },
  {
    key: "beschwerde",
    weight: 4,
    subjects: [
      "Beschwerde",
      "So [nicht|geht man nicht mit Kunden um]!",
      "[Unfassbar|Eine Frechheit]",
      "Letzte Warnung[ vor dem Anwalt|]",
    ],
    problem: [
      "[es reicht|ich bin am Ende meiner Geduld]: [dreimal angerufen|fünf Mails], [drei verschiedene Auskünfte|keine Antwort].",
      "Ihr [Mitarbeiter|Techniker] war [unverschämt|unfreundlich] und hat [einfach aufgelegt|das Kabel quer durch den Flur gelegt].",
    ],
    detail: [
      "Vorgang vom {date}.",
      "Ich werde [die Bundesnetzagentur|den Verbraucherschutz] einschalten.",
      "Seit {days} Wochen geht das so.",
    ],
    ask: ["Ich [erwarte|verlange] [eine Stellungnahme|eine Entschädigung] bis {date}."],
    more: ["Ihre [Standardantwort|Textbausteine] können Sie sich sparen.", "Und jetzt?"],
    answer: [
      "[Sie haben allen Grund, verärgert zu sein|das hätte nicht passieren dürfen]. Ich habe den Vorgang übernommen, [rufe Sie am {date} an|bleibe Ihre Ansprechpartnerin] und habe {amount} Euro gutgeschrieben.",
    ],
    question: ["unter welcher Nummer [darf ich Sie|erreiche ich Sie] [am besten|] [anrufen|]?"],
    note: ["[Eskalation|Vorsicht, Presse]. @{handle} bitte [mitlesen|übernehmen]."],
  },
  {
    key: "lob",
    weight: 2,
    subjects: ["[Danke|Vielen Dank]!", "Großes Lob [an {agent}|an Ihr Team|]", "Endlich [mal|] guter Service"],
    problem: [
      "ich wollte mich [ganz herzlich|einmal] bedanken: {agent} hat [mir|uns] [in zehn Minuten|sehr geduldig] geholfen.",
      "der Techniker am {date} war [pünktlich, freundlich und schnell|großartig].",
    ],
    detail: ["So [wünscht|stellt] man sich das [vor|].", "[Weiter so!|]"],
    ask: ["Bitte [geben Sie das weiter|richten Sie das aus]."],
    more: ["Und es läuft [noch immer|bis heute]!"],
    answer: [
      "über Ihre Zeilen haben wir uns sehr gefreut. [Ich gebe sie gern weiter.|Sie hängen jetzt in der Teeküche.]",
    ],
    question: ["dürfen wir Sie damit [zitieren|nennen]?"],
    note: ["Fürs Teamtreffen merken :) @{handle}"],
  },
];
