// Turns a regular expression into its position automaton (Glushkov 1961): one state for each place where a character
// is read, an edge for each way to go on. Called by regex.ts, which looks for ambiguity in it.

/** States are numbered from 0. Labels are sets of sample characters, as bits. */
export type Automaton = {
  readonly labels: readonly bigint[];
  /** For each state, the next states and in how many ways each is reached directly. */
  readonly next: readonly ReadonlyMap<number, number>[];
  readonly first: readonly number[];
  /** States after which the expression has matched. */
  readonly last: ReadonlySet<number>;
};

type Fragment = { readonly nullable: boolean; readonly first: readonly number[]; readonly last: readonly number[] };

const empty: Fragment = { nullable: true, first: [], last: [] };
/** Copies that stand for a counted repetition: more would change the constant, not the growth. */
const mostCopies = 3;
/** States beyond this are not analysed; no expression of a readable size has so many. */
export const mostStates = 3_000;

/** The automaton of a pattern, and those of its look-arounds, which the engine runs as expressions of their own. */
export function automata(pattern: string, flags: string): readonly Automaton[] {
  const samples = sampleCharacters(pattern);
  const found: Automaton[] = [];
  const build = (text: string): void => {
    const labels: bigint[] = [];
    const next: Map<number, number>[] = [];
    const parser = fragmentParser(text, flags, samples, {
      state(label) {
        labels.push(label);
        next.push(new Map());
        return labels.length - 1;
      },
      connect(from, to) {
        for (const start of from) for (const end of to) next[start]?.set(end, (next[start]?.get(end) ?? 0) + 1);
      },
      lookAround: build,
    });
    const { first, last } = parser();
    found.push({ labels, next, first, last: new Set(last) });
  };
  build(pattern);
  return found;
}

type Builder = {
  readonly state: (label: bigint) => number;
  readonly connect: (from: readonly number[], to: readonly number[]) => void;
  readonly lookAround: (text: string) => void;
};

