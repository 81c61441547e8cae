// What stands below an answer, folded: signature and repeated message exactly as they leave. The message can be edited or left out. Called by the composer.
import { useState } from "react";
import type { DraftQuote } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { ShownBelow } from "#web/state/below.ts";
import { dayAndTime, t } from "#web/state/words.ts";
import "#web/screens/concerns/below.css";

export const Below = ({
  below,
  choose = () => undefined,
}: {
  readonly below: ShownBelow;
  /** Left out where nothing can be repeated. */
  readonly choose?: (quote: DraftQuote) => void;
}) => {
  const [open, setOpen] = useState(false);
  const { signature, quote, missing } = below;
  const parts = [
    ...(signature === "" ? [] : [t("below.signature")]),
    ...(missing === null ? [] : [t(`below.${missing}`)]),
    ...(quote === null
      ? []
      : [t(quote.edited ? "below.edited" : "below.quote", { name: quote.author, time: dayAndTime(quote.at) })]),
  ];
  if (parts.length === 0) return null;
  return (
    <div className="below">
      <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="more" size="small" /> {parts.join(" · ")}
      </button>
      {open ? (
        <div className="below-parts">
          {signature === "" ? null : <div className="plain-text below-signature">{`-- \n${signature}`}</div>}
          {quote === null ? null : (
            <>
              <p className="below-head">{quote.head}</p>
              <LongField
                label={t("below.text")}
                rows={4}
                maxLength={20_000}
                value={quote.text}
                onChange={(text) => choose(text.trim() === "" ? "none" : { messageId: quote.messageId, text })}
              />
            </>
          )}
          <div className="below-actions">
            {quote === null ? null : (
              <Button look="quiet" icon="close" onPress={() => choose("none")}>
                {t("below.leaveOut")}
              </Button>
            )}
            {missing === "leftOut" || quote?.edited ? (
              <Button look="quiet" icon="undo" onPress={() => choose(null)}>
                {t("below.asItWas")}
              </Button>
            ) : null}
          </div>
        </div>
      ) : null}
    </div>
  );
};
