// An input for every endpoint of the contract, for tests that go through all of them. Used by test/journeys.
import { everything } from "#contract/concerns.ts";
import type { RoutingBook } from "#contract/routing-book.ts";
import { agentPassword, mailboxSettings } from "#test/centre.ts";

/** Things that are there, for samples to name. */
export interface Facts {
  readonly brandId: string;
  readonly channelId: string;
  readonly concernId: string;
  readonly number: number;
  readonly otherConcernId: string;
  readonly otherNumber: number;
  readonly customerId: string;
  readonly addressId: string;
  readonly messageId: string;
  readonly agentId: string;
  /** Whoever asks. */
  readonly me: string;
  readonly topicId: string;
  /** The customer's. */
  readonly organisationId: string;
}

/** One endpoint's input. */
export interface Sample {
  readonly given: (facts: Facts) => { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown };
  /** It speaks of a thing of one brand: an agent of another brand gets the answer for a thing that does not exist. */
  readonly scoped?: boolean;
}

const content = { text: "Probe", html: null, uploads: [] };
/** The id of nothing. */
export const nobodys = "0195d1f0-0000-7000-8000-000000000000";
const emptyBook: RoutingBook = {
  skills: [],
  queues: [],
  kinds: {},
  reasons: [],
  dispositions: [],
  graceSeconds: 30,
  stickySeconds: 300,
  missesUntilAway: 2,
};
/** A flow in which nothing happens yet. */
const emptyFlow = { form: 1, languages: ["de", "en"], start: null, steps: [], entries: [], restHours: 24 };
const byConcern = (body?: unknown) => ({
  scoped: true,
  given: (f: Facts) => ({ params: { id: f.concernId }, ...(body === undefined ? {} : { body }) }),
});
// A customer is one record for the whole centre; to an agent of some brands it is there only when one of these knows it.
const byCustomer = (body?: unknown) => ({
  scoped: true,
  given: (f: Facts) => ({ params: { id: f.customerId }, ...(body === undefined ? {} : { body }) }),
});

