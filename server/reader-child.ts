// The reading process: takes raw messages one at a time and says what they contain. Started and killed by server/reader.ts.
import { channels } from "#channels/index.ts";
import type { ReadingIo } from "#contract/channel.ts";
import type { ReadingJob, ReadingResult } from "#server/reader.ts";
import { demoResolver, systemResolver } from "#server/demo/zones.ts";

const dns = process.argv[2] ?? "off";

const resolvers: Readonly<Record<string, () => ReadingIo["resolver"]>> = { off: () => null, system: () => systemResolver(), demo: demoResolver };
const resolver = (resolvers[dns] ?? (() => systemResolver(dns.split(","))))();

const read = async (job: ReadingJob): Promise<ReadingResult> => {
  const channel = channels[job.kind];
  if (!channel) return { id: job.id, failed: `no channel of the kind ${job.kind}` };
  try {
    const settings = channel.settings.parse(job.settings);
    return { id: job.id, inbound: await channel.receive(job.raw, settings, { now: new Date(job.nowMs), resolver }) };
  } catch (error) {
    return { id: job.id, failed: error instanceof Error ? error.message.slice(0, 500) : "unknown" };
  }
};

process.on("message", (job: ReadingJob) => {
  void read(job).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit(0));
process.send?.({ ready: true } satisfies ReadingResult);
