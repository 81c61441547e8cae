// Reads the first appointment of a text/calendar part (RFC 5545) into a few plain lines. Used by body.ts.

const maxLines = 5_000;

/** Method and summary, begin to end with its time zone, place, organiser and repetition, a line each; null when there is no event. */
export function calendarText(source: string, claimedMethod: string | null): string | null {
  const lines = source
    .slice(0, 512 * 1024)
    .replace(/\n[ \t]/g, "")
    .split("\n", maxLines);
  let method = claimedMethod?.toUpperCase() ?? null;
  let inEvent = false;
  const values = new Map<string, { value: string; zone: string | null }>();
  for (const line of lines) {
    const upper = line.slice(0, 20).trim().toUpperCase();
    if (upper.startsWith("METHOD:")) method ??= line.slice(7).trim().toUpperCase();
    if (upper === "BEGIN:VEVENT") inEvent = true;
    else if (upper === "END:VEVENT") break;
    else if (inEvent && upper.startsWith("BEGIN:VALARM")) break;
    else if (inEvent) {
      const colon = valueStart(line);
      if (colon === -1) continue;
      const head = line.slice(0, colon);
      const name = (head.split(";", 1)[0] ?? "").toUpperCase();
      if (!values.has(name))
        values.set(name, {
          value: line.slice(colon + 1).trim(),
          zone: /;TZID="?([^;:"]{1,80})/i.exec(head)?.[1] ?? null,
        });
    }
  }
  const start = values.get("DTSTART");
  if (!inEvent || start === undefined) return null;
  const end = values.get("DTEND");
  const text = [
    `${method === null || method === "PUBLISH" ? "" : `[${method.slice(0, 20)}] `}${plain(values.get("SUMMARY")?.value ?? "")}`.trim(),
    span(start, end ?? null),
    plain(values.get("LOCATION")?.value ?? ""),
    plain((values.get("ORGANIZER")?.value ?? "").replace(/^mailto:/i, "")),
    (values.get("RRULE")?.value ?? "").slice(0, 200),
  ];
  return text.filter((line) => line !== "").join("\n");
}

function valueStart(line: string): number {
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '"') quoted = !quoted;
    else if (character === ":" && !quoted) return index;
  }
  return -1;
}

function plain(value: string): string {
  return value
    .slice(0, 1_000)
    .replace(/\\n/gi, " ")
    .replace(/\\([,;\\])/g, "$1")
    .trim();
}

function span(
  start: { value: string; zone: string | null },
  end: { value: string; zone: string | null } | null,
): string {
  const from = moment(start.value);
  if (end === null) return from.text + zoneOf(start);
  const until = moment(end.value);
  const shown = from.date === until.date && until.time !== "" ? until.time : until.text;
  return `${from.text} – ${shown}${zoneOf(start)}`;
}

function zoneOf(value: { value: string; zone: string | null }): string {
  if (value.value.endsWith("Z")) return " (UTC)";
  return value.zone === null ? "" : ` (${value.zone})`;
}

function moment(value: string): { readonly date: string; readonly time: string; readonly text: string } {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2}))?/.exec(value);
  if (match === null) return { date: value.slice(0, 40), time: "", text: value.slice(0, 40) };
  const date = `${match[1] ?? ""}-${match[2] ?? ""}-${match[3] ?? ""}`;
  const time = match[4] === undefined ? "" : `${match[4]}:${match[5] ?? "00"}`;
  return { date, time, text: time === "" ? date : `${date} ${time}` };
}
