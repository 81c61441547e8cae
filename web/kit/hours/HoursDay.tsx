// The spans of one day in the form of opening hours, and what is wrong with them. Called by HoursFields.tsx and Holidays.tsx.
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import type { Span } from "#contract/hours.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { mostSpans, withAnother, withOne } from "#web/state/openingHours.ts";
import { t } from "#web/state/words.ts";

/** What is wrong, brought into sight: the button that found it may stand far below. */
export const Wrong = ({ words }: { readonly words: string | null }) => {
  const ref = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    // It may lie in a part of the form that was closed meanwhile.
    ref.current?.closest("details")?.setAttribute("open", "");
    ref.current?.scrollIntoView({ block: "center" });
  }, [words]);
  return words === null ? null : (
    <p ref={ref} className="field-fault" role="alert">
      {words}
    </p>
  );
};

/** The spans of one day. */
export const HoursDay = ({
  name,
  head,
  spans,
  wrong,
  set,
}: {
  readonly name: string;
  readonly head: ReactNode;
  readonly spans: readonly Span[];
  readonly wrong: string | null;
  readonly set: (spans: Span[]) => void;
}) => (
  <fieldset className="hours-day" aria-label={name} data-wrong={wrong !== null || undefined}>
    {head}
    <div className="hours-spans">
      {spans.length === 0 ? <span className="hours-closed">{t("hours.closed")}</span> : null}
      {spans.map((span, index) => (
        <span className="hours-span" key={index}>
          {(["from", "to"] as const).map((side) => (
            <input
              key={side}
              className="field-input"
              type="time"
              value={span[side]}
              aria-label={t(`hours.${side}`, { day: name, number: index + 1 })}
              aria-invalid={wrong !== null || undefined}
              onChange={({ target }) => set(withOne(spans, index, { ...span, [side]: target.value }))}
            />
          ))}
          <IconButton
            size="small"
            icon="close"
            label={t("hours.removeSpan", { day: name, from: span.from, to: span.to })}
            onPress={() => set(withOne(spans, index, null))}
          />
        </span>
      ))}
      {spans.length < mostSpans ? (
        <IconButton
          size="small"
          icon="plus"
          label={t("hours.addSpan", { day: name })}
          onPress={() => set(withAnother(spans))}
        />
      ) : null}
    </div>
    <Wrong words={wrong} />
  </fieldset>
);
