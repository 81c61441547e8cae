// What a status of a mail server (RFC 3463) means, in words. Called where deliveries, channels and addresses show their trouble.
import { words } from "#web/state/words.ts";

/** Words for a status like "5.1.1", whatever its first digit; null when nobody wrote some for it. A status in others' words is none. */
export const statusWords = (status: string | null): string | null => {
  const [, subject, detail] = /^[245]\.(\d{1,3})\.(\d{1,3})$/.exec(status ?? "") ?? [];
  return subject === undefined || detail === undefined ? null : words(`mailStatus.s${subject}_${detail}`);
};
