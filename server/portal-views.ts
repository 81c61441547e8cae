// What the portal's pages show, gathered from what is kept. Used by server/portal.ts.
import type { Brand } from "#contract/brands.ts";
import { addressKindOf } from "#contract/channel.ts";
import type { FlowLanguage } from "#contract/flows.ts";
import type { FlowOutput, FlowPart, FlowSurroundings } from "#contract/flow-runs.ts";
import { channelsOfBrand } from "#modules/brands/reads.ts";
import { headsOf } from "#modules/concerns/reads-heads.ts";
import type { FlowWorld } from "#modules/flows/ground.ts";
import type { RunRecord, RunSaid } from "#modules/flows/model-runs.ts";
import { render } from "#modules/flows/model-render.ts";
import { flowNames } from "#modules/flows/reads-links.ts";
import { entriesFor, runsOfHolder } from "#modules/flows/reads-running.ts";
import type { DialogueView, Now, OfferView, Part, QuestionView, SaidView, StartView } from "#portal/view.ts";
import type { Connected } from "#server/connected.ts";
import { portalRoot, proofOf, type Holder } from "#server/portal-places.ts";
import { words } from "#server/words.ts";

/** Where a brand's, a flow's, a dialogue's page is. */
export const brandPath = (word: string): string => `${portalRoot}/${word}/`;
export const flowPath = (word: string, key: string): string => `${portalRoot}/${word}/${key}`;
export const runPath = (word: string, key: string, runId: string): string => `${portalRoot}/${word}/${key}/${runId}`;

/** A moment as somebody in the brand's zone says it; the day only when it is another one. */
export const shownAt = (instant: string, { zone, now }: FlowSurroundings, language: FlowLanguage): string => {
  const locale = language === "de" ? "de-DE" : "en-GB";
  const day = (at: string): string => new Date(at).toLocaleDateString("en-CA", { timeZone: zone });
  const time = { hour: "2-digit", minute: "2-digit", timeZone: zone } as const;
  const sameDay = day(instant) === day(now);
  return new Date(instant).toLocaleString(
    locale,
    sameDay ? time : { weekday: "long", day: "numeric", month: "long", ...time },
  );
};

export const stateOf = (around: FlowSurroundings, language: FlowLanguage): string => {
  const say = (key: string, at: string | null): string =>
    words(language, `portal.${key}`, at === null ? {} : { at: shownAt(at, around, language) });
  if (around.open) return around.closesAt === null ? say("isOpen", null) : say("openUntil", around.closesAt);
  return around.opensAt === null ? say("closed", null) : say("closedUntil", around.opensAt);
};

/** The brand's chat; null: it has none that is switched on. */
export const chatOf = (connected: Connected, brandId: string): string | null =>
  connected.enabled().find((channel) => addressKindOf[channel.kind] === "chat" && channel.brandId === brandId)?.id ??
  null;

/** Has the brand a telephone that is switched on? */
const hasPhone = (connected: Connected, brandId: string): boolean =>
  connected.voices().some((channel) => channel.brandId === brandId);

/** Where a brand's page for calls is. */
export const callPath = (word: string): string => `${portalRoot}/${word}/call`;

/** What can be begun at a brand's page now, by flow. */
export const offeredAt = async (
  world: FlowWorld,
  brand: Brand,
): Promise<{ readonly around: FlowSurroundings; readonly offered: Awaited<ReturnType<typeof entriesFor>> }> => {
  const around = await world.flowGround.surroundings(world.db, {
    brandId: brand.id,
    channelId: null,
    medium: "page",
    verified: null,
  });
  return { around, offered: await entriesFor(world.db, brand.id, "page", around) };
};

/** A text of a flow in that language, else in its other one. */
export const inLanguage = (text: { readonly de: string; readonly en: string }, language: FlowLanguage): string =>
  text[language] || text.de || text.en;

/** What customers know a dialogue by: the words on the button that begins it, while it is offered; else its name. */
const labelOf = (offered: Awaited<ReturnType<typeof entriesFor>>, run: RunRecord, language: FlowLanguage): string => {
  const of = offered.filter(({ flowId }) => flowId === run.flowId);
  const offer = of.find(({ incident }) => !incident) ?? of[0];
  return offer === undefined ? run.name : inLanguage(offer.label, language);
};

/** A brand's first page. `holder`: the browser, if it has begun something. */
export const startView = async (
  world: FlowWorld,
  connected: Connected,
  place: {
    readonly brand: Brand;
    readonly word: string;
    readonly language: FlowLanguage;
    readonly holder: Holder | null;
  },
): Promise<StartView> => {
  const { brand, word, language, holder } = place;
  const { around, offered } = await offeredAt(world, brand);
  const mine = holder === null ? [] : await runsOfHolder(world.db, [holder.hash]);
  const open = mine.filter((run) => run.place.brandId === brand.id && run.state.over === null);
  const names = await flowNames(world.db, [
    ...new Set([...offered.map(({ flowId }) => flowId), ...open.map(({ flowId }) => flowId)]),
  ]);
  const keyOf = new Map(names.map(({ id, key }) => [id, key]));
  const offers = (incident: boolean): OfferView[] =>
    offered
      .filter((one) => one.incident === incident)
      .map(({ flowId, label }) => ({
        path: flowPath(word, keyOf.get(flowId) ?? ""),
        label: inLanguage(label, language),
      }));
  const mailbox = (await channelsOfBrand(world.db, brand.id)).find(
    ({ kind, enabled, address }) => enabled && addressKindOf[kind] === "email" && address !== "",
  );
  const chat = chatOf(connected, brand.id);
  return {
    brand: brand.name,
    notices: around.notices.map((notice) => inLanguage(notice, language)),
    state: stateOf(around, language),
    incidents: offers(true),
    offers: offers(false),
    open: open.map((run) => ({
      path: `${runPath(word, keyOf.get(run.flowId) ?? "", run.id)}`,
      label: labelOf(offered, run, language),
    })),
    chat: chat === null ? null : `/chat/${chat}`,
    email: mailbox?.address ?? null,
    call: hasPhone(connected, brand.id) ? callPath(word) : null,
  };
};

