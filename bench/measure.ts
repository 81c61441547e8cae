// Runs one operation many times, one at a time and several at once, and says how long it took and what it cost. Used by bench/work*.ts.
import { cpuBetween, cpuOf, type Roots } from "#bench/processes.ts";

export interface Figures {
  readonly times: number;
  readonly atOnce: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly perSecond: number;
  /** CPU per operation: application and PostgreSQL, the load driver not counted. */
  readonly appCpuMs: number;
  readonly databaseCpuMs: number;
  /** Only where movement on the screen was watched: pixels by which what is read has moved, and the browser's sum of layout shifts. */
  readonly movedPixels?: number;
  readonly layoutShift?: number;
  /** What else was measured, by the names of bench/aims.ts: p99 (ms), corePercent, kbEach, seconds, lost, twice, disorder. */
  readonly values?: Readonly<Record<string, number>>;
}

export const cpuMsOf = (figures: Figures): number => figures.appCpuMs + figures.databaseCpuMs;

/** The value below which that share of the numbers lies. */
export const quantile = (numbers: readonly number[], share: number): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** So many operations come first and count for nothing: each of ten connections prepares its statements, and the program is compiled. */
export const warmUp = (times: number): number => Math.min(150, times * 4);

/** `operation` gets a running number, so that no two are alike. */
export const measure = async (
  roots: Roots,
  times: number,
  atOnce: number,
  operation: (n: number) => Promise<void>,
  settled?: () => Promise<void>,
): Promise<Figures> => {
  const warm = warmUp(times);
  let next = 0;
  const took: number[] = [];
  const run = async (until: number, keep: boolean): Promise<void> => {
    const lane = async (): Promise<void> => {
      while (next < until) {
        const n = next;
        next += 1;
        const begun = performance.now();
        await operation(n);
        if (keep) took.push(performance.now() - begun);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  };
  await run(warm, false);
  await settled?.();
  const before = cpuOf(roots);
  const begun = performance.now();
  await run(warm + times, true);
  await settled?.();
  const seconds = (performance.now() - begun) / 1000;
  const used = cpuBetween(before, cpuOf(roots));
  return {
    times,
    atOnce,
    p50Ms: rounded(quantile(took, 0.5)),
    p95Ms: rounded(quantile(took, 0.95)),
    perSecond: rounded(times / seconds),
    appCpuMs: rounded(used.appMs / times),
    databaseCpuMs: rounded(used.databaseMs / times),
  };
};
