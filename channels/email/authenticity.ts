// Judges whether a message comes from whom it says: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 9989), ARC (RFC 8617). Used by inbound.ts.
import { BlockList, isIP } from "node:net";
import type { Assurance, Raw, ReadingIo, Verdict } from "#contract/channel.ts";
import type { Reason } from "#contract/reasons.ts";
import { domainOf } from "./addresses.ts";
import { allFields, field, type Headers } from "./headers.ts";
import type { EmailSettings } from "./settings.ts";

/** All DNS questions of one message together may take this long and be this many. */
const dnsTimeMs = 2_000;
const maxQuestions = 60;

/** The verdicts and what they come to. */
export interface Judgement {
  readonly assurance: Assurance;
  readonly verdicts: readonly Verdict[];
}

/** What the form of the sender fields says; anything but "one" is never taken for a proved sender. */
export type SenderForm = "one" | "none" | "several" | "odd";

type Resolver = (name: string, type: string) => Promise<string[][] | string[]>;
type Result = Verdict["result"];

interface Findings {
  readonly verdicts: Verdict[];
  /** Domains that passed and may align. */
  readonly spfDomains: string[];
  readonly dkimDomains: { id?: string; domain: string }[];
  /** Domains of which nobody said in time whether they vouch for the mail. */
  readonly silentDomains: string[];
  dmarc: Result;
}

/**
 * Verdicts for mail from our door come from the envelope, the signatures and DNS; for fetched mail from the signatures and from the
 * topmost Authentication-Results when the operator trusts its author (RFC 8601). Without a resolver nothing is asked and nothing proved.
 */
export async function judge(
  bytes: Buffer,
  headers: Headers,
  from: string,
  form: SenderForm,
  raw: Raw,
  settings: EmailSettings,
  io: ReadingIo,
): Promise<Judgement> {
  const findings: Findings = { verdicts: [], spfDomains: [], dkimDomains: [], silentDomains: [], dmarc: "none" };
  const { verdicts } = findings;
  verdicts.push({
    check: "form",
    result: form === "one" ? "pass" : form === "none" ? "none" : "fail",
    reason: formReasons[form],
    detail: "",
  });
  const fromDomain = domainOf(from);
  const byDoor = raw.transport.by === "smtp";
  if (!byDoor) trustedResults(headers, fromDomain, settings, findings);
  const resolver = io.resolver === null ? null : bounded(io.resolver);
  if (io.resolver !== null && resolver !== null) {
    // Asked first and on its own time: how slow the other names are, and how many, is the sender's choice, and so would be whether the policy is heard.
    const policyResolver = remembered(bounded(io.resolver));
    const unvouched =
      form === "one" && fromDomain !== "" && byDoor ? policyFor(from, policyResolver, [], []).catch(() => null) : null;
    if (byDoor) await checkSpf(headers, raw, settings, resolver, findings);
    await checkSignatures(bytes, headers, resolver, findings);
    if (form === "one" && fromDomain !== "" && findings.dmarc === "none" && (byDoor || findings.dkimDomains.length > 0))
      await (findings.silentDomains.some((domain) => mayBeOne(domain, fromDomain))
        ? // It might have vouched for itself: what is asked now has the time that is left.
          checkDmarc(from, resolver, findings, null)
        : checkDmarc(from, policyResolver, findings, await unvouched));
  }
  if (form !== "one") return { assurance: form === "none" ? "none" : "failed", verdicts };
  return { assurance: assuranceOf(fromDomain, findings), verdicts };
}

const formReasons: Readonly<Record<SenderForm, Reason>> = {
  one: { code: "senderOne", facts: {} },
  none: { code: "senderNone", facts: {} },
  several: { code: "senderSeveral", facts: {} },
  odd: { code: "senderOdd", facts: {} },
};

