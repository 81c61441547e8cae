// Splits address headers (RFC 5322 section 3.4) into persons. Used by inbound.ts, thread.ts, authenticity.ts, bounce.ts and forward.ts.
import { domainToASCII } from "node:url";
import type { Person } from "#contract/channel.ts";
import { decodeWords } from "./headers.ts";
import { personName } from "./names.ts";

/** Most persons taken from one header. */
const maxPersons = 500;

/** The persons of one header, and whether its form is one that mail programs read in different ways. */
export interface AddressList {
  readonly persons: readonly Person[];
  readonly odd: boolean;
}

interface Entry {
  name: string;
  bare: string;
  comment: string;
  angle: string | null;
}

/**
 * Splits first and decodes afterwards: an encoded word, a quoted string or a comment never becomes an address.
 * Entries without an address are left out; `odd` is set for routes, double angles, control characters and open quotes.
 */
export function readAddresses(raw: string): AddressList {
  const persons: Person[] = [];
  let odd = raw.includes("\u0000");
  let entry = empty();
  let inGroup = false;
  const flush = (): void => {
    const person = toPerson(entry);
    if (person.kind === "person" && persons.length < maxPersons) persons.push(person.person);
    if (person.kind !== "none" && person.odd) odd = true;
    entry = empty();
  };
  for (let index = 0; index < raw.length && persons.length < maxPersons; index += 1) {
    const character = raw[index] ?? "";
    switch (character) {
      case '"': {
        const end = closing(raw, index, '"');
        if (end === raw.length) odd = true;
        const content = raw.slice(index + 1, end).replace(/\\(.)/gs, "$1");
        if (raw[end + 1] === "@") entry.bare += quoteLocal(content);
        else
          entry.name += `${entry.name === "" ? "" : " "}${entry.bare.trim() === "" ? "" : `${entry.bare.trim()} `}${content}`;
        if (raw[end + 1] !== "@") entry.bare = "";
        index = end;
        break;
      }
      case "(": {
        const end = commentEnd(raw, index);
        if (end === raw.length) odd = true;
        entry.comment += `${entry.comment === "" ? "" : " "}${raw.slice(index + 1, end)}`;
        entry.bare += " ";
        index = end;
        break;
      }
      case "<": {
        const end = closing(raw, index, ">");
        if (entry.angle !== null || end === raw.length) odd = true;
        entry.angle = raw.slice(index + 1, end);
        index = end;
        break;
      }
      case "[": {
        const end = Math.min(closing(raw, index, "]"), raw.length - 1);
        entry.bare += raw.slice(index, end + 1);
        index = end;
        break;
      }
      case ":":
        if (!inGroup && entry.angle === null && !entry.bare.includes("@")) {
          inGroup = true;
          entry = empty();
        } else entry.bare += character;
        break;
      case ";":
        inGroup = false;
        flush();
        break;
      case ",":
        flush();
        break;
      default:
        entry.bare += character;
    }
  }
  flush();
  return { persons, odd };
}

/** One address on its own, normalised, null when it is none: local part kept, domain in lower case and ASCII (RFC 5321, RFC 5890). */
export function readAddress(raw: string): string | null {
  const bare = raw.trim();
  const at = bare.lastIndexOf("@");
  if (at < 1 || at === bare.length - 1 || bare.length > 320) return null;
  const local = bare.slice(0, at);
  const quoted = local.length > 2 && local.startsWith('"') && local.endsWith('"');
  if (
    !quoted &&
    /[\s"(),:;<>@[\\\]\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/.test(local)
  )
    return null;
  if (quoted && /[\u0000-\u001f\u007f]/.test(local)) return null;
  const domain = readDomain(bare.slice(at + 1));
  return domain === null ? null : `${local}@${domain}`;
}

/** The part behind the last "@" in lower case; empty when there is none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** A host name in lower-case ASCII or an address literal; null when it is neither. */
function readDomain(raw: string): string | null {
  const domain = raw.endsWith(".") ? raw.slice(0, -1).toLowerCase() : raw.toLowerCase();
  if (/^\[[0-9a-f:.]+\]$|^\[ipv6:[0-9a-f:.]+\]$/.test(domain)) return domain;
  if (domain === "" || /[\s"(),:;<>@[\\\]/\u0000-\u001f\u007f]/.test(domain)) return null;
  if (!/[^\u0000-\u007f]/.test(domain)) return domain;
  const ascii = domainToASCII(domain);
  return ascii === "" ? null : ascii;
}

function empty(): Entry {
  return { name: "", bare: "", comment: "", angle: null };
}

type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "nobody"; readonly odd: boolean }
  | { readonly kind: "person"; readonly person: Person; readonly odd: boolean };

function toPerson(entry: Entry): Outcome {
  const bare = entry.bare.trim();
  if (entry.angle !== null) {
    const route = /^\s*@[^:]*:/.exec(entry.angle);
    const inside = route === null ? entry.angle : entry.angle.slice(route[0].length);
    const address = readAddress(inside.replace(/^mailto:/i, ""));
    const name = [entry.name, bare].filter((part) => part !== "").join(" ");
    const odd = route !== null || inside.includes("=?") || /[\u0000-\u001f]/.test(inside);
    if (address === null) return { kind: "nobody", odd };
    return {
      kind: "person",
      person: { value: address, name: named(name === "" ? entry.comment : name, address) },
      odd,
    };
  }
  if (!bare.includes("@"))
    return bare === "" && entry.name === "" ? { kind: "none" } : { kind: "nobody", odd: entry.name.includes("@") };
  const words = /^"(?:[^"\\]|\\.)*"@\S+$/.test(bare) ? [bare] : bare.split(/\s+/);
  const holding = words.filter((word) => word.includes("@"));
  const address = readAddress(holding[0] ?? "");
  if (address === null) return { kind: "nobody", odd: true };
  const rest = words.filter((word) => !word.includes("@")).join(" ");
  const name = [entry.name, rest].filter((part) => part !== "").join(" ");
  return {
    kind: "person",
    person: { value: address, name: named(name === "" ? entry.comment : name, address) },
    odd: holding.length > 1 || words.length > 1 || address.includes("=?"),
  };
}

function named(raw: string, address: string): string | null {
  const name = personName(decodeWords(raw).replace(/^\s*'(.*)'\s*$/s, "$1"));
  return name === null || name.toLowerCase() === address.toLowerCase() ? null : name;
}

function quoteLocal(content: string): string {
  return /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$/.test(content) ? content : `"${content.replace(/["\\]/g, "\\$&")}"`;
}

function closing(raw: string, open: number, mark: string): number {
  let quoted = false;
  for (let index = open + 1; index < raw.length; index += 1) {
    const character = raw[index];
    if (character === "\\") index += 1;
    else if (character === mark && !quoted) return index;
    else if (character === '"' && mark === ">") quoted = !quoted;
  }
  return raw.length;
}

function commentEnd(raw: string, open: number): number {
  let depth = 0;
  for (let index = open; index < raw.length; index += 1) {
    const character = raw[index];
    if (character === "\\") index += 1;
    else if (character === "(") depth += 1;
    else if (character === ")" && --depth === 0) return index;
  }
  return raw.length;
}

/** The mailbox an address leads to: without "+detail", which the mailbox keeps for itself, and in lower case. */
export function mailboxOf(address: string): string {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at).toLowerCase();
  const plus = local.indexOf("+");
  return `${plus > 0 ? local.slice(0, plus) : local}@${address.slice(at + 1).toLowerCase()}`;
}