/** An input for every endpoint. What it does must be harmless to do again by the next asker. */
export const samples: Readonly<Record<string, Sample>> = {
  "agents.signIn": { given: () => ({ body: { email: "niemand@kabel.test", password: "falsch" } }) },
  "agents.signOut": { given: () => ({}) },
  "agents.me": { given: () => ({}) },
  "agents.changePreferences": {
    given: () => ({
      body: {
        language: "de",
        theme: "system",
        density: "compact",
        afterwards: "stay",
        signature: "",
        notifyByMail: false,
        followedByMail: false,
      },
    }),
  },
  "agents.changePassword": { given: () => ({ body: { current: "falsch", next: "ein-ganz-neues-geheimnis" } }) },
  "agents.list": { given: () => ({}) },
  "agents.teams": { given: () => ({}) },
  "agents.create": {
    given: () => ({
      body: {
        name: "N",
        handle: `n${crypto.randomUUID().slice(0, 8)}`,
        email: `${crypto.randomUUID()}@kabel.test`,
        role: "agent",
        active: true,
        teamIds: [],
        brandIds: [],
        password: agentPassword,
      },
    }),
  },
  "agents.change": {
    given: (f) => ({
      params: { id: f.agentId },
      body: {
        name: "Ziel",
        handle: "ziel",
        email: "ziel@kabel.test",
        role: "agent",
        active: true,
        teamIds: [],
        brandIds: [],
        password: null,
      },
    }),
  },
  "agents.details": { given: (f) => ({ params: { id: f.agentId } }) },
  "agents.createTeam": { given: () => ({ body: { name: `Team ${crypto.randomUUID()}` } }) },
  "asides.list": { given: () => ({}) },
  "asides.counts": { given: () => ({}) },
  "asides.settle": { given: () => ({ body: { ids: [nobodys], as: "away" } }) },
  "automation.rules": { given: () => ({}) },
  "automation.setRules": { given: () => ({ body: { rules: [] } }) },
  "automation.runs": { given: () => ({ params: { id: nobodys } }) },
  "automation.tryRules": { given: () => ({ body: { rules: [] } }) },
  "calls.living": { given: () => ({}) },
  "calls.ofConcern": byConcern(),
  "calls.wish": {
    given: () => ({ params: { id: nobodys }, body: { id: crypto.randomUUID(), wish: { what: "hangUp" } } }),
  },
  "calls.dial": {
    scoped: true,
    given: (f) => ({
      body: {
        id: crypto.randomUUID(),
        channelId: f.channelId,
        concernId: f.concernId,
        customerId: f.customerId,
        number: "+4930123456",
      },
    }),
  },
  "calls.device": { given: () => ({ body: { deviceId: crypto.randomUUID() } }) },
  "calls.offer": { given: () => ({ params: { id: nobodys }, body: { legId: "a", sdp: "v=0" } }) },
  "calls.note": {
    given: () => ({
      params: { id: nobodys },
      body: { mos: 4, lossPercent: 0, jitterMs: 1, rttMs: null, silent: false },
    }),
  },
  "macros.list": { given: () => ({}) },
  "macros.create": {
    given: () => ({
      body: { name: "Probe", key: null, share: { with: "me" }, actions: [{ do: "priority", priority: "high" }] },
    }),
  },
  "macros.change": {
    given: () => ({
      params: { id: nobodys },
      body: { name: "Probe", key: null, share: { with: "me" }, actions: [{ do: "note", text: "Probe" }], version: 1 },
    }),
  },
  "macros.remove": { given: () => ({ params: { id: nobodys } }) },
  "macros.run": { given: (f) => ({ params: { id: nobodys }, body: { key: crypto.randomUUID(), ids: [f.concernId] } }) },
  "flows.list": { given: () => ({}) },
  "flows.one": { given: () => ({ params: { id: nobodys } }) },
  "flows.versionOf": { given: () => ({ params: { id: nobodys, number: 1 } }) },
  "flows.create": { given: () => ({ body: { key: `probe-${crypto.randomUUID()}`, name: "Probe", document: null } }) },
  "flows.change": {
    given: () => ({
      params: { id: nobodys },
      body: { key: "probe", name: "Probe", on: true, draft: emptyFlow, version: 1 },
    }),
  },
  "flows.remove": { given: () => ({ params: { id: nobodys } }) },
  "flows.publish": { given: () => ({ params: { id: nobodys }, body: { version: 1, note: "" } }) },
  "flows.rollBack": { given: () => ({ params: { id: nobodys }, body: { number: 1 } }) },
  "flows.check": { given: () => ({ body: { document: emptyFlow } }) },
  "flows.attempt": {
    given: (f) => ({
      body: {
        document: emptyFlow,
        state: null,
        input: { kind: "begin", language: "de", values: {} },
        surroundings: {
          zone: "UTC",
          medium: "chat",
          brandId: f.brandId,
          brand: "Kabel",
          open: true,
          someoneThere: true,
          opensAt: null,
          closesAt: null,
          verified: null,
          notices: [],
        },
      },
    }),
  },
  "flows.numbers": { given: () => ({ params: { id: nobodys }, query: { days: 30 } }) },
  "flows.services": { given: () => ({}) },
  "flows.addService": {
    given: () => ({
      body: { name: `Dienst ${crypto.randomUUID()}`.slice(0, 60), url: "https://api.example/", headers: [], on: true },
    }),
  },
  "flows.changeService": {
    given: () => ({
      params: { id: nobodys },
      body: { name: "Dienst", url: "https://api.example/", headers: [], on: true },
    }),
  },
  "flows.removeService": { given: () => ({ params: { id: nobodys } }) },
  "flows.tryService": { given: () => ({ params: { id: nobodys }, body: { path: "/" } }) },
  "brands.list": { given: () => ({}) },
  "brands.create": { given: () => ({ body: { name: `Marke ${crypto.randomUUID()}`, signature: "", language: "de" } }) },
  "brands.change": {
    given: (f) => ({ params: { id: f.brandId }, body: { name: "Kabel", signature: "", language: "de" } }),
  },
  "brands.channels": { given: () => ({}) },
  "brands.channelKinds": { given: () => ({}) },
  "brands.changeCost": { given: () => ({ params: { kind: "email" }, body: { cents: 0.5 } }) },
  "brands.channelSettings": { given: (f) => ({ params: { id: f.channelId } }) },
  "brands.addChannel": {
    given: (f) => ({
      body: {
        brandId: f.brandId,
        kind: "email",
        name: "Neu",
        enabled: false,
        settings: mailboxSettings({ address: `${crypto.randomUUID()}@kabel.test`, smtp: null }),
      },
    }),
  },
  "brands.changeChannel": {
    given: (f) => ({
      params: { id: f.channelId },
      body: {
        brandId: f.brandId,
        kind: "email",
        name: "Service",
        enabled: true,
        settings: mailboxSettings({ address: "service@kabel.test", smtp: { host: "127.0.0.1", port: 9 } }),
      },
    }),
  },
  "brands.testChannel": {
    given: (f) => ({
      body: {
        id: f.channelId,
        brandId: f.brandId,
        kind: "email",
        settings: mailboxSettings({ address: "service@kabel.test", smtp: null }),
        to: "",
      },
    }),
  },
  "brands.topics": { given: () => ({}) },
  "brands.createTopic": {
    given: () => ({
      body: { parentId: null, name: `Thema ${crypto.randomUUID()}`, teamId: null, whenClosed: "reopen" },
    }),
  },
  "brands.changeTopic": {
    given: (f) => ({
      params: { id: f.topicId },
      body: { parentId: null, name: "Thema", teamId: null, whenClosed: "reopen" },
    }),
  },
  "brands.removeTopic": { given: () => ({ params: { id: nobodys } }) },
  "flows.ofConcern": byConcern(),
  "flows.sendable": byConcern(),
  "flows.send": {
    scoped: true,
    given: (f) => ({
      params: { id: f.concernId },
      body: { key: crypto.randomUUID(), flowId: nobodys, language: null },
    }),
  },
  "flows.stop": byConcern(),
  "concerns.list": { given: () => ({ query: { filter: JSON.stringify(everything) } }) },
  "concerns.rows": { given: (f) => ({ query: { ids: f.concernId } }) },
  "concerns.views": { given: () => ({}) },
  "concerns.saveView": {
    given: () => ({
      body: { name: `Sicht ${crypto.randomUUID().slice(0, 8)}`, filter: everything, share: { with: "me" } },
    }),
  },
  "concerns.changeView": {
    given: () => ({ params: { id: nobodys }, body: { name: "Sicht", filter: everything, share: { with: "me" } } }),
  },
  "concerns.orderViews": { given: () => ({ body: { ids: [nobodys] } }) },
  "concerns.restoreView": { given: () => ({ params: { id: nobodys } }) },
  "concerns.removeView": { given: () => ({ params: { id: nobodys } }) },
  "concerns.open": byConcern(),
  "concerns.byNumber": { scoped: true, given: (f) => ({ params: { number: f.number } }) },
  "concerns.messages": { scoped: true, given: (f) => ({ params: { id: f.concernId }, query: { before: 100 } }) },
  "concerns.message": { scoped: true, given: (f) => ({ params: { id: f.messageId } }) },
  "concerns.history": byConcern(),
  "concerns.create": {
    scoped: true,
    given: (f) => ({
      body: {
        brandId: f.brandId,
        channelId: f.channelId,
        customerId: null,
        kind: "email",
        to: ["neu@kunde.test"],
        cc: [],
        subject: "Neu",
        ...content,
        key: crypto.randomUUID(),
      },
    }),
  },
  "concerns.reply": {
    scoped: true,
    given: (f) => ({
      params: { id: f.concernId },
      body: {
        channelId: f.channelId,
        to: ["anna@kunde.test"],
        cc: [],
        ...content,
        sendAt: null,
        statusAfter: "waiting",
        key: crypto.randomUUID(),
      },
    }),
  },
  "concerns.undoSend": { scoped: true, given: (f) => ({ params: { id: f.messageId } }) },
  "concerns.sendNow": { scoped: true, given: (f) => ({ params: { id: f.messageId } }) },
  "concerns.reschedule": {
    scoped: true,
    given: (f) => ({
      params: { id: f.messageId },
      body: { sendAt: new Date(Date.now() + 3_600_000).toISOString(), holdIfAnswered: true },
    }),
  },
  "concerns.note": {
    scoped: true,
    given: (f) => ({ params: { id: f.concernId }, body: { ...content, key: crypto.randomUUID() } }),
  },
  "concerns.change": byConcern({ priority: "high" }),
  "concerns.changeMany": {
    given: () => ({ body: { key: crypto.randomUUID(), ids: [nobodys], change: { priority: "high" } } }),
  },
  "concerns.undoMany": { given: () => ({ params: { key: nobodys } }) },
  "concerns.snooze": byConcern({ until: new Date(Date.now() + 3_600_000).toISOString() }),
  "concerns.follow": { scoped: true, given: (f) => ({ params: { id: f.concernId, agentId: f.me } }) },
  "concerns.unfollow": { scoped: true, given: (f) => ({ params: { id: f.concernId, agentId: f.me } }) },
  "concerns.link": {
    scoped: true,
    given: (f) => ({ params: { id: f.concernId }, body: { number: f.otherNumber, kind: "related" } }),
  },
  "concerns.unlink": { scoped: true, given: (f) => ({ params: { id: f.concernId, other: f.otherConcernId } }) },
  "concerns.saveDraft": {
    scoped: true,
    given: (f) => ({
      params: { id: f.concernId, kind: "note" },
      body: { channelId: null, to: [], cc: [], ...content },
    }),
  },
  "concerns.showSecret": { scoped: true, given: (f) => ({ params: { id: f.messageId }, body: { what: "original" } }) },
  "concerns.seenFailure": byConcern({}),
  "moving.split": byConcern({ key: nobodys, messages: { only: [nobodys] }, subject: null }),
  "moving.move": {
    scoped: true,
    given: (f) => ({
      params: { id: f.concernId },
      body: { key: crypto.randomUUID(), messages: { only: [nobodys] }, number: f.otherNumber },
    }),
  },
  "moving.keep": { scoped: true, given: (f) => ({ params: { id: f.messageId } }) },
  "moving.undoPreview": { given: () => ({ params: { key: nobodys } }) },
  "moving.undo": { given: () => ({ params: { key: nobodys } }) },
  "customers.get": byCustomer(),
  "customers.concerns": byCustomer(),
  "customers.suggest": { given: () => ({ query: { kind: "email", q: "anna" } }) },
  "customers.create": {
    given: () => ({ body: { name: "Neu", kind: "email", value: `${crypto.randomUUID()}@kunde.test` } }),
  },
  "customers.change": byCustomer({ name: "Anna" }),
  "customers.changeOrganisation": {
    scoped: true,
    given: (f) => ({ params: { id: f.organisationId }, body: { tierId: null } }),
  },
  "tiers.list": { given: () => ({}) },
  "tiers.set": { given: () => ({ body: { tiers: [] } }) },
  "customers.addAddress": {
    scoped: true,
    given: (f) => ({
      params: { id: f.customerId },
      body: { kind: "email", value: `${crypto.randomUUID()}@kunde.test` },
    }),
  },
  "customers.changeAddress": {
    scoped: true,
    given: (f) => ({ params: { id: f.customerId, addressId: f.addressId }, body: { preferred: true } }),
  },
  "customers.restoreAddress": {
    scoped: true,
    given: (f) => ({ params: { id: f.customerId, addressId: nobodys }, body: { preferred: false } }),
  },
  "customers.removeAddress": { scoped: true, given: (f) => ({ params: { id: f.customerId, addressId: nobodys } }) },
  "merging.of": byCustomer(),
  "merging.compare": {
    scoped: true,
    given: (f) => ({ params: { id: f.customerId, otherId: nobodys } }),
  },
  "merging.decline": { scoped: true, given: () => ({ params: { id: nobodys }, body: { declined: true } }) },
  "merging.merge": {
    scoped: true,
    given: (f) => ({ params: { id: f.customerId }, body: { otherId: nobodys, take: [] } }),
  },
  "merging.undoing": { scoped: true, given: () => ({ params: { id: nobodys } }) },
  "merging.undo": {
    scoped: true,
    given: () => ({ params: { id: nobodys }, body: { parts: {}, addresses: {}, concerns: {} } }),
  },
  "fields.list": { given: () => ({}) },
  "fields.create": {
    given: () => ({
      body: { owner: "concern", kind: "text", name: `Feld ${crypto.randomUUID()}`, choices: [], topicId: null },
    }),
  },
  "fields.change": { given: () => ({ params: { id: nobodys }, body: { name: "Feld", choices: [], topicId: null } }) },
  "fields.remove": { given: () => ({ params: { id: nobodys } }) },
  "files.upload": { given: () => ({}) },
  "notices.list": { given: () => ({}) },
  "notices.create": {
    scoped: true,
    given: (f) => ({
      body: { brandId: f.brandId, text: { de: "Probe", en: "" }, from: new Date().toISOString(), until: null },
    }),
  },
  "notices.change": {
    given: (f) => ({
      params: { id: nobodys },
      body: { brandId: f.brandId, text: { de: "Probe", en: "" }, from: new Date().toISOString(), until: null },
    }),
  },
  "notices.remove": { given: () => ({ params: { id: nobodys } }) },
  "openingHours.list": { given: () => ({}) },
  "openingHours.set": { given: (f) => ({ body: { owner: { kind: "brand", id: f.brandId }, hours: null } }) },
  "calendars.list": { given: () => ({}) },
  "calendars.create": {
    given: () => ({
      body: {
        name: `Kalender ${crypto.randomUUID()}`,
        text: "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200105\nRRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR",
      },
    }),
  },
  "calendars.change": { given: () => ({ params: { id: nobodys }, body: { name: "Kalender", text: null } }) },
  "calendars.fetch": { given: () => ({ params: { id: nobodys } }) },
  "calendars.remove": { given: () => ({ params: { id: nobodys } }) },
  "promises.rules": { given: () => ({}) },
  "promises.setRules": { given: () => ({ body: { rules: [] } }) },
  "promises.forecast": { given: () => ({ body: { rules: [] } }) },
  "postbox.list": { given: () => ({}) },
  "postbox.write": {
    given: () => ({
      body: { from: "a@post.example", name: "A", to: "x@kabel.test", subject: "x", text: "x", answers: null },
    }),
  },
  "ratings.ofConcern": byConcern(),
  "ratings.rule": { given: (f) => ({ params: { id: f.brandId } }) },
  "ratings.setRule": {
    given: (f) => ({
      params: { id: f.brandId },
      body: { enabled: false, delayMinutes: 60, windowDays: 14, pauseDays: 30, reopens: false },
    }),
  },
  "routing.book": { given: () => ({}) },
  "routing.setBook": { given: () => ({ body: { book: emptyBook, was: 1 } }) },
  "routing.preview": { given: () => ({ body: { book: emptyBook, day: "2026-11-27", zone: "Europe/Berlin" } }) },
  "routing.agentWork": { given: () => ({}) },
  "routing.setAgentWork": {
    given: (f) => ({ params: { id: f.agentId }, body: { skills: {}, capacity: "blended", queueIds: null } }),
  },
  "routing.mine": { given: () => ({}) },
  "routing.ofConcern": byConcern(),
  "routing.waiting": { given: () => ({ params: { id: nobodys } }) },
  "routing.wish": {
    given: (f) => ({
      body: { id: crypto.randomUUID(), wish: { what: "presence", agentId: f.me, state: "offline", reason: "" } },
    }),
  },
  "routing.dispose": { given: () => ({ params: { id: nobodys }, body: { dispositionId: nobodys } }) },
  "routing.now": { given: () => ({}) },
  "routing.tell": { given: () => ({ body: { teamId: null, text: "Gleich ruhiger" } }) },
  "routing.wallboards": { given: () => ({}) },
  "routing.addWallboard": { given: () => ({ body: { name: "Halle", queueIds: [] } }) },
  "routing.removeWallboard": { given: () => ({ params: { id: nobodys } }) },
  "routing.wallboard": { given: () => ({ query: { token: "keine-solche-tafel-hier" } }) },
  "search.within": { scoped: true, given: (f) => ({ params: { id: f.concernId }, query: { q: "Bild" } }) },
  "search.everything": { given: () => ({ query: { q: "Bild" } }) },
  "settings.public": { given: () => ({}) },
  "settings.setUp": {
    given: () => ({
      body: { name: "X", email: "x@kabel.test", password: "sehr-geheimes-wort", brandName: "X", language: "de" },
    }),
  },
  // The matrix has a mailbox, and only a chat has such keys: who may ask hears that there is none.
  "visitors.ofCustomer": { scoped: true, given: (f) => ({ params: { id: f.customerId } }) },
  "visitors.keys": { given: (f) => ({ params: { id: f.channelId } }) },
  "visitors.addKey": { given: (f) => ({ params: { id: f.channelId }, body: { name: "2026", publicKey: null } }) },
  "visitors.removeKey": { given: (f) => ({ params: { id: f.channelId, keyId: nobodys } }) },
};
