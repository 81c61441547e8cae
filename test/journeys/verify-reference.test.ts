// Every other action: what a desk keeps of agents, teams, brands, channels, topics and fields follows by the events alone; what only hints says so.
// And none is forgotten: each action that somebody outside its module can call is compared here, in verify-action.test.ts, calendars.test.ts, promises.test.ts, automation*.test.ts,
// calls*.test.ts or file-checks.test.ts,
// or stands below with the reason why no desk has anything to compare.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { CalendarId, ViewId } from "#contract/ids.ts";
import type { FlowDocument } from "#contract/flows.ts";
import type { Hours } from "#contract/hours.ts";
import { everything } from "#contract/concerns.ts";
import { changeAgent, createAgent, createTeam } from "#modules/agents/actions.ts";
import {
  addChannel,
  changeBrand,
  changeChannel,
  changeCost,
  changeTopic,
  createBrand,
  createTopic,
  recordHealth,
  recordSending,
  removeTopic,
} from "#modules/brands/actions.ts";
import { undoMerge } from "#modules/concerns/actions-merging.ts";
import { changeView, orderViews, removeView, restoreView, saveView } from "#modules/concerns/actions-views.ts";
import {
  addAddress,
  changeAddress,
  createCustomer,
  removeAddress,
  restoreAddress,
} from "#modules/customers/actions-desk.ts";
import { claimFor, proposeFor } from "#modules/customers/actions-likeness.ts";
import { declineProposal, mergeCustomers } from "#modules/customers/actions-merging.ts";
import { mergesFor } from "#modules/customers/reads-merging.ts";
import { sql } from "#platform/db/db.ts";
import type { Tx } from "#platform/db/db.ts";
import { changeField, createField, removeField } from "#modules/fields/actions.ts";
import { changeFlow, createFlow, publishFlow, removeFlow, rollBackFlow } from "#modules/flows/actions.ts";
import { addService, changeService, removeService } from "#modules/flows/actions-services.ts";
import { setHours } from "#modules/hours/actions.ts";
import { addCalendar, changeCalendar, removeCalendar, renewCalendars } from "#modules/hours/actions-calendars.ts";
import { openAt } from "#modules/hours/model.ts";
import { allHours, calendarsFor } from "#modules/hours/reads.ts";
import { changeNotice, endNotice, showNotice } from "#modules/notices/actions.ts";
import { channelKinds } from "#server/connected.ts";
import { mailboxSettings } from "#test/centre.ts";
import { verifyAction } from "#test/verify-action.ts";
import { addCast, openTestWorld, sure, type Cast, type TestWorld } from "#test/world.ts";

let world: TestWorld & { readonly channelKinds: ReturnType<typeof channelKinds> };
let cast: Cast;
before(async () => {
  world = { ...(await openTestWorld()), channelKinds: channelKinds() };
  cast = await addCast(world);
});
after(() => world.close());

const verify = async <T>(act: () => Promise<T>, kind: string): Promise<Exclude<T, { refused: unknown }>> =>
  sure((await verifyAction(world, cast.anna, act, [kind])) as never);

test("agents and teams", async () => {
  const team = await verify(() => createTeam(world, cast.omar, "Technik"), "team.changed");
  const input = {
    name: "Lena Falk",
    handle: "lena",
    email: "lena@staff.example",
    role: "agent" as const,
    active: true,
    teamIds: [team.id],
    brandIds: [cast.brandId],
    password: "ein-langes-geheimes-wort",
  };
  const lena = await verify(() => createAgent(world, cast.omar, input), "agent.changed");
  const changed = { ...input, name: "Lena Vogt", active: false, teamIds: [], password: null };
  await verify(() => changeAgent(world, cast.omar, lena.id, changed), "agent.changed");
});

