// Invented customers: names, streets, numbers, mail addresses below .example. Used by lib/corpus/threads.ts and the demo world.
import { codeFrom, randomFrom, type Random } from "#lib/corpus/random.ts";

export type Language = "de" | "en";

/** Somebody who writes to us. */
export interface Person {
  readonly first: string;
  readonly last: string;
  readonly title: "Frau" | "Herr" | "Ms" | "Mr";
  readonly address: string;
  readonly language: Language;
  readonly customerNumber: string;
  readonly street: string;
  readonly city: string;
  readonly phone: string;
  readonly company: string | null;
}

const words = (text: string): readonly string[] => text.split(" ");

const women = words(
  "Sabine Petra Monika Claudia Susanne Andrea Birgit Karin Anna Lena Julia Katharina Stefanie Jana Nicole Melanie Ayşe Elif Fatma Ewa Agnieszka Olga Irina Heike Gabriele Ute Renate Ingrid Brigitte Helga Ursula Marie Sophie Emma Mia Hannah Leonie Käthe Jördis Bärbel Gülşen Zoë Chloé Frauke Wiebke Antje Silke Anke Martina Doris Rosemarie",
);
const men = words(
  "Thomas Michael Andreas Peter Wolfgang Klaus Jürgen Günter Stefan Christian Uwe Werner Horst Frank Dieter Manfred Gerhard Hans Bernd Torsten Matthias Martin Sven Jens Björn Jörg Kai Ole Hauke Mehmet Mustafa Ali Can Emre Paweł Tomasz Dmitri Igor Luca Matteo Rüdiger Götz Sönke Heiner Ludger Florian Sebastian Tobias Philipp Maximilian",
);
const beginnings = words(
  "Müll Schmid Schnei Fisch Web Mey Wagn Beck Hoff Schäf Koch Bau Rich Klein Wolf Schrö Neu Schwarz Zimm Krü Hart Lang Wern Krau Lehm Köhl Her Wal May Hub Kais Fuch Pet Scholz Möll Weiß Jun Hah Vog Fried Kell Gün Frank Berg Wink Ro Lor Bau Alb Schust Sim Böh Win Kra Graf Hein Dietr Zieg Kuh Küh Pohl Eng Hor Busch Bergm Tho Voi Saue Arn Nold Pfeif Größ",
);
const endings = words(
  "er mann meier ke sen hardt bauer stein berg feld hof ing ert ner kamp horst dorf brink haus wald bach ler mer ich nitz ow ski huber schmidt beck",
);
const surnames = words(
  "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Yılmaz Kaya Demir Şahin Nowak Kowalski Petersen Hansen Jensen Größmann Weißenborn Böttcher Jäger Günther Köhler Vogel Jürgens",
);
const streets = words(
  "Hafen Linden Birken Kirch Schul Garten Berg Wald Rosen Mühlen Bahnhof Goethe Schiller Mozart Elb Weser Deich Möwen Kastanien Amsel Finken Eichen Ahorn Buchen Wiesen Feld Sonnen Brunnen Markt Post Ring Nord Süd Große Alte Neue",
);
const streetEnds = words("straße weg allee gasse platz ufer damm stieg kamp winkel twiete chaussee");
const towns = words(
  "Hamburg Altona Wedel Pinneberg Stade Buxtehude Lüneburg Cuxhaven Glückstadt Elmshorn Bergedorf Reinbek Geesthacht Lauenburg Winsen Harburg Itzehoe Uetersen Schenefeld Norderstedt",
);
const domains = words(
  "post.example gmx.example web.example mail.example t-net.example freemail.example posteo.example kabelmail.example",
);

