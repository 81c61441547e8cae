// The hotlines of the demo's brands: telephones that are reached from web pages, by the program's own engine. Called by seed.ts at the first start and by demo.ts at every one.
import { system } from "#contract/actor.ts";
import type { CallRules } from "#contract/call-rules.ts";
import { isRefusal } from "#contract/errors.ts";
import type { BrandId } from "#contract/ids.ts";
import { addChannel } from "#modules/brands/actions.ts";
import { allBrands, allChannels } from "#modules/brands/reads.ts";
import { setHours } from "#modules/hours/actions.ts";
import type { World } from "#platform/world.ts";
import { channelKinds } from "#server/connected.ts";
import { demoBrands, type BrandKey } from "#server/demo/cast.ts";

/** As an operator sets it who has just read the form; what is said and kept is each brand's own. */
const rules: CallRules = {
  greetingDe: "",
  greetingEn: "",
  language: "de",
  announceEverySeconds: 45,
  comfort: [],
  mostWaiting: 50,
  mostWaitSeconds: 1_800,
  keepPlaceSeconds: 600,
  rejoinSeconds: 15,
  callback: true,
  callbackFirst: "agent",
  callbackTries: 3,
  callbackEverySeconds: 900,
  callbackExpiresHours: 72,
  voicemail: true,
  voicemailSeconds: 180,
  missed: "work",
  recording: "consent",
  recordingDays: 90,
  listeningToldAgent: true,
  listeningToldCustomer: false,
  mayDial: ["+49"],
  mayNotDial: [],
  dialsAnHour: 100,
  dialMinutesADay: 600,
  dialFromHour: 8,
  dialToHour: 20,
};

const lines: Readonly<Record<BrandKey, { readonly name: string; readonly rules: CallRules }>> = {
  elb: {
    name: "Hotline Elbkabel",
    rules: {
      ...rules,
      greetingDe: "Moin, hier ist Elbkabel. Mit der Null kommen Sie jederzeit zu jemandem von uns.",
      greetingEn: "Hello, this is Elbkabel. Press zero at any time to speak to one of us.",
      comfort: [
        "Viele Störungen sind nach einem Neustart des Routers vorbei: Stecker ziehen, eine Minute warten, wieder einstecken. = Many faults are over after restarting the router: pull the plug, wait a minute, plug it in again.",
        "Ihre Kundennummer steht auf jeder Rechnung oben rechts. = Your customer number is on every invoice, at the top right.",
      ],
    },
  },
  harbour: {
    name: "Harbour Fibre line",
    rules: {
      ...rules,
      language: "en",
      recording: "never",
      greetingDe: "Guten Tag, hier ist der Geschäftskundenservice von Harbour Fibre.",
      greetingEn: "Hello, this is Harbour Fibre Business Support.",
    },
  },
};

/** Connects the hotline of a brand. `loopback`: the centre is for this machine alone, and so is its audio. */
const addHotline = async (world: World, key: BrandKey, brandId: BrandId, loopback: boolean): Promise<void> => {
  const { name, rules: own } = lines[key];
  const web = loopback
    ? { bindAddress: "127.0.0.1", publicAddress: null, udpPort: 0, iceServers: [], mostLegs: 60 }
    : null;
  const channel = await addChannel({ ...world, channelKinds: channelKinds() }, system, {
    brandId,
    kind: "phone",
    enabled: true,
    name,
    settings: { numbers: [], asterisk: null, web, rules: own },
  });
  if (isRefusal(channel)) throw new Error(`the demo's hotline could not be connected: ${channel.refused}`);
  // Tried in the middle of the night it is answered, too.
  const weekly = Array.from({ length: 7 }, () => [{ from: "00:00", to: "00:00" }]);
  const hours = { timeZone: demoBrands[key].hours.timeZone, weekly, exceptions: [] };
  const kept = await setHours(world, system, { owner: { kind: "channel", id: channel.id }, hours });
  if (isRefusal(kept)) throw new Error(`the demo's hotline has no hours: ${kept.refused}`);
};

/** The hotlines; each is connected when the demo world does not have it yet. */
export const openHotlines = async (world: World, loopback: boolean): Promise<void> => {
  const brands = await allBrands(world.db);
  const channels = await allChannels(world.db);
  for (const key of ["elb", "harbour"] as const) {
    // Whoever tries the product may have given it another name, or taken it away.
    const brand = brands.find(({ name }) => name === demoBrands[key].name);
    if (brand === undefined || channels.some(({ kind, brandId }) => kind === "phone" && brandId === brand.id)) continue;
    await addHotline(world, key, brand.id, loopback);
  }
};
