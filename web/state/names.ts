// What somebody is called where nobody has said a name: a visitor of a chat by the beginning of their address. Called wherever a customer's name is shown.
import { t } from "#web/state/words.ts";

const unnamed = /^visitor-([a-z2-7]{4})[a-z2-7]{8}$/;

/** The name, or "Visitor K3X9" for one that is only the address of a chat. */
export const nameWords = (name: string): string => {
  const short = unnamed.exec(name)?.[1];
  return short === undefined ? name : t("customers.visitor", { short: short.toUpperCase() });
};
