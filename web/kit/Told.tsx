// What is to be told of an outcome: our words in the reader's language, and what others said in quotation marks, so that neither passes for the other.
// Called by screens that show deliveries, verdicts and channels.
import { ownWords } from "#web/state/reasons.ts";
import type { Tellable } from "#web/state/reasons.ts";
import { t } from "#web/state/words.ts";

export const Told = ({ what }: { readonly what: Tellable }) => {
  const own = ownWords(what);
  const { code = null, detail } = what;
  return (
    <>
      {own}
      {code === null || detail.includes(code) ? null : ` (${code})`}
      {detail === "" ? null : (
        <span className="quotation">
          {own === "" ? "" : " "}
          {t("verbatim")} <q dir="auto">{detail}</q>
        </span>
      )}
    </>
  );
};
