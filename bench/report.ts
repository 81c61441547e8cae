// Results as a page: tables in docs/bench.md between two marks, and growth curves in docs/pictures/. Called by bench/main.ts.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { aims, chatAims, limits, type Aim } from "#bench/aims.ts";
import { cpuMsOf, type Figures } from "#bench/measure.ts";
import type { Memory } from "#bench/processes.ts";

export interface SizeResult {
  readonly messages: number;
  readonly concerns: number;
  readonly databaseMb: number;
  readonly figures: Readonly<Record<string, Figures>>;
  readonly warmStartMs: number | null;
  readonly idle: Memory | null;
  readonly loaded: Memory | null;
  readonly loadBefore: number;
  /** See `fixedWorkMs`: how crowded the machine was. */
  readonly fixedWorkMs: number;
}

export interface Results {
  readonly at: string;
  readonly commit: string;
  readonly machine: string;
  readonly share: number;
  readonly sizes: readonly SizeResult[];
}

const short = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const thousands = (value: number): string => value.toLocaleString("en-US");

const valueOf = (aim: Aim, figures: Figures): number => {
  switch (aim.of) {
    case "cpu":
      return cpuMsOf(figures);
    case "p95":
      return figures.p95Ms;
    case "perSecond":
      return figures.perSecond;
    case "moved":
      return figures.movedPixels ?? 0;
    case "shift":
      return figures.layoutShift ?? 0;
    case "p50":
      return figures.p50Ms;
    default:
      return figures.values?.[aim.of] ?? Number.NaN;
  }
};
const units: Readonly<Record<Aim["of"], string>> = {
  cpu: "ms CPU",
  p95: "ms p95",
  perSecond: "/s",
  moved: "px moved",
  shift: "layout shift",
  p50: "ms p50",
  corePercent: "% of a core",
  kbEach: "kB",
  seconds: "s",
  p99Times: "times the p99 without",
  lost: "lost",
  twice: "twice",
  disorder: "out of order",
};

const aimTable = (sizes: readonly SizeResult[], aims: readonly Aim[], others: string): string[] => [
  `| operation | aim | ${sizes.map((size) => thousands(size.messages)).join(" | ")} | measured : aim | ${others} |`,
  `|---|---|${sizes.map(() => "---|").join("")}---|---|`,
  ...aims.flatMap((aim) => {
    const values = sizes
      .map((size) => size.figures[aim.row])
      .map((figures) => (figures === undefined ? null : valueOf(aim, figures)));
    if (values.every((value) => value === null)) return [];
    // Of all sizes the worst counts.
    const measured = values.filter((value) => value !== null);
    const worst = aim.of === "perSecond" ? Math.min(...measured) : Math.max(...measured);
    const ratio = aim.aim === 0 ? worst : worst / aim.aim;
    const met = aim.of === "perSecond" ? ratio >= 1 : worst <= aim.aim;
    return [
      `| ${aim.row} | ${aim.of === "perSecond" ? "≥" : "≤"} ${aim.aim} ${units[aim.of]} | ${values.map((value) => (value === null ? "–" : short(value))).join(" | ")} | ${ratio.toFixed(2)} ${met ? "met" : "**missed**"} | ${aim.others} |`,
    ];
  }),
];

const fullTable = (sizes: readonly SizeResult[]): string[] => {
  const rows = [...new Set(sizes.flatMap((size) => Object.keys(size.figures)))].filter((row) => !isOfChat(row));
  return [
    "| operation | messages | p50 ms | p95 ms | per second | CPU ms | of it application | of it PostgreSQL |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.flatMap((row) =>
      sizes.flatMap((size) => {
        const figures = size.figures[row];
        return figures === undefined
          ? []
          : [
              `| ${row} | ${thousands(size.messages)} | ${short(figures.p50Ms)} | ${short(figures.p95Ms)} | ${short(figures.perSecond)} | ${short(cpuMsOf(figures))} | ${short(figures.appCpuMs)} | ${short(figures.databaseCpuMs)} |`,
            ];
      }),
    ),
  ];
};

