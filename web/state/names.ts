// What somebody is called where nobody has said a name: a visitor of a chat by the beginning of their address. Called wherever a customer's name is shown.
import { t } from "#web/state/words.ts";

const unnamed = /^visitor-([a-z2-7]{4})[a-z2-7]{8}$/;

/** The name, or "Visitor K3X9" for one that is only the address of a chat. */
export const nameWords = (name: string): string => {
  const short = unnamed.exec(name)?.[1];
  return short === undefined ? name : t("customers.visitor", { short: short.toUpperCase() });
};

/** Is it nobody's name but a chat's address? */
export const isUnnamed = (name: string): boolean => unnamed.test(name);

/** The same of a text whose matching parts are marked: a name that is only an address has nothing in it that anybody would look for. */
export const nameParts = (
  parts: readonly { readonly text: string; readonly hit: boolean }[],
): readonly { readonly text: string; readonly hit: boolean }[] => {
  const whole = parts.map(({ text }) => text).join("");
  const name = nameWords(whole);
  return name === whole ? parts : [{ text: name, hit: false }];
};
