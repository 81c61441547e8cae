// Takes files out of plain text that old programs wrote into it (uuencode, POSIX.1 section "uuencode": "begin 644 name … end"). Used by body.ts.

/** A file found inside; the name is not cleaned yet. */
export interface UuFile {
  readonly name: Buffer;
  readonly bytes: Buffer;
}

const beginning = /^begin [0-7]{3,4} (\S.{0,255})$/;
/** Programs cut blanks, which stand for zeros, off the end of a line; others add a check digit. */
const mostMissing = 3;
const mostTooMany = 1;

/**
 * The text without its files, and the files. Only a whole block counts: every line has the length it says, "end" stands behind it, and something is in it.
 * Anything else is somebody's words and stays. One pass, whatever stands there.
 */
export function takeUuencoded(bytes: Buffer, most: number): { readonly rest: Buffer; readonly files: UuFile[] } {
  const files: UuFile[] = [];
  if (!bytes.includes("begin ")) return { rest: bytes, files };
  const kept: Buffer[] = [];
  let keptUntil = 0;
  for (let at = 0; at < bytes.length && files.length < most;) {
    const line = lineAt(bytes, at);
    const name = nameIn(bytes, line);
    if (name === null) {
      at = line.next;
      continue;
    }
    const block = readBlock(bytes, line.next);
    if (block.bytes !== null) {
      kept.push(bytes.subarray(keptUntil, line.start));
      keptUntil = block.next;
      files.push({ name, bytes: block.bytes });
    }
    // No line before this one can begin a block: each was data, which has no small letters.
    at = block.next;
  }
  return files.length === 0
    ? { rest: bytes, files }
    : { rest: Buffer.concat([...kept, bytes.subarray(keptUntil)]), files };
}

interface Line {
  readonly start: number;
  /** Without the line end. */
  readonly end: number;
  readonly next: number;
}

function lineAt(bytes: Buffer, start: number): Line {
  const feed = bytes.indexOf(0x0a, start);
  const until = feed === -1 ? bytes.length : feed;
  return {
    start,
    end: until > start && bytes[until - 1] === 0x0d ? until - 1 : until,
    next: feed === -1 ? bytes.length : feed + 1,
  };
}

function nameIn(bytes: Buffer, line: Line): Buffer | null {
  if (bytes[line.start] !== 0x62 || line.end - line.start > 300) return null;
  const match = beginning.exec(bytes.toString("latin1", line.start, line.end));
  return match === null ? null : Buffer.from(match[1] ?? "", "latin1");
}

/** The data from there to "end"; null when it is no such block, `next` is then the line that shows it. */
function readBlock(bytes: Buffer, from: number): { readonly bytes: Buffer | null; readonly next: number } {
  let end = from;
  let size = 0;
  for (;;) {
    if (end >= bytes.length) return { bytes: null, next: bytes.length };
    const line = lineAt(bytes, end);
    if (bytes.toString("latin1", line.start, Math.min(line.end, line.start + 8)).trimEnd() === "end") {
      if (size === 0) return { bytes: null, next: line.next };
      return { bytes: decode(bytes, from, line.start, size), next: line.next };
    }
    const said = dataLength(bytes, line);
    if (said === null) return { bytes: null, next: line.start };
    size += said;
    end = line.next;
  }
}

/** How many bytes a line of data holds, null when it is none. The empty line before "end" holds none. */
function dataLength(bytes: Buffer, line: Line): number | null {
  const written = line.end - line.start - 1;
  if (written < 0) return 0;
  const said = valueOf(bytes[line.start]);
  const needed = Math.ceil(said / 3) * 4;
  if (written > needed + mostTooMany || written < needed - mostMissing) return null;
  for (let at = line.start; at < line.end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x60) return null;
  }
  return said;
}

function decode(bytes: Buffer, from: number, until: number, size: number): Buffer {
  const output = Buffer.alloc(size);
  let length = 0;
  for (let at = from; at < until;) {
    const line = lineAt(bytes, at);
    at = line.next;
    const stop = length + (line.end > line.start ? valueOf(bytes[line.start]) : 0);
    const value = (place: number): number => (place < line.end ? valueOf(bytes[place]) : 0);
    for (let place = line.start + 1; length < stop; place += 4) {
      const group = (value(place) << 18) | (value(place + 1) << 12) | (value(place + 2) << 6) | value(place + 3);
      for (let shift = 16; shift >= 0 && length < stop; shift -= 8) output[length++] = (group >> shift) & 0xff;
    }
  }
  return output;
}

/** Six bits; a backtick is zero like a blank. */
function valueOf(byte: number | undefined): number {
  return ((byte ?? 0x20) - 0x20) & 0x3f;
}
