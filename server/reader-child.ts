// The reading process: takes raw messages and says what they contain. Started and killed by server/reader.ts.
import { channels, messageChannels } from "#channels/index.ts";
import type { ReadingIo } from "#contract/channel.ts";
import type { ReadingJob, ReadingResult, ReadingWord } from "#server/reader.ts";
import { demoResolver, systemResolver } from "#server/demo/zones.ts";

const dns = process.argv[2] ?? "off";

const resolvers: Readonly<Record<string, () => ReadingIo["resolver"]>> = {
  off: () => null,
  system: () => systemResolver(),
  demo: demoResolver,
};
const resolver = (resolvers[dns] ?? (() => systemResolver(dns.split(","))))();

const read = async (job: ReadingJob): Promise<ReadingResult> => {
  const channel = channels[job.kind];
  if (channel?.kind !== "message") return { id: job.id, failed: `no channel of the kind ${job.kind}` };
  try {
    const settings = channel.settings.parse(job.settings);
    return {
      id: job.id,
      inbound: await channel.receive(job.raw, settings, {
        now: new Date(job.nowMs),
        resolver,
        asMessage: job.asMessage,
      }),
    };
  } catch (error) {
    return { id: job.id, failed: error instanceof Error ? error.message.slice(0, 500) : "unknown" };
  }
};

let done: ReadingResult[] = [];

/** What was read in one go is said in one go. */
const tell = (result: ReadingResult): void => {
  done.push(result);
  if (done.length > 1) return;
  setImmediate(() => {
    process.send?.({ results: done } satisfies ReadingWord);
    done = [];
  });
};

process.on("message", (jobs: readonly ReadingJob[]) => {
  for (const job of jobs) void read(job).then(tell);
});
process.on("disconnect", () => process.exit(0));
for (const channel of messageChannels) await channel.prepare?.();
process.send?.({ ready: true } satisfies ReadingWord);
