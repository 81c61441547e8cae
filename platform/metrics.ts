// Counters, gauges and histograms in Prometheus' text form. One registry per server.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

type Labels = Readonly<Record<string, string>>;

export interface Metrics {
  /** The same name gives the same counter. */
  readonly counter: (name: string, help: string, labels?: readonly string[]) => { readonly inc: (labels?: Labels, by?: number) => void };
  /** `read` is called when the metrics are fetched. */
  readonly gauge: (name: string, help: string, read: () => number) => void;
  readonly histogram: (name: string, help: string, buckets: readonly number[], labels?: readonly string[]) => { readonly observe: (value: number, labels?: Labels) => void };
  /** The text a Prometheus server fetches, and its content type. */
  readonly text: () => Promise<{ readonly type: string; readonly body: string }>;
}

/** Opens a registry; `process: true` adds memory, CPU, event loop and garbage collection of this process. */
export const createMetrics = (options: { readonly process: boolean }): Metrics => {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  return {
    counter: (name, help, labels = []) => {
      const counter = counters.get(name) ?? new Counter({ name, help, labelNames: [...labels], registers: [registry] });
      counters.set(name, counter);
      return { inc: (given = {}, by = 1) => counter.inc({ ...given }, by) };
    },
    gauge: (name, help, read) => {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    histogram: (name, help, buckets, labels = []) => {
      const histogram = histograms.get(name) ?? new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers: [registry] });
      histograms.set(name, histogram);
      return { observe: (value, given) => (given ? histogram.observe({ ...given }, value) : histogram.observe(value)) };
    },
    text: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
};