test("brands, channels and their health, topics, fields", async () => {
  const brand = { name: "Harz Netz", signature: "{agent}", language: "de" as const };
  const made = await verify(() => createBrand(world, cast.omar, brand), "brand.changed");
  await verify(() => changeBrand(world, cast.omar, made.id, { ...brand, name: "Harznetz" }), "brand.changed");

  const refusedSignIn = { reason: null, code: "5.7.8", detail: "535 5.7.8 Authentication failed" };
  const mailbox = (enabled: boolean) => ({
    brandId: made.id,
    kind: "email" as const,
    name: "Harz",
    enabled,
    settings: mailboxSettings({ address: "service@harz.example", smtp: { host: "127.0.0.1", port: 9 } }),
  });
  const channel = await verify(() => addChannel(world, cast.omar, mailbox(true)), "channel.changed");
  await verify(() => changeChannel(world, cast.omar, channel.id, mailbox(false)), "channel.changed");
  await verify(() => recordHealth(world, cast.omar, channel.id, "failing", refusedSignIn), "channel.changed");
  const cost = { kind: "email", cents: 7.5 } as const;
  await verify(() => changeCost(world, cast.omar, cost), "channelCost.changed");
  await verify(() => changeCost(world, cast.omar, { ...cost, cents: null }), "channelCost.changed");
  await verify(() => recordSending(world, cast.omar, channel.id, refusedSignIn), "channel.changed");

  const topic = { parentId: null, name: "Störung", teamId: null, whenClosed: "reopen" as const };
  const kept = await verify(() => createTopic(world, cast.omar, topic), "topic.changed");
  await verify(() => changeTopic(world, cast.omar, kept.id, { ...topic, name: "Ausfall" }), "topic.changed");
  await verify(() => removeTopic(world, cast.omar, kept.id), "topic.removed");

  const asked = { name: "Anschluss", choices: ["Kabel", "Glas"], topicId: null };
  const choice = { ...asked, owner: "concern" as const, kind: "choice" as const };
  const field = await verify(() => createField(world, cast.omar, choice), "field.changed");
  const renamed = { ...asked, name: "Anschlussart", choices: ["Kabel", "Glasfaser"] };
  await verify(() => changeField(world, cast.omar, field.id, renamed), "field.changed");
  await verify(() => removeField(world, cast.omar, field.id), "field.removed");
});

const allDay = { from: "00:00", to: "00:00" };

test("opening hours, calendars and notices", async () => {
  const hours: Hours = {
    timeZone: "Europe/Berlin",
    weekly: Array.from({ length: 7 }, () => []),
    exceptions: [],
    holidays: { state: "HH", part: "none", times: { how: "like", weekday: 6 }, own: [], calendars: [], named: [] },
  };
  for (const owner of [
    { kind: "brand", id: cast.brandId },
    { kind: "channel", id: cast.channel.id },
  ] as const) {
    await verify(() => setHours(world, cast.omar, { owner, hours }), "hours.changed");
    await verify(() => setHours(world, cast.omar, { owner, hours: null }), "hours.changed");
  }
  const text = (...lines: readonly string[]): string => ["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR"].join("\r\n");
  const outing = text("BEGIN:VEVENT", "DTSTART:20200601", "RRULE:FREQ=YEARLY", "SUMMARY:Ausflug", "END:VEVENT");
  const revision = async (): Promise<string> =>
    (await world.db.one<{ revision: string }>(sql`SELECT revision::text FROM promise_book`)).revision;
  const before = await revision();
  const calendar = await verify(
    () => addCalendar(world, cast.omar, { name: "Werk", text: outing }),
    "calendar.changed",
  );
  assert.deepEqual(calendar.days.map(({ name }) => name).slice(0, 1), ["Ausflug"]);
  assert.notEqual(await revision(), before, "promises are counted anew");
  const renamed = { name: "Werk Nord", text: null };
  await verify(() => changeCalendar(world, cast.omar, calendar.id, renamed), "calendar.changed");
  const owner = { kind: "brand", id: cast.brandId } as const;
  const rule = hours.holidays ?? assert.fail();
  const named: Hours = { ...hours, holidays: { ...rule, times: { how: "closed" }, calendars: [calendar.id] } };
  await verify(() => setHours(world, cast.omar, { owner, hours: named }), "hours.changed");
  const [set] = await allHours(world.db);
  assert.ok(
    set && openAt({ ...set.hours, weekly: hours.weekly.map(() => [allDay]) }, new Date("2028-05-31T12:00:00Z")),
  );
  assert.equal(
    openAt({ ...set.hours, weekly: hours.weekly.map(() => [allDay]) }, new Date("2028-06-01T12:00:00Z")),
    false,
  );
  const code = (result: object): unknown =>
    "refused" in result ? [result.refused, "facts" in result && result.facts] : result;
  assert.deepEqual(code(await removeCalendar(world, cast.omar, calendar.id)), ["calendarUsed", { names: "Elbkabel" }]);
  const gone = { ...named, holidays: { ...rule, calendars: [world.newId() as CalendarId] } };
  assert.deepEqual(code(await setHours(world, cast.omar, { owner, hours: gone })), ["notFound", {}]);
  const wrong = async (given: string): Promise<unknown> =>
    code(await changeCalendar(world, cast.omar, calendar.id, { name: "x", text: given }));
  assert.deepEqual(await wrong(text("BEGIN:VEVENT", "DTSTART:gestern", "END:VEVENT")), [
    "calendarValue",
    { line: 3, text: "DTSTART:gestern", most: 2000 },
  ]);
  assert.deepEqual(await wrong(text("X".repeat(500_001))), ["calendarLarge", { most: 500_000 }]);
  assert.deepEqual(await wrong(text()), ["calendarEmpty", {}]);
  assert.deepEqual(code(await addCalendar(world, cast.omar, { name: "werk nord", text: outing })), ["nameTaken", {}]);
  // Years later its rule is read on.
  assert.equal(await renewCalendars(world), 0);
  await world.db.run(sql`UPDATE holiday_calendar SET days = '[]', read_until = '2027-01-01'`);
  assert.equal((await calendarsFor(world.db, world.now()))[0]?.days.length, 0);
  assert.equal(await renewCalendars(world), 1);
  assert.deepEqual((await calendarsFor(world.db, world.now()))[0]?.days, calendar.days);
  await verify(() => setHours(world, cast.omar, { owner, hours: null }), "hours.changed");
  await verify(() => removeCalendar(world, cast.omar, calendar.id), "calendar.removed");
  assert.deepEqual(code(await removeCalendar(world, cast.omar, calendar.id)), ["notFound", false]);

  const from = world.now().toISOString();
  const words = { brandId: cast.brandId, text: { de: "Störung", en: "" }, from, until: null };
  const { id } = await verify(() => showNotice(world, cast.omar, words), "notice.changed");
  const longer = { ...words, text: { de: "Störung in Hamburg", en: "Outage in Hamburg" } };
  await verify(() => changeNotice(world, cast.omar, id, longer), "notice.changed");
  await verify(() => endNotice(world, cast.omar, id), "notice.removed");
});