const isOfChat = (row: string): boolean => row.startsWith("chat: ");

/** What has been measured of the chat, row by row. */
const chatTable = (sizes: readonly SizeResult[]): string[] => [
  "| what | p50 ms | p95 ms | p99 ms | per second | CPU ms each | of it application | of it PostgreSQL | further |",
  "|---|---|---|---|---|---|---|---|---|",
  ...sizes.flatMap((size) =>
    Object.entries(size.figures).flatMap(([row, figures]) => {
      if (!isOfChat(row)) return [];
      const { p99, ...values } = figures.values ?? {};
      const further = Object.entries(values)
        .map(([name, value]) => `${short(value)} ${units[name as Aim["of"]] ?? name}`)
        .join(", ");
      const timed =
        figures.times === 0
          ? ["–", "–", "–", "–", "–", "–", "–"]
          : [
              short(figures.p50Ms),
              short(figures.p95Ms),
              short(p99 ?? 0),
              short(figures.perSecond),
              short(cpuMsOf(figures)),
              short(figures.appCpuMs),
              short(figures.databaseCpuMs),
            ];
      return [`| ${row.slice("chat: ".length)} | ${timed.join(" | ")} | ${further} |`];
    }),
  ),
];

const memoryTable = (sizes: readonly SizeResult[]): string[] => [
  "| messages | warm start to the first page | idle: main + readers | loaded: main + readers | whole tree, loaded | database on disk |",
  "|---|---|---|---|---|---|",
  ...sizes.map((size) => {
    const app = (memory: Memory | null): string =>
      memory === null ? "–" : `${short(memory.mainMb)} + ${short(memory.readersMb)} MB`;
    const tree =
      size.loaded === null ? "–" : `${short(size.loaded.mainMb + size.loaded.readersMb + size.loaded.databaseMb)} MB`;
    return `| ${thousands(size.messages)} | ${size.warmStartMs === null ? "–" : `${short(size.warmStartMs)} ms`} | ${app(size.idle)} | ${app(size.loaded)} | ${tree} | ${thousands(Math.round(size.databaseMb))} MB |`;
  }),
  "",
  `Aims: application ${limits.idleMb} MB idle and ${limits.loadedMb} MB loaded, whole tree under ${limits.treeMb} MB, warm start under ${limits.warmStartMs / 1000} s.`,
];

