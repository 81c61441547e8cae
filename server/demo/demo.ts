// The demo world while it runs: the customers' mail provider and the operator's own system on loopback, and the post box page's data. Started by server/start.ts.
import { join } from "node:path";
import { startMailSim, type MailSim, type SimMail } from "#channels/email/sim.ts";
import { answer, type Route } from "#contract/endpoint.ts";
import { refuse } from "#contract/errors.ts";
import { postbox, type Posted } from "#contract/postbox.ts";
import type { World } from "#platform/world.ts";
import type { FastifyInstance } from "fastify";
import type { Config } from "#server/config.ts";
import { demoDoors, demoPeople } from "#server/demo/cast.ts";
import { connectLineService, lineToken } from "#server/demo/flows.ts";
import { openHotlines } from "#server/demo/hotline.ts";
import { startLineService } from "#server/demo/line-service.ts";
import { hasDemo } from "#server/demo/marker.ts";
import { mountSite, siteChats } from "#server/demo/site.ts";
import { openReader } from "#server/reader.ts";

export interface Demo {
  /** Addresses of the demo's brands. */
  readonly doors: readonly string[];
  readonly routes: readonly Route<World>[];
  /** The HTML document of a received mail, to be shown in a sandboxed frame; null: there is none. */
  readonly html: (id: string) => string | null;
  /** Mounts the website of the first brand, which carries the chat. */
  readonly site: (app: FastifyInstance) => void;
  /** Hosts inside that flows may ask: the operator's own system. */
  readonly lookUpInside: readonly string[];
  readonly stop: () => Promise<void>;
}

const keepMails = 500;

const posted = (mail: SimMail): Posted => ({
  id: String(mail.seq),
  at: mail.at,
  from: mail.from ? `${mail.from.name} <${mail.from.address}>`.trim() : mail.envelope.from,
  to: [...mail.envelope.to],
  subject: mail.subject,
  text: mail.text,
  htmlUrl: mail.html === null ? null : `/post/${mail.seq}`,
  files: mail.files.map((file) => ({ name: file.name, mediaType: file.mediaType, sizeBytes: file.bytes.byteLength })),
  automatic: mail.headers.some((header) => header.name === "auto-submitted" && header.value.toLowerCase() !== "no"),
});

/** Loaded only for the first start. Its mails are read as others are, by processes that end with it. */
const makeWorld = async (
  world: World,
  {
    smtpPort,
    lineUrl,
    say,
  }: { readonly smtpPort: number; readonly lineUrl: string; readonly say: (line: string) => void },
): Promise<void> => {
  const { seedDemo } = await import("#server/demo/seed.ts");
  const reader = openReader({
    timeMs: 120_000,
    memoryBytes: 256 * 1024 * 1024,
    processes: 2,
    idleMs: 60_000,
    log: world.log,
    dns: "demo",
  });
  try {
    await seedDemo(world, {
      now: world.now(),
      progress: say,
      smtp: { host: "127.0.0.1", port: smtpPort },
      lineUrl,
      reader,
    });
  } finally {
    await reader.close();
  }
};

/** Seeds the demo world when it is not there yet, opens the customers' mail provider, and answers the post box. */
export const startDemo = async (options: {
  readonly world: World;
  readonly config: Pick<Config, "dataDir" | "postPort" | "host">;
  readonly smtp: () => { readonly host: string; readonly port: number };
  readonly say: (line: string) => void;
}): Promise<Demo> => {
  const { world, config } = options;
  const sim: MailSim = await startMailSim({
    dir: join(config.dataDir, "post"),
    smtpPort: config.postPort,
    keep: keepMails,
    now: world.now,
  });
  const line = await startLineService({ token: lineToken(world), now: world.now, measuringMs: 700 });
  if (!(await hasDemo(world))) await makeWorld(world, { smtpPort: sim.port, lineUrl: line.url, say: options.say });
  await connectLineService(world, line.url);
  const chats = await siteChats(world);
  await openHotlines(world, ["localhost", "127.0.0.1", "::1"].includes(config.host));

  const routes: Route<World>[] = [
    answer(postbox.list, async (_world, _who, { query }) => {
      const mails = sim
        .messages(query.to ? { to: query.to } : {})
        .slice(-query.limit)
        .toReversed();
      return { mails: mails.map(posted), people: [...demoPeople], doors: [...demoDoors] };
    }),
    answer(postbox.write, async (_world, _who, { body }) => {
      const answered =
        body.answers === null ? undefined : sim.messages().find((mail) => String(mail.seq) === body.answers);
      if (body.answers !== null && !answered) return refuse("notFound");
      const to = answered ? (answered.replyTo[0]?.address ?? answered.from?.address ?? body.to) : body.to;
      const quoted = answered
        ? `\n\n${answered.from?.name ?? ""} schrieb am ${answered.at.slice(0, 10)}:\n${answered.text
            .split("\n")
            .map((line) => `> ${line}`)
            .join("\n")}\n`
        : "";
      try {
        await sim.send(
          {
            from: { name: body.name, address: body.from },
            to: [{ name: "", address: to }],
            subject: body.subject,
            text: body.text + quoted,
            ...(answered?.messageId
              ? { inReplyTo: answered.messageId, references: [...answered.references, answered.messageId] }
              : {}),
          },
          options.smtp(),
        );
      } catch (error) {
        return refuse("invalidInput", { detail: error instanceof Error ? error.message.slice(0, 200) : "" }, "to");
      }
      return { done: true as const };
    }),
  ];
  return {
    doors: demoDoors,
    routes,
    site: (app) => mountSite(app, world, chats),
    html: (id) => sim.messages().find((mail) => String(mail.seq) === id)?.html ?? null,
    lookUpInside: [new URL(line.url).host],
    stop: async () => void (await Promise.all([sim.stop(), line.stop()])),
  };
};