function assuranceOf(fromDomain: string, findings: Findings): Assurance {
  if (findings.dmarc === "pass") return "proved";
  if (findings.dmarc === "fail") return "failed";
  if (findings.dmarc === "temperror" || fromDomain === "") return "none";
  const domains = [...findings.spfDomains, ...findings.dkimDomains.map((each) => each.domain)];
  return domains.some((domain) => aligned(domain, fromDomain)) ? "aligned" : "none";
}

/** Relaxed alignment without a list of public suffixes: equal, or one below the other. */
function aligned(domain: string, fromDomain: string): boolean {
  const one = domain.toLowerCase();
  if (one === fromDomain) return true;
  const [longer, shorter] = one.length > fromDomain.length ? [one, fromDomain] : [fromDomain, one];
  return shorter.includes(".") && longer.endsWith(`.${shorter}`);
}

const endOf = (domain: string): string => domain.toLowerCase().split(".").slice(-2).join(".");
/** Domains whose last two labels differ never belong together. */
const mayBeOne = (one: string, other: string): boolean => endOf(one) === endOf(other);

async function checkSpf(
  headers: Headers,
  raw: Raw,
  settings: EmailSettings,
  resolver: Resolver,
  findings: Findings,
): Promise<void> {
  const client = clientOf(headers, raw, settings);
  if (client === null) return;
  const sender = raw.transport.mailFrom ?? "";
  const silent = (): unknown => findings.silentDomains.push(domainOf(sender) || (client.helo ?? ""));
  try {
    const { spf } = await import("mailauth/lib/spf/index.js");
    const result = await spf({
      ip: client.ip,
      ...(client.helo === null ? {} : { helo: client.helo }),
      sender,
      mta: "draht",
      resolver,
      maxElapsedTime: dnsTimeMs,
    });
    const verdict = resultOf(result.status.result);
    if (verdict === "temperror") silent();
    findings.verdicts.push({
      check: "spf",
      result: verdict,
      reason: { code: "spfFrom", facts: { domain: named(result.domain), ip: client.ip } },
      detail: "",
    });
    if (verdict === "pass" && sender !== "" && sender !== "<>") findings.spfDomains.push(result.domain.toLowerCase());
  } catch (error) {
    silent();
    findings.verdicts.push({ check: "spf", result: "temperror", ...failed(error) });
  }
}

/** The host that handed the mail over; behind the operator's own relays the one that their Received line names. */
function clientOf(
  headers: Headers,
  raw: Raw,
  settings: EmailSettings,
): { readonly ip: string; readonly helo: string | null } | null {
  const { remoteIp, heloName } = raw.transport;
  if (remoteIp === undefined || isIP(remoteIp) === 0) return null;
  const relays = relayList(settings.trustedRelays);
  if (!contains(relays, remoteIp)) return { ip: remoteIp, helo: heloName ?? null };
  for (const received of allFields(headers, "received").slice(0, 10)) {
    const match = /^from\s+(\S{1,255})\s[^;]{0,500}?\[(?:IPv6:)?([0-9a-fA-F.:]{3,45})\]/.exec(received);
    const ip = match?.[2];
    if (ip === undefined || isIP(ip) === 0) return null;
    if (!contains(relays, ip)) return { ip, helo: match?.[1] ?? null };
  }
  return null;
}

