// Asks connected services for running flows, by the one door out. Called by whoever does what a flow wants, and by flows/routes.ts when an admin tries one.
import type { LookUpReason } from "#contract/flow-endpoints.ts";
import {
  addressBelow,
  isBelow,
  keptJson,
  type KeptService,
  type Looked,
  type Looking,
} from "#modules/flows/model-services.ts";
import { serviceNamed } from "#modules/flows/reads.ts";
import { fetchOutside, outsideReason, type OutsideReason, type Resolve } from "#platform/egress.ts";
import type { World } from "#platform/world.ts";

/** Of an answer, in bytes. */
const mostBytes = 262_144;

/** Asks once. `key`: the same for the same look-up, so that a service that is asked again after a kill can know it (Idempotency-Key). Never throws for what the other side does. */
export type LookUp = (looking: Looking, key: string) => Promise<Looked>;

export interface LookUpOptions {
  readonly world: Pick<World, "db" | "open" | "log">;
  /** Hosts that may be inside, as the operator named them. */
  readonly inside: readonly string[];
  readonly resolve?: Resolve;
  /** Told of each outcome, for the numbers an operator watches. */
  readonly count?: (became: Looked["became"]) => void;
}

/** Makes the asking. A service that is away, slow, talkative, or speaks something else than JSON is "failed"; its log line names service and reason, never an address, a value or a secret. */
export const openLookUps = (options: LookUpOptions): LookUp => {
  const { world, count } = options;
  return async (looking, key) => {
    const looked = await ask(options, looking, key);
    count?.(looked.became);
    if (looked.became === "failed")
      world.log.warn("lookUp.failed", { service: looking.service, reason: looked.reason, status: looked.status });
    return looked;
  };
};

const failedBy = (reason: LookUpReason, status: number | null = null): Looked => ({ became: "failed", status, reason });

const reasons: Readonly<Record<OutsideReason, LookUpReason>> = {
  badAddress: "redirected",
  inside: "inside",
  unknownHost: "unknownHost",
  tooManyRedirects: "redirected",
  ledElsewhere: "redirected",
  tooLarge: "tooLarge",
  tooSlow: "tooSlow",
  unreachable: "unreachable",
};

const ask = async (options: LookUpOptions, looking: Looking, key: string): Promise<Looked> => {
  const service = await serviceNamed(options.world.db, looking.service);
  if (service === null) return failedBy("unknownService");
  if (!service.on) return failedBy("serviceOff");
  const url = addressBelow(service.url, looking.path);
  if (url === null) return failedBy("badPath");
  const opened = openHeaders(service, options.world.open);
  if (opened === null) return failedBy("secretLost");
  const posts = looking.method === "POST";
  try {
    const answer = await fetchOutside(url.href, {
      method: looking.method,
      headers: {
        ...opened.headers,
        accept: "application/json",
        "accept-encoding": "identity",
        "idempotency-key": key,
        ...(posts ? { "content-type": "application/json" } : {}),
      },
      ...(posts ? { body: JSON.stringify(looking.body ?? {}) } : {}),
      timeoutMs: looking.timeoutMs,
      maxBytes: mostBytes,
      allowInside: options.inside,
      ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
      mayLead: (to) => isBelow(service.url, to),
    });
    return judge(answer, opened.secrets);
  } catch (error) {
    const reason = outsideReason(error);
    if (reason === null) throw error;
    return failedBy(reasons[reason]);
  }
};

const judge = (
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly bytes: Uint8Array },
  secrets: readonly string[],
): Looked => {
  const { status, headers, bytes } = answer;
  if (status === 404) return { became: "missing", status };
  if (status < 200 || status > 299) return failedBy("status", status);
  if (status === 204) return { became: "found", status, body: null };
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  // We asked for it as it is: what comes packed all the same is not unpacked, whatever it would grow to.
  const packed = !["", "identity"].includes((headers["content-encoding"] ?? "").trim().toLowerCase());
  if (packed || !/^application\/(?:[a-z0-9.-]{1,60}\+)?json$/.test(type)) return failedBy("notJson", status);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return failedBy("notJson", status);
  }
  const kept = keptJson(value, secrets);
  return kept === null ? failedBy("notJson", status) : { became: "found", status, body: kept.json };
};

/** A service's headers as they are sent, and what of them is secret; null: sealed with another secret of the centre. */
const openHeaders = (
  { headers }: KeptService,
  open: World["open"],
): { readonly headers: Readonly<Record<string, string>>; readonly secrets: readonly string[] } | null => {
  const secrets: string[] = [];
  try {
    const sent = headers.map((header): readonly [string, string] => {
      if (!header.secret) return [header.name, header.value];
      const value = open(header.value.$sealed);
      // "Bearer …" and "Basic …": the word behind is what must not be seen.
      secrets.push(value, ...value.split(/\s+/));
      return [header.name, value];
    });
    return { headers: Object.fromEntries(sent), secrets };
  } catch {
    return null;
  }
};
