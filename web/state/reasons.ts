// Puts into the reader's words what the server keeps as codes: reasons with their facts, statuses, verdicts. Pure; called by web/kit/Told.tsx and screens.
import type { Verdict } from "#contract/channel.ts";
import type { Reason } from "#contract/reasons.ts";
import { statusWords } from "#web/state/status.ts";
import { words } from "#web/state/words.ts";

/** What is known of an outcome. Entries of a history that were written before there were reasons have none. */
export interface Tellable {
  readonly reason?: Reason | null | undefined;
  readonly code?: string | null;
  /** Others' words. */
  readonly detail: string;
}

/** Our words for it, its status in words beside them; empty when only others said something. */
export const ownWords = ({ reason, code }: Tellable): string =>
  [reason ? words(`reasons.${reason.code}`, reason.facts) : null, statusWords(code ?? null)]
    .filter((part) => part !== null)
    .join(" ");

/** Is there anything to tell? */
export const isTold = (what: Tellable): boolean => what.detail !== "" || ownWords(what) !== "";

/** Why an address is closed: kept as a status with the other side's words behind it, which are quoted where the status alone says nothing. */
export const suppressed = (kept: string): Tellable => {
  const [, code = null, detail = kept] = /^([245]\d\d|[245]\.\d{1,3}\.\d{1,3}) (.*)$/s.exec(kept) ?? [];
  return { code, detail: statusWords(code) === null ? detail : "" };
};

/** What a check came to. What nobody published is something else than what a mail does not have. */
export const resultWords = ({ check, result }: Pick<Verdict, "check" | "result">): string =>
  words(`verdicts.${check}.${result}`) ?? words(`verdictResults.${result}`) ?? result;
