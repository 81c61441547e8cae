// Rows of fields in a channel's settings: added, taken away, put into another order. Called by SettingsField.tsx.
import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import type { SimpleField } from "#contract/channel-form.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { startSettings, withRowMoved } from "#web/state/channelForm.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/brands/rows.css";

type Settings = Readonly<Record<string, unknown>>;

export interface SettingsRowsProps {
  readonly label: string;
  readonly hint: string | undefined;
  readonly add: string;
  /** What a row is called, by its place from 1 on. */
  readonly one: (number: number) => string;
  readonly fields: readonly SimpleField[];
  readonly most: number;
  readonly rows: readonly Settings[];
  readonly set: (rows: readonly Settings[]) => void;
  readonly draw: (row: Settings, index: number) => ReactNode;
}

export const SettingsRows = ({ label, hint, add, one, fields, most, rows, set, draw }: SettingsRowsProps) => {
  const ref = useRef<HTMLFieldSetElement>(null);
  const countRef = useRef(rows.length);
  // The keys go to what has come; when a row is gone, to where the next can be added.
  useEffect(() => {
    const before = countRef.current;
    countRef.current = rows.length;
    const box = ref.current;
    if (box === null || before === rows.length) return;
    const last = [...box.querySelectorAll(".rows-one")].at(-1);
    const next = before < rows.length ? last?.querySelector("input") : box.querySelector(".rows-foot button");
    if (next instanceof HTMLElement) next.focus();
  }, [rows.length]);
  return (
    <fieldset className="fieldset" ref={ref}>
      <legend>{label}</legend>
      {hint ? <p className="field-hint">{hint}</p> : null}
      {rows.map((row, index) => {
        const name = one(index + 1);
        return (
          <fieldset key={index} className="rows-one" aria-label={name}>
            <div className="rows-head">
              <span>{name}</span>
              <IconButton
                icon="up"
                size="small"
                label={t("admin.rowUp", { name })}
                isDisabled={index === 0}
                onPress={() => set(withRowMoved(rows, index, index - 1))}
              />
              <IconButton
                icon="down"
                size="small"
                label={t("admin.rowDown", { name })}
                isDisabled={index === rows.length - 1}
                onPress={() => set(withRowMoved(rows, index, index + 1))}
              />
              <IconButton
                icon="trash"
                size="small"
                label={t("admin.rowRemove", { name })}
                onPress={() => set(rows.toSpliced(index, 1))}
              />
            </div>
            <div className="pair">{draw(row, index)}</div>
          </fieldset>
        );
      })}
      <div className="rows-foot">
        {rows.length < most ? (
          <Button icon="plus" onPress={() => set([...rows, startSettings(fields)])}>
            {add}
          </Button>
        ) : (
          <p className="field-hint">{t("admin.rowsFull", { most })}</p>
        )}
      </div>
    </fieldset>
  );
};