test("flows and their services hint at what is to be fetched", async () => {
  const service = { name: "Netz", url: "https://api.example/", headers: [], on: true };
  const added = await verify(() => addService(world, cast.omar, service), "service.changed");
  await verify(() => changeService(world, cast.omar, added.id, { ...service, on: false }), "service.changed");
  await verify(() => removeService(world, cast.omar, added.id), "service.removed");
  const head = { key: "probe", name: "Probe" };
  const { id } = await verify(() => createFlow(world, cast.omar, { ...head, document: null }), "flow.changed");
  const draft: FlowDocument = {
    form: 1,
    languages: ["de"],
    start: "bye",
    steps: [{ id: "bye", do: "end", text: { de: "Bis bald", en: "" }, solved: true }],
    entries: [],
    restHours: 1,
  };
  const change = (version: number, restHours: number) =>
    changeFlow(world, cast.omar, id, { ...head, on: true, draft: { ...draft, restHours }, version });
  await verify(() => change(1, 1), "flow.changed");
  await verify(() => publishFlow(world, cast.omar, id, { version: 2, note: "" }), "flow.changed");
  await verify(() => change(2, 2), "flow.changed");
  await verify(() => publishFlow(world, cast.omar, id, { version: 3, note: "" }), "flow.changed");
  await verify(() => rollBackFlow(world, cast.omar, id, { number: 1 }), "flow.changed");
  await verify(() => removeFlow(world, cast.omar, id), "flow.removed");
});

