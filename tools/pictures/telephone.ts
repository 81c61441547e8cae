// Calls as an agent's desk shows them: who talks, who is put aside, who asks. Answers in the contract's own shapes and no engine, so that a picture is the same whenever it is taken.
// Called by tools/pictures/screens.ts and by test/screens, which judge the same screens.
import type { Page } from "playwright-core";
import { api } from "#contract/api.ts";
import { calls as endpoints } from "#contract/call-endpoints.ts";
import type { Call, CallParty } from "#contract/calls.ts";
import type { ConcernRow } from "#contract/concerns.ts";
import type { Result } from "#contract/endpoint.ts";
import type { AgentId, BrandId, CallId, ChannelId } from "#contract/ids.ts";
import { plainRules } from "#test/calls.ts";
import type { Desk } from "#test/desk.ts";
import { idOf } from "#test/routing-book.ts";
import type { Screen } from "./screens.ts";

/** A telephone that nobody calls, so that desks have one. */
export const addTelephone = async (desk: Desk, brandId: BrandId): Promise<void> => {
  const web = { bindAddress: "127.0.0.1", publicAddress: null, udpPort: 0, iceServers: [], mostLegs: 20 };
  const settings = { numbers: [], asterisk: null, web, rules: plainRules };
  await desk.call(api.brands.addChannel, {
    body: { brandId, kind: "phone", name: "Hotline", enabled: true, settings },
  });
};

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString();

const party = (part: Pick<CallParty, "legId" | "as"> & Partial<CallParty>): CallParty => ({
  agentId: null,
  name: "+4915112345678",
  state: "connected",
  mode: null,
  muted: false,
  since: ago(90),
  cause: null,
  ...part,
});

const recording = (state: "running" | "paused"): Call["recordings"][number] => ({
  id: idOf(61),
  kind: "call",
  startedAt: ago(90),
  seconds: 90,
  url: null,
  state,
  wave: null,
  pauses: [],
  text: null,
});

/** What is so of the call: I talk; put aside, muted and not recorded just now; I ask a colleague; a colleague asks me; I listen to one. */
export type CallScene = "talks" | "held" | "consults" | "asked" | "listens";

const callOf = (scene: CallScene, row: ConcernRow, channelId: ChannelId, me: AgentId, other: AgentId): Call => {
  const customer = party({
    legId: "c",
    as: "customer",
    state: scene === "talks" || scene === "listens" ? "connected" : "held",
  });
  const mine = party({ legId: "m", as: "agent", agentId: me, muted: scene === "held" });
  const theirs = party({ legId: "o", as: "agent", agentId: other });
  const parties: Readonly<Record<CallScene, readonly CallParty[]>> = {
    talks: [customer, mine],
    held: [customer, mine],
    consults: [customer, mine, theirs],
    asked: [customer, theirs, { ...mine, state: "ringing" }],
    listens: [customer, theirs, { ...mine, as: "supervisor", mode: "listens" }],
  };
  return {
    id: idOf<CallId>(60),
    channelId,
    brandId: row.brandId,
    concernId: row.id,
    customerId: row.customerId,
    direction: "in",
    by: "trunk",
    number: "+4915112345678",
    name: "",
    language: "de",
    state: "talking",
    startedAt: ago(200),
    answeredAt: ago(200),
    waitingSince: ago(185),
    talkedFrom: ago(90),
    endedAt: null,
    end: null,
    agentId: scene === "asked" || scene === "listens" ? other : me,
    held: customer.state === "held",
    parties: [...parties[scene]],
    recordings: [recording(scene === "held" ? "paused" : "running")],
    consent: true,
    callback: null,
    flowRunId: null,
    quality: null,
    version: 1,
  };
};

