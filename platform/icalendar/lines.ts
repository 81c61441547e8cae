// The lines of an iCalendar text (RFC 5545, 3.1): unfolded, with where each stands, and what of them is an event or a time zone. Called by platform/icalendar/read.ts.

/** What is wrong with a text, and in which line (from 1); `text` is what stands there, cut short. */
export interface CalendarFault {
  readonly fault: "none" | "line" | "ends" | "value" | "start" | "order" | "rule" | "zone" | "many" | "slow";
  readonly line: number;
  readonly text: string;
}

/** One line of content. */
export interface Line {
  /** Where it begins in the text, from 1. */
  readonly number: number;
  /** As it stands there, unfolded. */
  readonly text: string;
  /** In capitals. */
  readonly name: string;
  /** By their names in capitals; the first value of each, without quotation marks. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

export interface Structured {
  readonly events: readonly { readonly begin: Line; readonly lines: readonly Line[] }[];
  readonly zones: readonly { readonly tzid: string; readonly text: string }[];
}

/** The events and zones of a text, each with its lines; or what of the lines cannot be. Alarms and everything else are left out. */
export const structured = (text: string): Structured | CalendarFault => {
  const open: Line[] = [];
  const events: { readonly begin: Line; readonly lines: Line[] }[] = [];
  const zones: { tzid: string; lines: string[] }[] = [];
  let isBegun = false;
  for (const [number, raw] of unfolded(text)) {
    const line = parsed(number, raw);
    if (!isBegun && !(line?.name === "BEGIN" && line.value.toUpperCase() === "VCALENDAR"))
      return fault("none", number, raw);
    isBegun = true;
    if (line === null) return fault("line", number, raw);
    const component = line.value.trim().toUpperCase();
    if (line.name === "BEGIN") {
      const isInCalendar = open.length === 1;
      open.push(line);
      if (isInCalendar && component === "VEVENT") events.push({ begin: line, lines: [] });
      if (isInCalendar && component === "VTIMEZONE") zones.push({ tzid: "", lines: [] });
    }
    const kind = open[1]?.value.trim().toUpperCase();
    if (kind === "VTIMEZONE") {
      const zone = zones.at(-1);
      zone?.lines.push(raw);
      if (zone && open.length === 2 && line.name === "TZID") zone.tzid = line.value;
    } else if (kind === "VEVENT" && open.length === 2 && line.name !== "BEGIN" && line.name !== "END")
      events.at(-1)?.lines.push(line);
    if (line.name === "END") {
      const begun = open.pop();
      if (begun === undefined || begun.value.trim().toUpperCase() !== component) return fault("ends", number, raw);
    } else if (line.name !== "BEGIN" && open.length === 0) return fault("line", number, raw);
  }
  const left = open.at(-1);
  if (left !== undefined) return fault("ends", left.number, left.text);
  if (!isBegun) return fault("none", 1, "");
  return { events, zones: zones.map(({ tzid, lines }) => ({ tzid, text: lines.join("\r\n") })) };
};

const fault = (what: CalendarFault["fault"], line: number, text: string): CalendarFault => ({
  fault: what,
  line,
  text: text.slice(0, 80),
});

/** Lines that are not empty, each with where it begins; one that begins with a space or tab goes on the one before. */
function* unfolded(text: string): Generator<readonly [number: number, line: string]> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  let [begun, parts]: [number, string[]] = [0, []];
  for (const [index, line] of lines.entries()) {
    if (parts.length > 0 && (line.startsWith(" ") || line.startsWith("\t"))) parts.push(line.slice(1));
    else {
      if (parts.length > 0) yield [begun, parts.join("")];
      [begun, parts] = [index + 1, line.trim() === "" ? [] : [line]];
    }
  }
  if (parts.length > 0) yield [begun, parts.join("")];
}

/** Name, parameters and value of a line; null: it is none. A colon within quotation marks belongs to a parameter. */
const parsed = (number: number, text: string): Line | null => {
  let isQuoted = false;
  const ends: number[] = [];
  let colon = -1;
  for (let at = 0; at < text.length && colon < 0; at += 1) {
    const letter = text[at];
    if (letter === '"') isQuoted = !isQuoted;
    else if (!isQuoted && letter === ";") ends.push(at);
    else if (!isQuoted && letter === ":") colon = at;
  }
  if (colon < 0) return null;
  const bounds = [...ends, colon];
  const name = text.slice(0, bounds[0]).toUpperCase();
  if (!/^[A-Z0-9-]{1,60}$/.test(name)) return null;
  const parameters = new Map<string, string>();
  for (const [index, begin] of ends.entries()) {
    const parameter = text.slice(begin + 1, bounds[index + 1]);
    const equals = parameter.indexOf("=");
    if (equals < 0) return null;
    const key = parameter.slice(0, equals).toUpperCase();
    if (!parameters.has(key)) parameters.set(key, parameter.slice(equals + 1).replaceAll('"', ""));
  }
  return { number, text, name, parameters, value: text.slice(colon + 1) };
};