test("customers and views hint at what is to be fetched", async () => {
  const given = { name: "Karla", kind: "email" as const, value: "karla@kunde.example" };
  const karla = await verify(() => createCustomer(world, cast.anna, given), "customer.created");
  const second = { kind: "email" as const, value: "k@kunde.example" };
  const both = await verify(() => addAddress(world, cast.anna, karla.id, second), "customer.changed");
  const address = both.addresses.find(({ value }) => value === second.value) ?? assert.fail();
  const preferred = { preferred: true as const };
  await verify(() => changeAddress(world, cast.anna, karla.id, address.id, preferred), "customer.changed");
  await verify(() => removeAddress(world, cast.anna, karla.id, address.id), "customer.changed");
  await verify(() => restoreAddress(world, cast.anna, karla.id, address.id, true), "customer.changed");

  const other = await verify(
    () => createCustomer(world, cast.anna, { name: "Carla", kind: "email", value: "carla@kunde.example" }),
    "customer.created",
  );
  const inTransaction = (work: (tx: Tx) => Promise<void>) => () =>
    world.db.transaction((tx) => work(tx).then(() => true));
  const claim = { kind: "email", norm: given.value, signed: false };
  await verify(
    inTransaction((tx) => claimFor(world, tx, cast.anna, other.id, claim)),
    "customer.changed",
  );
  await verify(
    inTransaction((tx) => proposeFor(world, tx, other.id)),
    "customer.proposed",
  );
  const [proposal] = sure(await mergesFor(world, cast.anna, karla.id)).proposals;
  await verify(() => declineProposal(world, cast.anna, proposal?.id ?? "", true), "customer.declined");
  const { mergeId } = await verify(
    () => mergeCustomers(world, cast.anna, karla.id, { otherId: other.id, take: ["name"] }),
    "customer.merged",
  );
  const choices = { parts: {}, addresses: {}, concerns: {} };
  await verify(() => undoMerge(world, cast.anna, mergeId, choices), "customer.unmerged");

  const input = { name: "Meine", filter: { ...everything, deliveryFailed: true }, share: { with: "me" as const } };
  const view = await verify(() => saveView(world, cast.anna, input), "view.changed");
  const id = view.id as ViewId;
  await verify(() => changeView(world, cast.anna, id, { ...input, name: "Andere" }), "view.changed");
  await verify(() => orderViews(world, cast.anna, [id]), "view.changed");
  await verify(() => removeView(world, cast.anna, id), "view.changed");
  await verify(() => restoreView(world, cast.anna, id), "view.changed");
});

/** Actions after which no desk shows anything else than before, and why. */
const nothingToCompare: Readonly<Record<string, string>> = {
  asMe: "reads",
  signIn: "begins a session; its entry in the log is for the audit",
  signOut: "ends a session",
  sessionOf: "reads, and notes when somebody was seen",
  brandsOfSignedIn: "only reads",
  forgetSessions: "empties a memory of this process",
  changePassword: "a password is shown nowhere",
  changePreferences: "are fetched with oneself, by their owner alone",
  channelSettings: "reads",
  testChannel: "tries settings and changes nothing here",
  keepUpload: "is nobody's until a message or a draft takes it",
  keepVisitorFile: "is nobody's until a message takes it",
  filesToSend: "reads",
  wantCallback: "keeps what a flow promised until it is a call, which begins as any; no desk shows it",
  takeWanted: "takes that out again",
  wantedCallbacks: "reads",
  markAnswered: "keeps an answer from being given twice; what no desk shows",
  removeOldVisitorFiles: "what no desk shows any more",
  keepClaims: "prolongs a lease",
  endDeliveryLeases: "gives back what a process held that is gone",
  removeOldTries: "what no desk shows",
  removeOldSessions: "what no desk shows",
  removeOldChanges: "what no desk shows any more",
  removeOldUploads: "what no desk shows any more",
  lockConcernOf: "a lock",
  undoOf: "only reads",
  settleAsides: "puts away what was set aside, or has it read again as any mail; a desk fetches how many there are",
  forgetBegins: "what no desk shows any more",
  setBook: "is fetched when its entry says so, by whoever needs it",
  setAgentWork: "is fetched when its entry says so, by whoever needs it",
  wish: "says what is wanted; what comes of it a desk fetches when the leader has said so",
  dispose: "what no other desk shows",
  lookAtWallboard: "reads, and notes when it was seen",
  tell: "is fetched when its entry says so, by whom it is for",
  addWallboard: "is fetched when its entry says so, by whoever supervises",
  removeWallboard: "is fetched when its entry says so, by whoever supervises",
  forgetTeamWords: "what no desk shows any more",
  forgetRemovedViews: "what no desk shows any more",
  foldTally: "the same counters, in fewer rows",
  mendTally: "the counters are compared with a count in counters.test.ts",
  foldWords: "words for typing mistakes, for the search",
  meet: "what no desk shows",
  settle: "what no desk shows",
  comeBy: "what no desk shows",
  removeOldTokens: "what no desk shows",
  removeOldCodes: "what no desk shows",
  removeOldMoves: "what no desk shows",
  moveOn: "what no desk shows",
  addressOf: "only makes an address",
  resolveCustomer: "compared in verify-action.test.ts by what is received",
  screenOf: "what no desk shows",
  removeOldScreens: "what no desk shows",
  joinByChat: "second-screen.test.ts has it, with the event by which desks know of it",
  isMove: "only looks at a word",
  comeByMove: "what no desk shows",
  askCode: "what no desk shows",
  isTold: "reads",
  untold: "reads",
  targetOf: "reads",
  pushKeys: "what no desk shows; visitors-push.test.ts has it and what follows",
  tellByPush: "what no desk shows",
  tellNoMore: "what no desk shows",
  claimPushes: "what no desk shows",
  postpone: "what no desk shows",
  recordPush: "what no desk shows",
  removeOldPushes: "what no desk shows",
  codesToMail: "what no desk shows",
  codeMailed: "what no desk shows",
  givePhone: "a claim, compared in merging.test.ts as claimFor",
  leave: "what no desk shows",
  questionBehind: "reads",
  stopAsking: "what no desk shows",
  removeOldRuns: "what no desk keeps",
  removeOldDials: "what no desk shows",
  boardLost: "a word",
  holdBoard: "reads",
  sweepTimers: "what no desk shows",
  setUp: "there is no desk before it",
  claimDue: "what no desk shows",
  makeCode: "what no desk shows",
  mayMailLink: "what no desk shows",
  forgetOldRuns: "what no desk shows",
  raiseRunSeen: "what no desk shows",
  makeLink: "what no desk shows",
  linkedRun: "reads",
  removeOldLinks: "what no desk shows",
  goOnByLink: "moves a run, as moveRun does",
  takeBack: "moves a run, as moveRun does",
  letGo: "moves a run, as moveRun does",
};