function relayList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    const version = isIP(address);
    const bits = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 4 ? 32 : 128)) continue;
    list.addSubnet(address, bits, version === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

function contains(list: BlockList, ip: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return list.check(mapped, "ipv4");
  return list.check(ip, isIP(ip) === 6 ? "ipv6" : "ipv4");
}

async function checkSignatures(bytes: Buffer, headers: Headers, resolver: Resolver, findings: Findings): Promise<void> {
  const signed = field(headers, "dkim-signature") !== null;
  const sealed = field(headers, "arc-seal") !== null;
  if (!signed && !sealed) {
    if (!findings.verdicts.some((verdict) => verdict.check === "dkim"))
      findings.verdicts.push({ check: "dkim", result: "none", detail: "" });
    return;
  }
  try {
    const { dkimVerify } = await import("mailauth/lib/dkim/verify.js");
    const result = await dkimVerify(bytes, { resolver });
    for (const each of result.results.slice(0, 10)) {
      const verdict = resultOf(each.status.result);
      const domain = each.signingDomain ?? "";
      const partial = (each.status.underSized ?? 0) > 0;
      if (verdict === "temperror") findings.silentDomains.push(domain);
      findings.verdicts.push({
        check: "dkim",
        result: verdict === "pass" && partial ? "neutral" : verdict,
        reason: { code: partial ? "signaturePartial" : "signatureBy", facts: { domain: named(domain) } },
        detail: "",
      });
      if (verdict === "pass" && !partial && domain !== "")
        findings.dkimDomains.push({ ...(each.id === undefined ? {} : { id: each.id }), domain: domain.toLowerCase() });
    }
    if (sealed && result.arc !== undefined) {
      const { arc } = await import("mailauth/lib/arc/index.js");
      const chain = await arc(result.arc as Parameters<typeof arc>[0], { resolver });
      findings.verdicts.push({ check: "arc", result: resultOf(chain.status.result), detail: "" });
    }
  } catch (error) {
    findings.verdicts.push({ check: "dkim", result: "temperror", ...failed(error) });
  }
}

/** What the sender's domain asks for, when those domains vouch for the mail. */
async function policyFor(
  from: string,
  resolver: Resolver,
  spfDomains: Findings["spfDomains"],
  dkimDomains: Findings["dkimDomains"],
) {
  const { evaluateDmarc } = await import("mailauth/lib/dmarc/index.js");
  return (await evaluateDmarc({ headerFrom: [from], fromFields: 1, spfDomains, dkimDomains, resolver })).response;
}

/** `unvouched`: what the domain asks for when nothing vouches for the mail. It holds also where it is not heard whose a domain is that cannot vouch. */
async function checkDmarc(
  from: string,
  resolver: Resolver,
  findings: Findings,
  unvouched: Awaited<ReturnType<typeof policyFor>> | null,
): Promise<void> {
  const { spfDomains, dkimDomains } = findings;
  try {
    const response = await policyFor(from, resolver, spfDomains, dkimDomains).catch((error: unknown) => {
      const vouching = [...spfDomains, ...dkimDomains.map(({ domain }) => domain)];
      if (unvouched === null || vouching.some((domain) => mayBeOne(domain, domainOf(from)))) throw error;
      return unvouched;
    });
    findings.dmarc = response === false ? "none" : resultOf(response.status.result);
    const policy = response === false ? undefined : response.policy;
    findings.verdicts.push({
      check: "dmarc",
      result: findings.dmarc,
      reason: { code: policyCodes[policy ?? ""] ?? "policyMissing", facts: { domain: named(domainOf(from)) } },
      detail: "",
    });
  } catch (error) {
    findings.dmarc = "temperror";
    findings.verdicts.push({ check: "dmarc", result: "temperror", ...failed(error) });
  }
}

/** What a domain asks to be done with mail that nothing vouches for (RFC 9989). */
const policyCodes: Readonly<Record<string, "policyNone" | "policyQuarantine" | "policyReject">> = {
  none: "policyNone",
  quarantine: "policyQuarantine",
  reject: "policyReject",
};

/**
 * Only the very topmost Authentication-Results counts, and only from a trusted author: whatever stands below may have come
 * with the message. A DMARC result must speak of the domain in From.
 */
function trustedResults(headers: Headers, fromDomain: string, settings: EmailSettings, findings: Findings): void {
  const top = field(headers, "authentication-results");
  if (top === null || settings.trustedAuthservIds.length === 0) return;
  const pieces = withoutComments(top.slice(0, 20_000))
    .split(";")
    .map((piece) => piece.trim());
  const author = (pieces[0] ?? "").split(/\s+/)[0]?.toLowerCase() ?? "";
  if (!settings.trustedAuthservIds.some((id) => id.toLowerCase() === author)) return;
  for (const piece of pieces.slice(1, 30)) {
    const match = /^(spf|dkim|dmarc|arc)\s*=\s*([a-z]+)/i.exec(piece);
    if (match === null) continue;
    const check = (match[1] ?? "").toLowerCase() as "spf" | "dkim" | "dmarc" | "arc";
    const result = resultOf((match[2] ?? "").toLowerCase());
    const property = (name: string): string =>
      new RegExp(`\\b${name}\\s*=\\s*"?([^\\s;"]{1,320})`, "i").exec(piece)?.[1]?.toLowerCase() ?? "";
    findings.verdicts.push({
      check,
      result,
      reason: { code: "saidBy", facts: { server: named(author) } },
      detail: detail(piece),
    });
    if (check === "dmarc" && property("header\\.from").replace(/\.$/, "") === fromDomain) findings.dmarc = result;
    if (result !== "pass") continue;
    if (check === "spf") {
      const mailFrom = property("smtp\\.mailfrom");
      if (mailFrom !== "") findings.spfDomains.push(domainOf(mailFrom));
    } else if (check === "dkim") {
      const domain = property("header\\.d") || domainOf(property("header\\.i"));
      if (domain !== "") findings.dkimDomains.push({ domain });
    }
  }
}

function withoutComments(text: string): string {
  let plain = "";
  let depth = 0;
  let quoted = false;
  for (const character of text) {
    if (character === '"' && depth === 0) quoted = !quoted;
    if (character === "(" && !quoted) depth += 1;
    else if (character === ")" && depth > 0 && !quoted) depth -= 1;
    else if (depth === 0) plain += character;
  }
  return plain;
}

const results = new Set<string>(["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"]);

function resultOf(word: string): Result {
  return results.has(word) ? (word as Result) : word === "bestguesspass" ? "none" : "neutral";
}

function detail(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, " ")
    .slice(0, 300)
    .toWellFormed();
}

