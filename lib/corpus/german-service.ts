// What goes wrong with a line, in German: internet, television, telephone, devices, appointments. Templates for grammar.ts; part of german.ts.
import type { TopicWords } from "#lib/corpus/words.ts";

export const germanService: readonly TopicWords[] = [
  {
    key: "internet.langsam",
    weight: 14,
    subjects: [
      "Internet [sehr |viel zu |extrem ||seit Tagen ]langsam",
      "Nur {speed} statt {fullspeed} Mbit/s",
      "Langsame Leitung [|am Abend|, {street}]",
      "{compound} [bricht ein|viel zu langsam]",
      "[Download|Upload] kriecht",
      "WLAN langsam trotz {tariff}",
    ],
    problem: [
      "seit {when} [ist|läuft] mein Internet [sehr|extrem|unerträglich] langsam. Von den gebuchten {fullspeed} Mbit/s kommen [gerade einmal|höchstens|nur] {speed} an[, gemessen um {time} per Kabel|, auch direkt am Modem|].",
      "ich habe den Tarif {tariff}, aber [jeden Abend|ab etwa {time}|an Wochenenden] [geht fast nichts mehr|bricht die Leitung auf {speed} Mbit/s ein|ruckelt jede Videokonferenz].",
      "[die Geschwindigkeit|die Leistung] an unserem Anschluss {street} schwankt [stark|ständig] zwischen {speed} und {fullspeed} Mbit/s[. Arbeiten von zu Hause ist so nicht möglich|].",
    ],
    detail: [
      "Mein Gerät ist [ein|eine] {device}, Seriennummer {serial}.",
      "Den Router habe ich [schon dreimal|mehrfach|laut Anleitung] neu gestartet, [ohne Erfolg|es ändert nichts].",
      "Die [Messprotokolle|Speedtests] [der letzten {days} Tage|] [hänge ich an|schicke ich gern nach].",
      "In der Routeroberfläche steht {code}.",
      "Auch mit einem anderen Kabel [ist es dasselbe|keine Änderung].",
    ],
    ask: [
      "[Bitte prüfen Sie die Leitung|Können Sie die Leitung bitte durchmessen] [und melden sich|].",
      "Wann [ist das behoben|kann ich mit der vollen Geschwindigkeit rechnen]?",
      "Ich erwarte [eine Minderung|eine Gutschrift] für {month}.",
    ],
    more: [
      "[Gestern|Heute] um {time} waren es [wieder nur|nur noch] {speed} Mbit/s.",
      "Nach dem Neustart [lief es zwei Stunden|war es kurz besser], [jetzt wieder wie vorher|dann brach es wieder ein].",
      "Die Messung per Kabel ergab {speed} Mbit/s [im Download|], Ping {days}4 ms.",
    ],
    answer: [
      "wir haben Ihre Leitung [durchgemessen|geprüft] und [einen erhöhten Rückwegpegel|Störsignale im Segment] gefunden. [Unser Netzbetrieb|Die Technik] [tauscht bis {date} den Verstärker|pegelt den Abschnitt bis {date} neu ein].",
      "an Ihrem Anschluss ist [eine alte Firmware|ein ungünstiger Kanal] hinterlegt. Wir haben [das Modem neu provisioniert|die Einstellungen aus der Ferne angepasst]; bitte trennen Sie {device} [für zehn Minuten|kurz] vom Strom.",
    ],
    question: [
      "[könnten Sie bitte|bitte] [dreimal am Tag|zu verschiedenen Zeiten] eine Messung per Kabel machen und uns die Werte [schicken|mitteilen]?",
      "welche Lampen leuchten an {device}, und [tritt das|ist das] auch per Kabel [auf|so]?",
    ],
    note: [
      "SNR im Segment [auffällig|grenzwertig], siehe {code}. @{handle} kannst du [draufschauen|das beim Netzbetrieb einkippen]?",
      "Kunde misst [sauber|nur per WLAN]. [Modem|{device}] resettet, abwarten.",
    ],
  },
  {
    key: "internet.ausfall",
    weight: 12,
    subjects: [
      "[Totalausfall|Internet weg|Kein Internet]",
      "Kein Internet [seit {when}|, {street}]",
      "Störung [melden|{city}]",
      "Leitung tot, {device} blinkt [rot|nur noch]",
      "[Wieder|Schon wieder] kein Internet!",
    ],
    problem: [
      "seit {when} [haben wir kein Internet mehr|ist unser Anschluss tot|geht gar nichts mehr]. Am {device} [blinkt die Lampe «Online»|leuchtet nur noch Power|erscheint {code}].",
      "bei uns ({street}) ist [das gesamte Internet|alles: Internet und Telefon] ausgefallen[, auch die Nachbarn sind betroffen|, die Nachbarn haben aber Empfang|].",
      "[zum dritten Mal in diesem Monat|schon wieder] ist die Verbindung weg, diesmal seit {time} Uhr.",
    ],
    detail: [
      "Ein Neustart [hilft nicht|bringt nichts].",
      "Ich bin [beruflich|als Selbstständiger] auf die Leitung angewiesen.",
      "Die Hotline [war nach {days}0 Minuten Wartezeit|ist] nicht erreichbar.",
      "Vor dem Haus wird [gerade|seit Tagen] gebaggert[, vielleicht ist das Kabel beschädigt|].",
      "Seriennummer {serial}.",
    ],
    ask: [
      "Wann [geht es wieder|ist die Störung behoben]?",
      "Bitte [um schnelle Hilfe|schicken Sie jemanden].",
      "[Gibt es eine|Wissen Sie von einer] Störung in {city}?",
    ],
    more: [
      "[Kurz war es da|Für eine Stunde ging es], [jetzt ist es wieder weg|seit {time} wieder Ausfall].",
      "Immer noch [nichts|kein Signal]. [Was ist da los?|]",
      "Bei [Nr. {days}|der Nachbarin] geht es [übrigens|] wieder, bei uns nicht.",
    ],
    answer: [
      "in Ihrem [Gebiet|Straßenzug] ist [ein Verstärker|ein Glasfaserknoten|bei Bauarbeiten ein Kabel] ausgefallen. Die Kollegen [sind vor Ort|arbeiten daran] und rechnen bis {time} Uhr mit der Behebung.",
      "die Störung in {city} ist [seit {time} Uhr|] behoben. [Bitte starten Sie {device} einmal neu.|] Für den Ausfall schreiben wir Ihnen {amount} Euro gut.",
    ],
    question: [
      "[sind|sehen Sie an {device}] alle Kabel fest, und welche Lampen leuchten [gerade|]?",
      "unter welcher Nummer [erreicht Sie|erreichen] unser Techniker [Sie|] [heute zwischen {time} und 18 Uhr|morgen Vormittag]?",
    ],
    note: [
      "Gehört zur Störung {code}, [Sammelticket läuft|bitte nicht einzeln eskalieren]. @{handle}",
      "Nachbaranschlüsse [sauber|auch offline]. [Hausverstärker|Verteiler {street}] verdächtig.",
    ],
  },
  {
    key: "tv.schwarz",
    weight: 11,
    subjects: [
      "[Fernseher|Bildschirm|TV] schwarz",
      "Kein Bild [auf allen Sendern|seit {when}|]",
      "Fernsehen geht nicht[ mehr|!!]",
      "Schwarzer Bildschirm [kurz vor dem Anpfiff|beim Spiel|]",
      "{device} zeigt «kein Signal»",
    ],
    problem: [
      "seit {when} [bleibt der Fernseher|ist das Bild] [schwarz|komplett schwarz]. [Der Ton läuft weiter.|Auch kein Ton.|]",
      "unser {device} [zeigt nur noch «kein Signal»|startet bis 40 % und dann ist alles schwarz|meldet {code}].",
      "[alle Sender|sämtliche Programme] sind seit {time} Uhr [weg|schwarz], [Internet geht aber|Internet ist auch weg].",
    ],
    detail: [
      "Die Smartcard {serial} habe ich [gereinigt und neu eingesteckt|schon gewechselt].",
      "Das Antennenkabel sitzt fest.",
      "[Im Schlafzimmer|Am zweiten Gerät] [dasselbe|geht es].",
      "Wir wollten {channel} sehen.",
    ],
    ask: [
      "[Was kann ich tun|Woran liegt das]?",
      "Bitte [schalten Sie frei|helfen Sie schnell].",
      "Können Sie [ein Freischaltsignal|einen Techniker] schicken?",
    ],
    more: [
      "Nach [dem Suchlauf|dem Reset] [sind nur noch {days} Sender da|immer noch schwarz].",
      "Jetzt kommt {code}.",
      "[Seit heute früh|Plötzlich] geht es wieder, [aber {channel} fehlt|danke].",
    ],
    answer: [
      "wir haben Ihre Smartcard [neu freigeschaltet|aktiviert]. Bitte lassen Sie das Gerät [30 Minuten|eine Stunde] auf {channel} eingeschaltet.",
      "der Fehler {code} heißt, dass [der Pegel an Ihrer Dose zu niedrig ist|die Box das Update nicht laden konnte]. Bitte [führen Sie einen Werksreset durch|ziehen Sie das Netzteil für fünf Minuten].",
    ],
    question: [
      "[steht|erscheint] auf dem Bildschirm eine Fehlernummer, und [was zeigt das Display der Box|leuchtet die Box grün]?",
      "betrifft es [alle Geräte|auch das Fernsehen im anderen Zimmer]?",
    ],
    note: ["Freischaltsignal um {time} gesendet.", "@{handle} [Pegel laut Messung -12 dBmV|Box ist EOL], Tausch?"],
  },
  {
    key: "tv.sender",
    weight: 6,
    subjects: [
      "{channel} fehlt",
      "Sender verschwunden [nach Umstellung|]",
      "[Senderliste|Kanalbelegung] durcheinander",
      "{channel} [in HD |]nicht mehr zu empfangen",
    ],
    problem: [
      "seit [der Umstellung am {date}|{when}] fehlen uns [{channel} und mehrere andere Sender|{days} Programme].",
      "{channel} [ist|war] [plötzlich|über Nacht] verschwunden, [der Suchlauf findet nichts|auf dem Platz liegt jetzt ein Verkaufskanal].",
      "das Bild auf {channel} [zerfällt in Klötzchen|friert alle paar Minuten ein].",
    ],
    detail: [
      "Fernseher: {device}.",
      "Suchlauf [zweimal gemacht|mit Netz-ID und ohne].",
      "Meine [Mutter|Frau] [schaut nur diesen Sender|ist verzweifelt].",
      "Ich zahle für das Paket {tariff}.",
    ],
    ask: [
      "Auf welchem Platz [liegt er jetzt|finde ich ihn]?",
      "Bitte [um Prüfung|sagen Sie mir, was ich einstellen muss].",
    ],
    more: [
      "Der Suchlauf [brachte nichts|findet jetzt {days} Sender mehr].",
      "Und die [Favoriten|Aufnahmen] sind auch weg.",
    ],
    answer: [
      "{channel} [wird seit {date} auf einer anderen Frequenz gesendet|hat den Platz gewechselt]. Bitte starten Sie einen [vollständigen|automatischen] Suchlauf mit der Netz-ID 61444.",
      "der Sender gehört seit {date} zum Paket {tariff}; wir haben es [für Sie kostenlos bis Jahresende|zum gleichen Preis] zugebucht.",
    ],
    question: ["[welches|was für ein] Gerät [nutzen Sie|ist angeschlossen]?"],
    note: ["Kanalwechsel {date}, [Textbaustein passt|Anleitung geschickt]."],
  },
  {
    key: "technik.router",
    weight: 6,
    subjects: [
      "{device} [defekt|startet ständig neu|kommt nicht an]",
      "Router [kaputt|tauschen]",
      "WLAN [reicht nicht bis ins Schlafzimmer|bricht ab]",
      "Portfreigabe / DS-Lite",
      "Fehler {code}",
    ],
    problem: [
      "{device} (Seriennummer {serial}) [startet alle paar Stunden neu|wird sehr heiß|findet kein WLAN mehr].",
      "seit dem Update [auf Version 7.{days}|vom {date}] [funktioniert die Portfreigabe nicht mehr|fällt das WLAN aus].",
      "das angekündigte Gerät ist [nicht angekommen|beschädigt geliefert worden], Sendungsnummer {serial}.",
    ],
    detail: ["Werksreset [gemacht|hat nicht geholfen].", "Im Protokoll steht {code}.", "MAC {mac}."],
    ask: [
      "[Bitte tauschen Sie|Ich bitte um Austausch].",
      "Wie stelle ich das ein?",
      "Brauche ich eine eigene IPv4-Adresse?",
    ],
    more: [
      "Das Tauschgerät [ist da|kam heute], [läuft|aber der Fehler bleibt].",
      "Hier das Protokoll: {code}, {code}, {code}.",
    ],
    answer: [
      "das Tauschgerät ist unterwegs (Sendung {serial}). [Das alte legen Sie bitte in denselben Karton.|]",
      "die Firmware mit der Korrektur spielen wir [heute Nacht|am {date}] ein. [Bis dahin hilft es, das 5-GHz-Band abzuschalten.|]",
    ],
    question: ["welche Firmware [zeigt|hat] Ihr {device}?"],
    note: ["Bekannter Fehler {code} ab 7.{days}. [Workaround im Wiki.|]"],
  },
  {
    key: "technik.termin",
    weight: 6,
    subjects: [
      "Techniker [nicht erschienen|kam nicht]",
      "Termin [verschieben|am {date}|bestätigen]",
      "Technikertermin [{date}|]",
      "Wo bleibt der Techniker?",
    ],
    problem: [
      "am {date} sollte zwischen {time} und 12 Uhr ein Techniker kommen. [Niemand kam.|Ich habe umsonst Urlaub genommen.]",
      "den Termin am {date} [kann ich leider nicht wahrnehmen|muss ich absagen].",
      "[wann|zu welcher Uhrzeit] kommt der Techniker [am {date}|]?",
    ],
    detail: [
      "Im Portal steht [angeblich|] «Kunde nicht angetroffen».",
      "Bitte bei {last} klingeln, [Hinterhaus|3. Stock].",
      "Ich bin unter {phone} erreichbar.",
    ],
    ask: ["Bitte [nennen Sie|] [einen neuen Termin|einen Ersatztermin].", "Wer erstattet mir den Tag?"],
    more: ["[Nachmittags|Samstags] wäre [mir|] am besten.", "Er war da, [alles gut|aber das Problem ist geblieben]."],
    answer: [
      "das tut uns leid: [der Kollege war krank|die Tour war überfüllt]. Neuer Termin: {date}, {time} Uhr. [Als Entschuldigung {amount} Euro Gutschrift.|]",
      "der Termin ist auf den {date} verlegt. [Sie bekommen eine Stunde vorher eine SMS.|]",
    ],
    question: ["passt Ihnen [der {date}|ein Samstag] zwischen {time} und 16 Uhr?"],
    note: ["Subunternehmer angemahnt. @{handle} [bitte Pönale prüfen|Tour umgeplant]."],
  },
  {
    key: "telefon",
    weight: 4,
    subjects: [
      "[Telefon tot|Kein Freizeichen]",
      "Rufnummernmitnahme {phone}",
      "Anrufer hören mich nicht",
      "Rufumleitung",
    ],
    problem: [
      "seit {when} [ist das Telefon tot|hören mich Anrufer nicht]. Internet geht.",
      "meine Rufnummer {phone} sollte am {date} übernommen werden, [das ist nicht passiert|stattdessen habe ich eine fremde].",
    ],
    detail: ["Telefon an {device}, Buchse 1.", "[Meine Eltern sind darauf angewiesen.|Der Hausnotruf hängt daran!]"],
    ask: ["Bitte [dringend|] [um Hilfe|beheben]."],
    more: ["Jetzt [knackt es|kommt ein Besetztton].", "Ausgehend geht, eingehend nicht."],
    answer: [
      "die Registrierung der Nummer [war hängen geblieben|ist erneuert]. Bitte [testen Sie|starten Sie {device} neu].",
      "die Portierung ist für den {date}, {time} Uhr bestätigt.",
    ],
    question: ["[von welcher Nummer|wann] [haben Sie es versucht|trat es zuletzt auf]?"],
    note: ["SIP-Registrierung {code}. [Neu gesetzt.|]"],
  },
  {
    key: "postfach",
    weight: 4,
    subjects: [
      "Postfach [voll|gesperrt|gehackt?]",
      "Kann keine Mails [senden|abrufen]",
      "Passwort [vergessen|geht nicht]",
      "Spam ohne Ende",
    ],
    problem: [
      "ich kann [mich nicht mehr bei kabelmail anmelden|seit {when} keine Mails mehr senden], Meldung: {code}.",
      "[von meinem Konto|in meinem Namen] werden Spam-Mails verschickt.",
      "mein Postfach [ist voll|nimmt nichts mehr an].",
    ],
    detail: [
      "Programm: [Outlook|Thunderbird|Apple Mail].",
      "IMAP, Port 993.",
      "Das Passwort habe ich [am {date}|] geändert.",
    ],
    ask: ["[Bitte setzen Sie es zurück|Was ist zu tun]?"],
    more: ["Mit dem neuen Passwort [geht es|dasselbe]."],
    answer: [
      "wir haben das Postfach [wegen auffälligen Versands gesperrt und jetzt wieder freigegeben|auf 15 GB erweitert]. Bitte [ändern Sie das Passwort|melden Sie sich neu an].",
    ],
    question: ["welche [Einstellungen|Server] stehen in Ihrem Programm?"],
    note: ["Kompromittiert, [Sitzungen beendet|Versand gedrosselt]."],
  },
];
