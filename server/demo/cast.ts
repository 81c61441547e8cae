// Who and what the demo world has: two brands, their agents, teams and topics, and the customers in the foreground. Read by seed.ts, stories.ts and demo.ts.
import type { Field } from "#contract/fields.ts";
import type { Hours, Span } from "#contract/hours.ts";
import type { Role } from "#contract/permissions.ts";

export type BrandKey = "elb" | "harbour";

/** Monday to Friday, and Saturday; closed on Sunday. */
const week = (workday: Span[], saturday: Span[]): Hours["weekly"] => [
  ...Array.from({ length: 5 }, () => workday),
  saturday,
  [],
];

/** The brands and the address each is written to. */
export const demoBrands: Readonly<
  Record<
    BrandKey,
    {
      readonly name: string;
      readonly address: string;
      readonly aliases: readonly string[];
      readonly displayName: string;
      readonly signature: string;
      readonly language: "de" | "en";
      readonly hours: Hours;
    }
  >
> = {
  elb: {
    name: "Elbkabel",
    address: "service@elbkabel.example",
    aliases: ["rechnung@elbkabel.example", "hilfe@elbkabel.example"],
    displayName: "Elbkabel Kundenservice",
    hours: {
      timeZone: "Europe/Berlin",
      weekly: week([{ from: "08:00", to: "20:00" }], [{ from: "09:00", to: "16:00" }]),
      exceptions: [
        { from: "2026-12-24", to: "2026-12-24", name: "Heiligabend = Christmas Eve", spans: [] },
        {
          from: "2026-12-31",
          to: "2026-12-31",
          name: "Silvester = New Year's Eve",
          spans: [{ from: "08:00", to: "13:00" }],
        },
      ],
      // It sits in Hamburg.
      holidays: {
        state: "HH",
        part: "none",
        times: { how: "closed" },
        own: [{ holiday: "reformationDay", times: { how: "like", weekday: 5 } }],
        calendars: [],
        named: [],
      },
    },
    signature: "Viele Grüße\n{agent}\n\n{brand} Kundenservice\nDeichstraße 27, 20459 Hamburg\nwww.elbkabel.example",
    language: "de",
  },
  harbour: {
    name: "Harbour Fibre",
    address: "support@harbourfibre.example",
    aliases: [],
    displayName: "Harbour Fibre Support",
    hours: { timeZone: "Europe/London", weekly: week([{ from: "09:00", to: "17:30" }], []), exceptions: [] },
    signature: "Kind regards\n{agent}\n\n{brand} Business Support\n4 Old Customs Quay, Portmere",
    language: "en",
  },
};