/** A name for our words: only what names are made of, so that no sentence of a sender's stands in ours. */
function named(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}._:-]/gu, "")
    .slice(0, 253)
    .toWellFormed();
}

function failed(error: unknown): Pick<Verdict, "reason" | "detail"> {
  if (error instanceof DnsSilent) return { reason: { code: "dnsSilent", facts: { name: error.asked } }, detail: "" };
  return {
    reason: { code: "checkFailed", facts: {} },
    detail: error instanceof Error ? detail(error.message) : "",
  };
}

/** Questions end together after two seconds, whatever the resolver does. */
function bounded(resolver: NonNullable<ReadingIo["resolver"]>): Resolver {
  const end = Date.now() + dnsTimeMs;
  let questions = 0;
  return async (name, type) => {
    questions += 1;
    const left = end - Date.now();
    if (questions > maxQuestions || left <= 0) throw new DnsSilent(name);
    let timer: NodeJS.Timeout | undefined;
    try {
      return (await Promise.race([
        resolver(name, type),
        new Promise<never>((_resolve, reject) => {
          timer = setTimeout(() => reject(new DnsSilent(name)), left);
        }),
      ])) as string[][] | string[];
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The same question is asked once; its answer holds when the time is over, too. */
function remembered(resolver: Resolver): Resolver {
  const asked = new Map<string, ReturnType<Resolver>>();
  return (name, type) => {
    const key = `${type} ${name}`;
    const known = asked.get(key) ?? resolver(name, type);
    asked.set(key, known);
    return known;
  };
}

/** No answer came in time. */
class DnsSilent extends Error {
  readonly code = "ETIMEOUT";
  readonly asked: string;
  constructor(name: string) {
    super(`no answer for ${name.slice(0, 200)} in time`);
    this.asked = named(name);
  }
}
