// Where an answer is written to a channel that knows no formatting: plain text, as it will be read. Called by the composer.
import { useEffect, useRef } from "react";
import { t } from "#web/state/words.ts";

export const PlainField = ({
  value,
  focus,
  onChange,
}: {
  readonly value: string;
  /** Rises when the field is to be stood in. */
  readonly focus: number;
  readonly onChange: (text: string) => void;
}) => {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), [focus]);
  return (
    <textarea
      ref={field}
      className="editor-plain"
      aria-label={t("composer.text")}
      placeholder={t("composer.plainPlaceholder")}
      value={value}
      onChange={(typing) => onChange(typing.target.value)}
    />
  );
};