const englishWomen = words(
  "Margaret Susan Linda Karen Emily Olivia Charlotte Amelia Grace Sophie Aisha Priya Chloe Niamh Siobhan Rachel Hannah Laura Claire Fiona Zoe Ruth Helen Joanne Yasmin",
);
const englishMen = words(
  "James David John Michael Robert Oliver Harry George Jack Callum Liam Owen Rhys Arjun Mohammed Ahmed Daniel Matthew Stephen Andrew Patrick Sean Graham Nigel Trevor",
);
const englishBeginnings = words(
  "Ash Brad Car Dun Ell Fair Gar Har Hol Kel Lang Mar Nor Oak Pem Rad Stan Thorn Wake Whit Win Wood York Black Green Hart Mill Sut Brook Clif",
);
const englishEndings = words(
  "ton ford ley field wood worth man by well den son ham stead more low combe wick bury bridge gate",
);
const englishSurnames = words(
  "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Walker White Edwards Hughes Green Hall Lewis Harris Clarke Jackson Khan O'Brien McGregor Murphy Singh",
);
const englishStreets = words(
  "Harbour Station Church Victoria Mill Park Queen King Dock Quay Ferry Bridge Chapel Orchard Priory Castle Abbey Granary Wharf Lighthouse",
);
const englishStreetEnds = words("Street Road Lane Avenue Row Terrace Walk Close Drive Quay");
const englishTowns = words(
  "Portmere Haverleigh Saltwick Eastmouth Dunhaven Northquay Brinsea Coldharbour Westerby Marlport",
);
const trades = words(
  "Logistics Bakery Dental Motors Catering Legal Media Print Marine Pharmacy Interiors Recruitment Foods Textiles Surveying Optics Roofing Travel",
);

const plain: Readonly<Record<string, string>> = {
  ä: "ae",
  ö: "oe",
  ü: "ue",
  ß: "ss",
  Ä: "Ae",
  Ö: "Oe",
  Ü: "Ue",
  ş: "s",
  Ş: "S",
  ı: "i",
  ł: "l",
  ğ: "g",
};

/** A text as it stands in a mail address: lower case, umlauts written out, letters, digits and dots. */
const bare = (text: string): string =>
  text
    .replace(/[äöüßÄÖÜşŞıłğ]/g, (letter) => plain[letter] ?? "")
    .normalize("NFD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");

const german = (random: Random, index: number): Person => {
  const isWoman = random.chance(0.5);
  const first = random.zipf(isWoman ? women : men);
  const last = random.chance(0.35) ? random.zipf(surnames) : random.pick(beginnings) + random.pick(endings);
  const mailName = random.pick([
    `${bare(first)}.${bare(last)}`,
    `${bare(first).slice(0, 1)}.${bare(last)}`,
    `${bare(last)}${random.between(50, 99)}`,
    `${bare(first)}_${bare(last)}`,
  ]);
  return {
    first,
    last,
    title: isWoman ? "Frau" : "Herr",
    // The index makes it this person's alone.
    address: `${mailName}.${index.toString(36)}@${random.zipf(domains)}`,
    language: "de",
    customerNumber: `${random.between(10, 89)}${codeFrom(random, 6, "0123456789")}`,
    street: `${random.pick(streets)}${random.pick(streetEnds)} ${random.between(1, 148)}${random.chance(0.2) ? random.pick(["a", "b", "c"]) : ""}`,
    city: `${random.between(20095, 25499)} ${random.zipf(towns)}`,
    phone: `0${random.pick(["40", "4101", "4141", "4131", "171", "176", "160", "151"])} ${codeFrom(random, 7, "0123456789")}`,
    company: null,
  };
};

const english = (random: Random, index: number): Person => {
  const isWoman = random.chance(0.5);
  const first = random.zipf(isWoman ? englishWomen : englishMen);
  const last = random.chance(0.35)
    ? random.zipf(englishSurnames)
    : random.pick(englishBeginnings) + random.pick(englishEndings);
  const company = `${random.pick(englishBeginnings)}${random.pick(englishEndings)} ${random.pick(trades)}`;
  const domain = `${bare(company)}-${index.toString(36)}.example`;
  return {
    first,
    last,
    title: isWoman ? "Ms" : "Mr",
    address: `${random.pick([`${bare(first)}.${bare(last)}`, bare(first), `${bare(first).slice(0, 1)}${bare(last)}`])}@${domain}`,
    language: "en",
    customerNumber: `HF-${codeFrom(random, 6, "0123456789")}`,
    street: `${random.between(1, 180)} ${random.pick(englishStreets)} ${random.pick(englishStreetEnds)}`,
    city: random.zipf(englishTowns),
    phone: `01${codeFrom(random, 3, "0123456789")} ${codeFrom(random, 6, "0123456789")}`,
    company,
  };
};

/** The customer of that number; the same for ever. Customers of the business brand write English and from a company. */
export const personFor = (seed: number | string, index: number, language: Language): Person => {
  const random = randomFrom(seed, "person", language, index);
  return language === "de" ? german(random, index) : english(random, index);
};