/** What the harbour's brand has from a calendar: bank holidays of England, but for those of Easter. */
export const demoCalendar = {
  name: "Bank holidays England",
  text: [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    ...(
      [
        ["20200101", "RRULE:FREQ=YEARLY", "New Year's Day"],
        ["20200504", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=1MO", "Early May bank holiday"],
        ["20200525", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", "Spring bank holiday"],
        ["20200831", "RRULE:FREQ=YEARLY;BYMONTH=8;BYDAY=-1MO", "Summer bank holiday"],
        ["20201225", "RRULE:FREQ=YEARLY", "Christmas Day"],
        ["20201226", "RRULE:FREQ=YEARLY", "Boxing Day"],
      ] as const
    ).flatMap(([day, rule, name]) => [
      "BEGIN:VEVENT",
      `DTSTART;VALUE=DATE:${day}`,
      rule,
      `SUMMARY:${name}`,
      "END:VEVENT",
    ]),
    "END:VCALENDAR",
  ].join("\r\n"),
};

/** Addresses of the demo's brands. */
export const demoDoors: readonly string[] = Object.values(demoBrands).map((brand) => brand.address);

export const demoTeams = ["Kundenservice", "Technik", "Rechnung & Vertrag", "Harbour Fibre"] as const;
type TeamName = (typeof demoTeams)[number];

export interface DemoAgent {
  readonly handle: string;
  readonly name: string;
  readonly role: Role;
  readonly teams: readonly TeamName[];
  readonly brand: BrandKey | null;
  readonly language: "de" | "en";
  /** Bernd has left: what he wrote stays under his name. */
  readonly hasLeft?: true;
}

export const demoAgents: readonly DemoAgent[] = [
  { handle: "lena", name: "Lena Hartwig", role: "agent", teams: ["Kundenservice"], brand: null, language: "de" },
  {
    handle: "omar",
    name: "Omar Celik",
    role: "supervisor",
    teams: ["Kundenservice", "Technik"],
    brand: null,
    language: "de",
  },
  { handle: "ada", name: "Ada Brandt", role: "admin", teams: [], brand: null, language: "de" },
  { handle: "selin", name: "Selin Kaya", role: "agent", teams: ["Kundenservice"], brand: "elb", language: "de" },
  { handle: "tom", name: "Tom Nowak", role: "agent", teams: ["Kundenservice"], brand: "elb", language: "de" },
  { handle: "jonas", name: "Jonas Petersen", role: "agent", teams: ["Technik"], brand: null, language: "de" },
  { handle: "mina", name: "Mina Yılmaz", role: "agent", teams: ["Technik"], brand: "elb", language: "de" },
  { handle: "piet", name: "Piet Sörensen", role: "agent", teams: ["Technik"], brand: "elb", language: "de" },
  { handle: "carla", name: "Carla Weiß", role: "agent", teams: ["Rechnung & Vertrag"], brand: "elb", language: "de" },
  { handle: "ruth", name: "Ruth Albers", role: "agent", teams: ["Rechnung & Vertrag"], brand: "elb", language: "de" },
  { handle: "emma", name: "Emma Whitfield", role: "agent", teams: ["Harbour Fibre"], brand: "harbour", language: "en" },
  { handle: "owen", name: "Owen Hughes", role: "agent", teams: ["Harbour Fibre"], brand: "harbour", language: "en" },
  {
    handle: "bernd",
    name: "Bernd Voigt",
    role: "agent",
    teams: ["Kundenservice"],
    brand: "elb",
    language: "de",
    hasLeft: true,
  },
];

const password = "draht-demo";
const login = (
  handle: string,
): { readonly name: string; readonly role: Role; readonly email: string; readonly password: string } => {
  const agent = demoAgents.find((each) => each.handle === handle);
  if (!agent) throw new Error(`nobody is called ${handle}`);
  return { name: agent.name, role: agent.role, email: `${handle}@elbkabel.example`, password };
};

/** Who may sign in to the demo world, with which password. */
export const demoLogins = [login("lena"), login("omar"), login("ada")];

/** The tree of topics: path in the corpus, words at the desk, who looks after it. */
export const demoTopics: readonly {
  readonly key: string;
  readonly name: string;
  readonly team: TeamName;
  readonly whenClosed: "reopen" | "follow-up";
}[] = [
  { key: "internet", name: "Internet", team: "Technik", whenClosed: "reopen" },
  { key: "internet.langsam", name: "Zu langsam", team: "Technik", whenClosed: "reopen" },
  { key: "internet.ausfall", name: "Ausfall", team: "Technik", whenClosed: "reopen" },
  { key: "tv", name: "Fernsehen", team: "Technik", whenClosed: "reopen" },
  { key: "tv.schwarz", name: "Kein Bild", team: "Technik", whenClosed: "reopen" },
  { key: "tv.sender", name: "Sender fehlen", team: "Kundenservice", whenClosed: "reopen" },
  { key: "rechnung", name: "Rechnung", team: "Rechnung & Vertrag", whenClosed: "follow-up" },
  { key: "rechnung.hoehe", name: "Zu hoch oder falsch", team: "Rechnung & Vertrag", whenClosed: "follow-up" },
  { key: "rechnung.mahnung", name: "Mahnung", team: "Rechnung & Vertrag", whenClosed: "follow-up" },
  { key: "vertrag", name: "Vertrag", team: "Rechnung & Vertrag", whenClosed: "follow-up" },
  { key: "vertrag.kuendigung", name: "Kündigung", team: "Rechnung & Vertrag", whenClosed: "follow-up" },
  { key: "vertrag.umzug", name: "Umzug", team: "Kundenservice", whenClosed: "follow-up" },
  { key: "vertrag.tarif", name: "Tarifwechsel", team: "Kundenservice", whenClosed: "follow-up" },
  { key: "technik", name: "Geräte und Termine", team: "Technik", whenClosed: "reopen" },
  { key: "technik.router", name: "Router", team: "Technik", whenClosed: "reopen" },
  { key: "technik.termin", name: "Technikertermin", team: "Technik", whenClosed: "reopen" },
  { key: "telefon", name: "Telefon", team: "Technik", whenClosed: "reopen" },
  { key: "postfach", name: "E-Mail-Postfach", team: "Kundenservice", whenClosed: "reopen" },
  { key: "beschwerde", name: "Beschwerde", team: "Kundenservice", whenClosed: "reopen" },
  { key: "lob", name: "Lob", team: "Kundenservice", whenClosed: "reopen" },
];

/** What the centre wants to know of everybody. `topic`: only of concerns about that. */
export const demoFields: readonly (Pick<Field, "owner" | "kind" | "name" | "choices"> & { readonly topic?: string })[] =
  [
    { owner: "customer", kind: "text", name: "Kundennummer", choices: [] },
    { owner: "customer", kind: "text", name: "Tarif", choices: [] },
    { owner: "customer", kind: "yesNo", name: "Hausnotruf", choices: [] },
    { owner: "concern", kind: "date", name: "Störung seit", choices: [], topic: "internet" },
    { owner: "concern", kind: "choice", name: "Anschluss", choices: ["Kabel", "Glasfaser", "DSL"], topic: "internet" },
    { owner: "concern", kind: "date", name: "Bild fehlt seit", choices: [], topic: "tv" },
    { owner: "concern", kind: "text", name: "Rechnungsnummer", choices: [], topic: "rechnung" },
    { owner: "concern", kind: "number", name: "Strittiger Betrag", choices: [], topic: "rechnung" },
    { owner: "concern", kind: "text", name: "Gerätenummer", choices: [] },
  ];

/** Somebody with a story of their own. */
export interface Foreground {
  readonly name: string;
  readonly address: string;
  readonly organisation?: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export const foreground = {
  juergen: {
    name: "Jürgen Größmann",
    address: "juergen.groessmann@post.example",
    fields: { Kundennummer: "30412877", Straße: "Müggenburger Straße 11", Ort: "20539 Hamburg", Tarif: "Elb Giga" },
  },
  helga: {
    name: "Helga Pfeiffer",
    address: "h.pfeiffer@t-net.example",
    fields: {
      Kundennummer: "18220943",
      Straße: "Rosengarten 4a",
      Ort: "22880 Wedel",
      Tarif: "Elb Kombi 250",
      "Kunde seit": 2009,
    },
  },
  aylin: {
    name: "Aylin Demir",
    address: "aylin.demir@gmx.example",
    fields: { Kundennummer: "52733108", Straße: "Große Bergstraße 152", Ort: "22767 Hamburg", Tarif: "TV Sport" },
  },
  walter: {
    name: "Walter Brinkmann",
    address: "w.brinkmann@kabelmail.example",
    fields: { Kundennummer: "11904456", Straße: "Am Deich 3", Ort: "21682 Stade", Hausnotruf: true },
  },
  kita: {
    name: "Kita Elbfrösche",
    address: "leitung@elbfroesche.example",
    organisation: "Kita Elbfrösche e. V.",
    fields: { Kundennummer: "70011325", Ort: "21129 Hamburg" },
  },
  priya: {
    name: "Priya Patel",
    address: "priya@thornbury-dental.example",
    organisation: "Thornbury Dental",
    fields: { Account: "HF-204417", Site: "12 Harbour Street, Portmere", Tariff: "Business 300" },
  },
  callum: {
    name: "Callum Reid",
    address: "callum.reid@saltwick-logistics.example",
    organisation: "Saltwick Logistics",
    fields: { Account: "HF-118820", Tariff: "Leased Line 1G", SLA: "4 h" },
  },
  nils: {
    name: "Nils Voß",
    address: "nils.voss@freemail.example",
    fields: { Kundennummer: "61209931", Ort: "21335 Lüneburg" },
  },
} as const satisfies Record<string, Foreground>;

/** Customers one may write as on the post box page. */
export const demoPeople: readonly { readonly name: string; readonly address: string }[] = Object.values(foreground).map(
  ({ name, address }) => ({ name, address }),
);