/** Compared by what calls them: how it stands in the tests. */
const comparedThrough: Readonly<Record<string, string>> = {
  receive: "deliver(",
  followMessages: "callReactions(world)",
  actOn: "verify(listen",
  holdSender: "deliver(",
  askAhead: "deliver(",
  mailWhatIsUnread: "verify(mailOut",
  sendAutomatic: "concernReactions(world, { acknowledge: true })",
  giveRatingInChat: "giveRating(",
  beginByArrival: "verify(() => write(",
  tellByMessage: "verify(() => again(",
  stopByPeople: "verify(listen",
  recountStanding: "standing?.handle(tx, event)",
  beginByTopic: "verify(listen",
  handNear: "verify(listen",
  tellCode: "verify(() => work(",
  tellRested: "verify(rest",
  beginRun: "verify(() => begin(",
  tellRun: "verify(() => tell(",
};

/** Does a test call it? As a name of its own: whoever calls `unlink` has not called `link`. */
const isCalledIn = (text: string, call: string): boolean => {
  for (let at = text.indexOf(call); at !== -1; at = text.indexOf(call, at + 1))
    if (!/[\w$]/.test(text[at - 1] ?? " ")) return true;
  return false;
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
const textOf = (file: string): string => readFileSync(join(root, file), "utf8");

test("no action is forgotten", () => {
  const modules = filesBelow("modules").filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const actions = new Set(
    modules
      .filter((file) => /\/actions[\w-]*\.ts$/.test(file))
      .flatMap((file) => [...textOf(file).matchAll(/^export const (\w+) =/gm)].map(([, name]) => name ?? "")),
  );
  const callers = [
    ...modules.filter((file) => /\/(?:routes|reactions)[\w-]*\.ts$/.test(file)),
    ...filesBelow("server").filter((file) => file.endsWith(".ts") && !/^server\/demo\/|\.test\.ts$/.test(file)),
  ];
  const called = new Set(
    callers.flatMap((file) =>
      [...textOf(file).matchAll(/import (?:type )?\{([^}]*)\} from "#modules\/[^"]*\/actions[^"]*"/g)].flatMap(
        ([, names]) => (names ?? "").split(",").map((name) => name.trim()),
      ),
    ),
  );
  const compared = [
    "verify-action",
    "verify-reference",
    "calendars",
    "file-checks",
    "visitors",
    "promises",
    "automation",
    "automation-time",
    "flows-desk",
    "calls",
    "calls-dialling",
  ]
    .map((name) => textOf(`test/journeys/${name}.test.ts`))
    .concat(textOf("test/call-world.ts"))
    .join();
  const forgotten = [...called].filter(
    (name) =>
      actions.has(name) &&
      !Object.hasOwn(nothingToCompare, name) &&
      !isCalledIn(compared, comparedThrough[name] ?? `${name}(`),
  );
  assert.deepEqual(forgotten, [], "actions that nobody compares");
  assert.deepEqual([isCalledIn("unlink(a)", "link("), isCalledIn("(link(a)", "link(")], [false, true]);
  const gone = Object.keys({ ...nothingToCompare, ...comparedThrough }).filter((name) => !called.has(name));
  assert.deepEqual(gone, [], "reasons for actions that are no more");
});