const growthLines = (sizes: readonly SizeResult[]): string[] => {
  const [first, last] = [sizes[0], sizes.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const ratio = (row: string): string | null => {
    const [a, b] = [first.figures[row], last.figures[row]];
    return a === undefined || b === undefined ? null : `${row}: ${(cpuMsOf(b) / cpuMsOf(a)).toFixed(2)} times`;
  };
  const grown = [
    "inbox page, 16 at once",
    "inbox page, deep, 16 at once",
    "counters of 20 views, 16 at once",
    "open a concern of 50 messages, 16 at once",
    "reply, 16 at once",
    "intake, 16 at once",
  ].flatMap((row) => ratio(row) ?? []);
  return [
    `CPU at ${thousands(last.messages)} messages against ${thousands(first.messages)} (the inbox's aim: at most ${limits.growth} times):`,
    "",
    ...grown.map((line) => `- ${line}`),
    "",
  ];
};

const watchingLine = (sizes: readonly SizeResult[]): string[] =>
  sizes.flatMap((size) => {
    const [alone, watched] = [size.figures["intake, nobody watching"], size.figures["intake, 30 desks watching"]];
    if (alone === undefined || watched === undefined) return [];
    return [
      `- ${thousands(size.messages)} messages: intake at 16 at once ran at ${short(alone.perSecond)}/s with nobody watching and at ${short(watched.perSecond)}/s with 30 desks of 30 live views (${(alone.perSecond / watched.perSecond).toFixed(2)} times slower; aim ${limits.watching}).`,
    ];
  });

/** A curve of CPU per operation over the number of messages, both axes logarithmic. */
export const growthCurve = (sizes: readonly SizeResult[], rows: readonly string[]): string => {
  const [width, height, left, right, top, bottom] = [760, 380, 56, 250, 24, 44];
  const colours = ["#0b6e99", "#c2410c", "#3f7d20", "#7c3aed", "#b91c5c", "#525252", "#0f766e"];
  const points = rows.map((row) =>
    sizes.flatMap((size) =>
      size.figures[row] === undefined ? [] : [{ x: size.messages, y: cpuMsOf(size.figures[row]) }],
    ),
  );
  const ys = points
    .flat()
    .map((point) => point.y)
    .filter((y) => y > 0);
  const [lowest, highest] = [Math.floor(Math.log10(Math.min(...ys, 1))), Math.ceil(Math.log10(Math.max(...ys, 10)))];
  const [from, to] = [Math.log10(sizes[0]?.messages ?? 1), Math.log10(sizes.at(-1)?.messages ?? 10)];
  const xOf = (x: number): number =>
    left + ((Math.log10(x) - from) / Math.max(0.01, to - from)) * (width - left - right);
  const yOf = (y: number): number =>
    height - bottom - ((Math.log10(Math.max(y, 10 ** lowest)) - lowest) / (highest - lowest)) * (height - top - bottom);
  const lines: string[] = [];
  for (let power = lowest; power <= highest; power += 1)
    lines.push(
      `<line x1="${left}" x2="${width - right}" y1="${yOf(10 ** power)}" y2="${yOf(10 ** power)}" stroke="#d4d4d8"/><text x="${left - 8}" y="${yOf(10 ** power) + 4}" text-anchor="end">${10 ** power}</text>`,
    );
  for (const size of sizes)
    lines.push(
      `<line x1="${xOf(size.messages)}" x2="${xOf(size.messages)}" y1="${top}" y2="${height - bottom}" stroke="#e4e4e7"/><text x="${xOf(size.messages)}" y="${height - bottom + 18}" text-anchor="middle">${thousands(size.messages)}</text>`,
    );
  points.forEach((line, i) => {
    const colour = colours[i % colours.length] ?? "#000";
    lines.push(
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${line.map((point) => `${xOf(point.x).toFixed(1)},${yOf(point.y).toFixed(1)}`).join(" ")}"/>`,
    );
    for (const point of line)
      lines.push(`<circle cx="${xOf(point.x).toFixed(1)}" cy="${yOf(point.y).toFixed(1)}" r="3" fill="${colour}"/>`);
    lines.push(
      `<rect x="${width - right + 14}" y="${top + i * 22}" width="12" height="12" fill="${colour}"/><text x="${width - right + 32}" y="${top + 10 + i * 22}">${rows[i] ?? ""}</text>`,
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#27272a"><rect width="${width}" height="${height}" fill="#ffffff"/>${lines.join("")}<text x="${left}" y="14">CPU per operation in ms, application and PostgreSQL</text><text x="${(left + width - right) / 2}" y="${height - 6}" text-anchor="middle">messages in the centre</text></svg>\n`;
};

const curves: Readonly<Record<string, readonly string[]>> = {
  "bench-desk.svg": [
    "inbox page, 16 at once",
    "inbox page, deep, 16 at once",
    "counters of 20 views, 16 at once",
    "open a concern of 50 messages, 16 at once",
    "reply, 16 at once",
    "intake, 16 at once",
  ],
  "bench-search.svg": [
    "search: rare, 1 at once",
    "search: common, 1 at once",
    "search: two words, 1 at once",
    "search: part of a compound, 1 at once",
    "search: typing mistake, 1 at once",
  ],
};

const measuredAt = (results: Results, sizes: readonly SizeResult[]): string =>
  `Measured at ${results.at.slice(0, 16).replace("T", " ")} UTC, commit ${results.commit}, ${results.machine}${results.share < 1 ? `, shortened to ${results.share} of the repetitions` : ""}. Load of the machine before each size: ${sizes.map((size) => size.loadBefore.toFixed(1)).join(", ")}; a fixed piece of work cost ${sizes.map((size) => Math.round(size.fixedWorkMs)).join(", ")} ms CPU there.`;

const withRows = (results: Results, wanted: (row: string) => boolean): readonly SizeResult[] =>
  results.sizes.filter((size) => Object.keys(size.figures).some(wanted));

/** The chat's figures as Markdown; empty: it was not measured. */
export const chatMarkdown = (results: Results): string => {
  const sizes = withRows(results, isOfChat);
  if (sizes.length === 0) return "";
  return [measuredAt(results, sizes), "", ...aimTable(sizes, chatAims, "others"), "", ...chatTable(sizes)].join("\n");
};

/** The other figures as Markdown; empty: none of them was measured. */
export const markdown = (results: Results): string => {
  if (withRows(results, (row) => !isOfChat(row)).length === 0) return "";
  return [
    measuredAt(results, results.sizes),
    "",
    ...aimTable(results.sizes, aims, "others, ms CPU"),
    "",
    ...growthLines(results.sizes),
    "Thirty desks that keep thirty views up to date:",
    "",
    ...watchingLine(results.sizes),
    "",
    ...memoryTable(results.sizes),
    "",
    "### Everything",
    "",
    ...fullTable(results.sizes),
  ].join("\n");
};

const between = (text: string, name: string, figures: string): string => {
  if (figures === "") return text;
  const marks = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`] as const;
  const [begin, end] = [text.indexOf(marks[0]), text.indexOf(marks[1])];
  if (begin === -1 || end < begin) throw new Error(`docs/bench.md has lost the marks between which the ${name} stand`);
  return `${text.slice(0, begin + marks[0].length)}\n${figures}\n${text.slice(end)}`;
};

/** Puts the figures of ringing desks into docs/bench.md. */
export const writeRinging = (root: string, figures: string): void => {
  const page = `${root}/docs/bench.md`;
  writeFileSync(page, between(readFileSync(page, "utf8"), "ringing figures", figures));
};

/** Puts the figures of the interpreter of flows, and of flows that run, into docs/bench.md. */
export const writeFlows = (root: string, figures: string, running: string): void => {
  const page = `${root}/docs/bench.md`;
  const text = between(readFileSync(page, "utf8"), "flow figures", figures);
  writeFileSync(page, between(text, "flow run figures", running));
};

/** Puts the figures of flows through the chat into docs/bench.md. */
export const writeFlowChat = (root: string, figures: string): void => {
  const page = `${root}/docs/bench.md`;
  writeFileSync(page, between(readFileSync(page, "utf8"), "flow chat figures", figures));
};

/** Puts the figures of calls into docs/bench.md. */
export const writeCalls = (root: string, figures: string): void => {
  const page = `${root}/docs/bench.md`;
  writeFileSync(page, between(readFileSync(page, "utf8"), "call figures", figures));
};

/** Puts the figures of the routing engine into docs/bench.md. */
export const writeRouting = (root: string, figures: string): void => {
  const page = `${root}/docs/bench.md`;
  writeFileSync(page, between(readFileSync(page, "utf8"), "routing figures", figures));
};

/** Puts what was measured into docs/bench.md, between its marks, and draws the curves; what was not measured stays as it stands. */
export const writeReport = (root: string, results: Results): void => {
  const page = `${root}/docs/bench.md`;
  const [figures, chat] = [markdown(results), chatMarkdown(results)];
  writeFileSync(page, between(between(readFileSync(page, "utf8"), "figures", figures), "chat figures", chat));
  if (figures === "") return;
  mkdirSync(`${root}/docs/pictures`, { recursive: true });
  for (const [name, rows] of Object.entries(curves))
    writeFileSync(`${root}/docs/pictures/${name}`, growthCurve(results.sizes, rows));
};