/** Takes out what a question itself has to say to an answer that was not taken: on a page it stands at the field. */
const withoutSorry = (
  outputs: readonly FlowOutput[],
  openAsk: number | null,
): { readonly sorry: readonly FlowOutput[]; readonly others: readonly FlowOutput[] } => {
  const open = outputs.find((output) => output.kind === "ask" && output.question.asked === openAsk);
  const step = open?.kind === "ask" ? open.question.step : null;
  const isSorry = (output: FlowOutput): boolean =>
    output.kind === "say" && step !== null && output.step === step && "text" in output.text;
  return { sorry: outputs.filter(isSorry), others: outputs.filter((output) => !isSorry(output)) };
};

/** What was said, in parts of a page. A question that is not open any more is words. */
const saidViews = (
  run: RunRecord,
  said: readonly RunSaid[],
  zone: string,
): { readonly views: readonly SaidView[]; readonly asks: ReadonlyMap<number, QuestionView> } => {
  const asks = new Map<number, QuestionView>();
  const openAsk = run.state.awaiting?.for === "answer" ? run.state.awaiting.asked : null;
  const { language } = run.state;
  const views = said.flatMap((one): SaidView[] => {
    if (one.direction === "in") {
      const names = one.files.map(({ name }) => name).join(", ");
      const text = [one.text, one.text.includes(names) ? "" : names].filter((line) => line !== "").join("\n");
      return text === "" ? [] : [{ by: "them", parts: [{ kind: "say", text }] }];
    }
    const { sorry, others } = withoutSorry(one.outputs, openAsk);
    const showing = { medium: "page", language, zone } as const;
    const parts = render(others, showing).parts.flatMap((part: FlowPart): Part[] => {
      if (part.kind !== "ask") return [part];
      const { kind: _, ...question } = part;
      const isOpen = question.asked === openAsk;
      asks.set(
        question.asked,
        isOpen && sorry.length > 0 ? { ...question, again: render(sorry, showing).text } : question,
      );
      return isOpen ? [] : [{ kind: "say", text: question.text }];
    });
    return parts.length === 0 ? [] : [{ by: "us", parts }];
  });
  return { views, asks };
};

/** Where an answer goes that is given by somebody of us; null: nobody knows. */
const answerTo = (run: RunRecord): string | null => {
  const { email = "", phone = "" } = run.contact ?? {};
  if (run.ending?.as === "callback") return run.ending.phone;
  return run.verified ?? ([email, phone].find((address) => address !== "") || null);
};

/** Everything of a dialogue. */
export interface Dialogue {
  readonly view: DialogueView;
  /** Every question that was asked, by its number. */
  readonly asks: ReadonlyMap<number, QuestionView>;
}

/** A dialogue as the browser sees it that holds it, or has held it: then nothing of it is shown but where it goes on. */
export const dialogueOf = async (
  world: FlowWorld,
  connected: Connected,
  at: {
    readonly run: RunRecord;
    readonly said: readonly RunSaid[];
    readonly brand: Brand;
    readonly word: string;
    readonly holder: Holder;
    readonly mostBytes: number;
  },
): Promise<Dialogue> => {
  const { run, brand, word, holder } = at;
  const { place, state } = run;
  const [name] = await flowNames(world.db, [run.flowId]);
  const around = await world.flowGround.surroundings(world.db, {
    brandId: brand.id,
    channelId: null,
    medium: "page",
    verified: run.verified,
  });
  const offered = await entriesFor(world.db, brand.id, "page", around);
  const isHere = place.holder === holder.hash;
  const { views, asks } = saidViews(run, isHere ? at.said : [], around.zone);
  const lastOfThem = views.findLastIndex(({ by }) => by === "them");
  const key = name?.key ?? "";
  return {
    asks,
    view: {
      brand: brand.name,
      flow: labelOf(offered, run, state.language),
      said: views,
      earlier: Math.max(0, lastOfThem),
      now: isHere ? await nowOf(world, run, asks, around) : { kind: "elsewhere", where: place.medium },
      reachable: answerTo(run) !== null,
      chat: state.over === null && chatOf(connected, brand.id) !== null,
      mostBytes: at.mostBytes,
      path: runPath(word, key, run.id),
      flowPath: flowPath(word, key),
      startPath: brandPath(word),
      proof: proofOf(world, holder, run.id),
      id: crypto.randomUUID(),
    },
  };
};

const nowOf = async (
  world: FlowWorld,
  run: RunRecord,
  asks: ReadonlyMap<number, QuestionView>,
  around: FlowSurroundings,
): Promise<Now> => {
  const { awaiting, over, language } = run.state;
  if (awaiting !== null) {
    const question = awaiting.for === "answer" ? asks.get(awaiting.asked) : undefined;
    if (question !== undefined) return { kind: "asks", question };
    const until = awaiting.for === "effect" ? awaiting.until : null;
    return { kind: "waits", until: until === null ? null : shownAt(until, around, language) };
  }
  if (over === "handedOver" || over === "callback") {
    const { concernId } = run.place;
    const [head] = concernId === null ? [] : await headsOf(world.db, [concernId]);
    return head === undefined ? { kind: "contact" } : { kind: "concern", number: head.number, to: answerTo(run) };
  }
  return { kind: "over", as: over ?? "ended" };
};
