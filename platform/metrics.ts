// Counters and times for Prometheus. Whoever measures gets `Metrics`; server/app.ts serves `text()` at /metrics.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

type Labels = Readonly<Record<string, string | number>>;

/** Names are snake_case with the unit at the end and get the prefix draht_; label values come from fixed sets, never from a person or a request. */
export interface Metrics {
  /** A number that only rises. Asking again for the same name gives the same counter. */
  readonly counter: (
    name: string,
    help: string,
    labelNames?: readonly string[],
  ) => { readonly add: (labels?: Labels, by?: number) => void };
  /** A number that is asked for when somebody looks, or set. */
  readonly gauge: (name: string, help: string, read?: () => number) => { readonly set: (value: number) => void };
  /** Numbers by one label, asked for when somebody looks; while they cannot be told, the metric has no values. */
  readonly gauges: (
    name: string,
    help: string,
    label: string,
    read: () => Promise<Readonly<Record<string, number>>>,
  ) => void;
  /** Times in seconds. */
  readonly histogram: (
    name: string,
    help: string,
    labelNames?: readonly string[],
    buckets?: readonly number[],
  ) => { readonly observe: (seconds: number, labels?: Labels) => void };
  /** All of them in the text format of Prometheus. */
  readonly text: () => Promise<string>;
  readonly contentType: string;
}

/** What is asked for may take so long; whoever watches gives up soon. */
const patienceMs = 2_000;

const usual = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A registry of its own; `withProcess` adds memory, CPU, event-loop lag and garbage collection of this process. */
export const createMetrics = (options: { readonly withProcess: boolean }): Metrics => {
  const register = new Registry();
  if (options.withProcess) collectDefaultMetrics({ register, prefix: "draht_" });
  const known = new Map<string, unknown>();
  const once = <T>(name: string, make: (full: string) => T): T => {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`"${name}" is no name for a metric`);
    const found = known.get(name) as T | undefined;
    if (found !== undefined) return found;
    const made = make(`draht_${name}`);
    known.set(name, made);
    return made;
  };
  return {
    counter: (name, help, labelNames = []) =>
      once(name, (full) => {
        const counter = new Counter({ name: full, help, labelNames: [...labelNames], registers: [register] });
        return { add: (labels, by = 1) => (labels === undefined ? counter.inc(by) : counter.inc(labels, by)) };
      }),
    gauge: (name, help, read) =>
      once(name, (full) => {
        const gauge = new Gauge({
          name: full,
          help,
          registers: [register],
          ...(read
            ? {
                collect(this: Gauge) {
                  this.set(read());
                },
              }
            : {}),
        });
        return { set: (value) => gauge.set(value) };
      }),
    gauges: (name, help, label, read) =>
      void once(
        name,
        (full) =>
          new Gauge({
            name: full,
            help,
            labelNames: [label],
            registers: [register],
            async collect(this: Gauge) {
              const late = new Promise<Record<string, number>>((resolve) =>
                setTimeout(() => resolve({}), patienceMs).unref(),
              );
              const values = await Promise.race([read().catch(() => ({})), late]);
              this.reset();
              for (const [value, count] of Object.entries(values)) this.set({ [label]: value }, count);
            },
          }),
      ),
    histogram: (name, help, labelNames = [], buckets = usual) =>
      once(name, (full) => {
        const histogram = new Histogram({
          name: full,
          help,
          labelNames: [...labelNames],
          buckets: [...buckets],
          registers: [register],
        });
        return {
          observe: (seconds, labels) =>
            labels === undefined ? histogram.observe(seconds) : histogram.observe(labels, seconds),
        };
      }),
    text: () => register.metrics(),
    contentType: register.contentType,
  };
};
