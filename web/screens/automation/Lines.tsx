// A list of conditions or actions in a form: each with its kind and its values, moved and removed by buttons, one added at the end. Called by the forms of rules and macros.
import type { ReactNode } from "react";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { t } from "#web/state/words.ts";

/** An entry with a key of its own, so that what is being typed stays with it when others go. */
export interface Line<T> {
  readonly key: string;
  readonly value: T;
}

let drawn = 0;
/** Puts a value into a list. */
export const lineOf = <T,>(value: T): Line<T> => {
  drawn += 1;
  return { key: `line-${drawn}`, value };
};

export const Lines = <T,>({
  lines,
  set,
  line,
  label,
  removeLabel,
  move,
  add,
  onAdd,
}: {
  readonly lines: readonly Line<T>[];
  readonly set: (lines: readonly Line<T>[]) => void;
  readonly line: (value: T, place: number, change: (value: T) => void) => ReactNode;
  readonly label: (place: number) => string;
  readonly removeLabel: (place: number) => string;
  /** They stand in an order. */
  readonly move?: { readonly up: (place: number) => string; readonly down: (place: number) => string };
  readonly add: string;
  readonly onAdd: () => void;
}) => {
  const swap = (index: number, by: -1 | 1): void => {
    const [one, other] = [lines[index], lines[index + by]];
    if (one && other) set(lines.with(index, other).with(index + by, one));
  };
  return (
    <>
      {lines.map(({ key, value }, index) => (
        <fieldset key={key} className="rule-line" aria-label={label(index + 1)}>
          <div className="rule-line-parts">
            {line(value, index + 1, (next) => set(lines.with(index, { key, value: next })))}
          </div>
          <div className="rule-line-buttons">
            {move === undefined || lines.length < 2 ? null : (
              <>
                <IconButton
                  size="small"
                  icon="up"
                  label={move.up(index + 1)}
                  isDisabled={index === 0}
                  onPress={() => swap(index, -1)}
                />
                <IconButton
                  size="small"
                  icon="down"
                  label={move.down(index + 1)}
                  isDisabled={index === lines.length - 1}
                  onPress={() => swap(index, 1)}
                />
              </>
            )}
            <IconButton
              size="small"
              icon="trash"
              label={removeLabel(index + 1)}
              onPress={() => set(lines.filter((one) => one.key !== key))}
            />
          </div>
        </fieldset>
      ))}
      <div>
        <Button icon="plus" onPress={onAdd}>
          {add}
        </Button>
      </div>
    </>
  );
};

/** Names of what can be chosen, with what is chosen and no longer there. */
export const withGone = (
  all: readonly { readonly id: string; readonly label: string }[],
  chosen: string | null,
): readonly { readonly id: string; readonly label: string }[] =>
  chosen === null || all.some(({ id }) => id === chosen) ? all : [...all, { id: chosen, label: t("automation.gone") }];
