// Whether a text could be a mail address. Called by forms on both sides.

const only = (text: string, allowed: RegExp): boolean =>
  text !== "" && text.split("").every((letter) => allowed.test(letter));

/** Could mail be sent there? Never more generous than zod's own, by which servers judge it. */
export const isMailAddress = (text: string): boolean => {
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || text.length > 320 || text.includes("..")) return false;
  if (!only(local, /[A-Za-z0-9_'+.-]/) || !/^[^.]/.test(local) || !/[A-Za-z0-9_+-]$/.test(local)) return false;
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  return (
    labels.length > 1 &&
    labels.every((label) => only(label, /[A-Za-z0-9-]/) && /^[A-Za-z0-9]/.test(label)) &&
    last.length > 1 &&
    only(last, /[A-Za-z]/)
  );
};
