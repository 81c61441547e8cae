// The flows of the demo's cable operator, and the service they ask. Called by seed.ts at the first start and by demo.ts at every one.
import { readFileSync } from "node:fs";
import { system, type Who } from "#contract/actor.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import { flowDocument, type FlowDocument, type FlowStep } from "#contract/flows.ts";
import type { BrandId, TopicId } from "#contract/ids.ts";
import { createFlow, publishFlow } from "#modules/flows/actions.ts";
import { addService, changeService } from "#modules/flows/actions-services.ts";
import { servicesFor } from "#modules/flows/reads.ts";
import { bookFor } from "#modules/routing/reads-book.ts";
import type { World } from "#platform/world.ts";

/** As the files name it. */
const serviceName = "Elbkabel Netz";

/** The demo's flows by the names of their files. What a centre has by its own ids is filled in: topics by their key, skills by their name. */
export const demoFlows: readonly {
  readonly key: string;
  readonly name: string;
  readonly topic: string | null;
  readonly skill: string | null;
}[] = [
  { key: "television-black", name: "Fernsehbild ist schwarz", topic: "tv.schwarz", skill: "Fernsehen" },
  { key: "balance", name: "Kontostand", topic: "rechnung", skill: "Rechnung und Vertrag" },
  { key: "opening-hours", name: "Servicezeiten", topic: null, skill: null },
];

const sure = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(`the demo's flows were refused: ${JSON.stringify(value)}`);
  return value;
};

/** A flow's file as it stands, and read. */
export const flowFile = (key: string): { readonly text: string; readonly document: FlowDocument } => {
  const text = readFileSync(new URL(`flows/${key}.json`, import.meta.url), "utf8");
  return { text, document: flowDocument.parse(JSON.parse(text)) };
};

/** Writes and publishes the flows of a brand by the actions that admins have; the service they ask has been connected. */
export const addDemoFlows = async (
  world: World,
  admin: Who,
  { brandId, topics }: { readonly brandId: BrandId; readonly topics: ReadonlyMap<string, TopicId> },
): Promise<void> => {
  const { skills } = (await bookFor(world)).book;
  for (const { key, name, topic, skill } of demoFlows) {
    const skillId = skills.find((each) => each.name === skill)?.id;
    const filled = (step: FlowStep): FlowStep => {
      const topicId = topic === null ? null : (topics.get(topic) ?? null);
      if (step.do === "callback") return { ...step, topicId };
      if (step.do !== "handOver") return step;
      return { ...step, topicId, skills: skillId === undefined ? [] : [{ skillId, level: 3 }] };
    };
    const { document } = flowFile(key);
    const made = sure(
      await createFlow(world, admin, {
        key,
        name,
        document: {
          ...document,
          steps: document.steps.map(filled),
          entries: document.entries.map((rule) => ({ ...rule, brandIds: [brandId] })),
        },
      }),
    );
    sure(await publishFlow(world, admin, made.id, { version: made.version, note: "" }));
  }
};

/** What the line service wants to be shown; the same on every node and after every start. */
export const lineToken = (world: Pick<World, "mac">): string => world.mac("demo line service", "token");

/** Connects the line service, or says where it is since this start. */
export const connectLineService = async (world: World, url: string): Promise<void> => {
  const input = {
    name: serviceName,
    url,
    headers: [{ name: "Authorization", secret: true, value: `Bearer ${lineToken(world)}` }],
    on: true,
  };
  const there = (await servicesFor(world)).find(({ name }) => name === serviceName);
  if (there === undefined) sure(await addService(world, system, input));
  else if (there.url !== url) sure(await changeService(world, system, there.id, { ...input, on: there.on }));
};