/** The page hears of this call, whatever the centre's telephone does. No engine is asked: its line stays on its way. */
export const telephoning =
  (row: ConcernRow, scene: CallScene) =>
  async (page: Page): Promise<void> => {
    const ask = async <T>(url: string, path: string): Promise<T> =>
      (await (await page.request.get(new URL(path, url).href)).json()) as T;
    await page.route(`**${endpoints.living.path}`, async (route) => {
      const url = route.request().url();
      const [{ agent }, agents, channels] = await Promise.all([
        ask<Result<typeof api.agents.me>>(url, api.agents.me.path),
        ask<Result<typeof api.agents.list>>(url, api.agents.list.path),
        ask<Result<typeof api.brands.channels>>(url, api.brands.channels.path),
      ]);
      const other = agents.find(({ id, active }) => active && id !== agent.id);
      const channel = channels.find(({ kind }) => kind === "phone");
      if (other === undefined || channel === undefined) throw new Error("somebody else and a telephone are needed");
      await route.fulfill({ json: [callOf(scene, row, channel.id, agent.id, other.id)] });
    });
    await page.addInitScript(() => {
      Object.assign(globalThis.RTCPeerConnection.prototype, { setLocalDescription: () => new Promise(() => {}) });
    });
  };

const bar = (page: Page): Promise<void> =>
  page.locator(".call-bar .call-words, .call-bar[data-rings]").first().waitFor();

/** After the bar stands: these keys, then this stands there. */
const then =
  (keys: readonly string[], selector: string) =>
  async (page: Page): Promise<void> => {
    await bar(page);
    await Promise.all(keys.map((key) => page.keyboard.press(key)));
    await page.locator(selector).first().waitFor();
  };

/** The screens of the telephone: what the call is like, how one gets there, and words of what the keyboard must reach there; none where a sheet holds the focus. */
export const telephoneScreens: readonly {
  readonly name: string;
  readonly scene: CallScene;
  readonly act: (page: Page) => Promise<void>;
  readonly reaches?: readonly RegExp[];
}[] = [
  { name: "call", scene: "talks", act: bar, reaches: [/Stumm/, /Halten/, /Rückfrage/, /Weiterleiten/, /Auflegen/] },
  { name: "call-held", scene: "held", act: bar, reaches: [/Weitersprechen|Fortsetzen/, /Auflegen/] },
  { name: "call-consult", scene: "consults", act: bar, reaches: [/Übergeben|verbinden/i, /Zurück/] },
  { name: "call-asked", scene: "asked", act: bar, reaches: [/Annehmen/, /Ablehnen/] },
  { name: "call-listens", scene: "listens", act: bar, reaches: [/[Ff]lüstern/, /verlassen/] },
  { name: "call-keypad", scene: "talks", act: then([",", "k"], ".call-pad"), reaches: [/Taste 1/, /Taste #/] },
  { name: "call-transfer", scene: "talks", act: then([",", "t"], ".finder-list [role=option]") },
  {
    name: "call-transfer-note",
    scene: "talks",
    act: async (page) => {
      await then([",", "t"], ".finder-list [role=option]")(page);
      await page.keyboard.press("Enter");
      await page.locator(".sheet textarea").waitFor();
    },
  },
  { name: "call-ask", scene: "talks", act: then([",", "c"], ".finder-list [role=option]") },
  {
    name: "call-dial",
    scene: "talks",
    act: async (page) => {
      await then([",", "c"], ".finder-list [role=option]")(page);
      await page.keyboard.type("0301 234567");
      await page.locator(".finder-list [role=option]").first().waitFor();
    },
  },
  { name: "call-devices", scene: "talks", act: then([",", "d"], ".devices-row") },
];

/** The same as the pictures have them, at this concern. */
export const telephoneScreensOf = (row: ConcernRow): readonly Screen[] => [
  ...telephoneScreens.map(({ name, scene, act }) => ({
    name,
    path: `/desk/open/${row.number}`,
    before: telephoning(row, scene),
    act,
  })),
  {
    name: "admin-phone",
    path: "/admin/channels",
    act: async (page) => {
      await page
        .locator(".entries .entry", { hasText: /hotline|line/iu })
        .first()
        .click();
      await page.locator(".sheet .form").waitFor();
    },
  },
];