/** A recursive-descent parser of ECMAScript patterns that builds fragments while it reads. */
function fragmentParser(text: string, flags: string, samples: readonly string[], builder: Builder): () => Fragment {
  let at = 0;
  const guard = 1n << BigInt(samples.length);
  const masks = new Map<string, bigint>();

  const read = (source: string): Fragment => {
    const known = masks.get(source) ?? maskOf(source, flags, samples);
    masks.set(source, known);
    const state = builder.state(known);
    return { nullable: false, first: [state], last: [state] };
  };
  /** A place where the match may fail without reading: `$`, `\b`, a look-around, a back reference. */
  const check = (): Fragment => {
    const state = builder.state(guard);
    return { nullable: false, first: [state], last: [state] };
  };
  const join = (left: Fragment, right: Fragment): Fragment => {
    builder.connect(left.last, right.first);
    return {
      nullable: left.nullable && right.nullable,
      first: left.nullable ? [...left.first, ...right.first] : left.first,
      last: right.nullable ? [...left.last, ...right.last] : right.last,
    };
  };
  const alternatives = (): Fragment => {
    let found = sequence();
    while (text[at] === "|") {
      at++;
      const other = sequence();
      found = {
        nullable: found.nullable || other.nullable,
        first: [...found.first, ...other.first],
        last: [...found.last, ...other.last],
      };
    }
    return found;
  };
  const sequence = (): Fragment => {
    let found = empty;
    while (at < text.length && text[at] !== "|" && text[at] !== ")") found = join(found, repeated());
    return found;
  };
  const repeated = (): Fragment => {
    const start = at;
    const once = term();
    const end = at;
    const [, least, most] = quantifier() ?? [undefined, 1, 1];
    const resume = at;
    /** Reads the same term again, as a further copy with states of its own. */
    const copy = (): Fragment => {
      at = start;
      const fragment = term();
      at = resume;
      return fragment;
    };
    if (most === 0) return empty;
    if (least === 1 && most === 1) return once;
    if (end === start) return once;
    let found = once;
    let current = once;
    for (let n = 2; n <= Math.min(least, mostCopies); n++) found = join(found, (current = copy()));
    if (most === Infinity) builder.connect(current.last, current.first);
    else
      for (let n = Math.max(least, 1) + 1; n <= Math.min(most, mostCopies); n++) {
        // x{1,3} is x(x(x)?)?: each further copy follows the one before it only.
        const further = copy();
        builder.connect(current.last, further.first);
        found = { ...found, last: [...found.last, ...further.last] };
        current = further;
      }
    return least === 0 ? { ...found, nullable: true } : found;
  };
  const quantifier = (): readonly [true, number, number] | undefined => {
    const match = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/.exec(text.slice(at, at + 40));
    if (match === null) return undefined;
    at += match[0].length;
    const sign = match[0][0];
    if (sign === "*") return [true, 0, Infinity];
    if (sign === "+") return [true, 1, Infinity];
    if (sign === "?") return [true, 0, 1];
    const least = Number(match[1]);
    return [true, least, match[2] === undefined ? least : match[3] === "" ? Infinity : Number(match[3])];
  };
  const term = (): Fragment => {
    const sign = text[at] ?? "";
    if (sign === "(") return group();
    if (sign === "[") return read(characterClass());
    if (sign === "\\") return escape();
    if (sign === "^") return (at++, empty);
    if (sign === "$") return (at++, check());
    const character =
      flags.includes("u") || flags.includes("v") ? String.fromCodePoint(text.codePointAt(at) ?? 0) : sign;
    at += character.length;
    return read(/[{}\]]/.test(character) ? `\\${character}` : character);
  };
  const group = (): Fragment => {
    const opening =
      /^\((?:\?(?:[:]|<[A-Za-z_$][\w$]*>|[a-z]*(?:-[a-z]+)?:|<?[=!]))?/.exec(text.slice(at, at + 80))?.[0] ?? "(";
    if (/[=!]$/.test(opening)) {
      const start = at + opening.length;
      at = closingOf(text, at);
      builder.lookAround(text.slice(start, at - 1));
      return check();
    }
    at += opening.length;
    const inner = alternatives();
    at++;
    return inner;
  };
  const characterClass = (): string => {
    const start = at;
    at = classEnd(text, at, flags.includes("v"));
    return text.slice(start, at);
  };
  const escape = (): Fragment => {
    const found =
      /^\\(?:k<[^>]*>|[pP]\{[^}]*\}|u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|0|[1-9]\d*|[^])/.exec(
        text.slice(at, at + 60),
      )?.[0] ?? "\\\\";
    at += found.length;
    return /^\\(?:[bB]|k<|[1-9])/.test(found) ? check() : read(found);
  };
  return alternatives;
}

/** Index after the bracket that closes the group at `start`. */
function closingOf(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "[") at = classEnd(text, at, false) - 1;
    else if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at + 1;
  }
  return text.length;
}

function classEnd(text: string, start: number, nested: boolean): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "[" && (nested || at === start)) depth++;
    else if (text[at] === "]" && --depth === 0) return at + 1;
  }
  return text.length;
}

/** The sample characters that one character, class or escape matches, asked of the engine itself. */
function maskOf(source: string, flags: string, samples: readonly string[]): bigint {
  const expression = new RegExp(`^(?:${source})$`, flags.replaceAll(/[gydm]/g, ""));
  return samples.reduce((mask, sample, bit) => (expression.test(sample) ? mask | (1n << BigInt(bit)) : mask), 0n);
}

/** ASCII, characters of other kinds, and those that the pattern names, with their neighbours. */
function sampleCharacters(pattern: string): readonly string[] {
  const points = new Set<number>();
  for (let point = 0; point < 128; point++) points.add(point);
  for (const character of "äÖßéЖж漢あ한ا\u00a0\u00ad\u0301\u200b\u2028\ud800\ufeff٣😀")
    points.add(character.codePointAt(0) ?? 0);
  const add = (point: number): void => {
    for (const near of [point - 1, point, point + 1]) if (near >= 0 && near <= 0x10_ff_ff) points.add(near);
  };
  for (const [, long, short] of pattern.matchAll(/\\u\{([0-9a-fA-F]+)\}|\\[ux]([0-9a-fA-F]{2,4})/g))
    add(Number.parseInt(long ?? short ?? "0", 16));
  for (const character of pattern) if (character > "\u007f") add(character.codePointAt(0) ?? 0);
  return [...points].map((point) => String.fromCodePoint(point));
}
