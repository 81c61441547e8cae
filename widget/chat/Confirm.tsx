/** @jsxImportSource preact */
// Where a visitor shows by a code from a mail that they read at the address they gave (sheets/Confirm.tsx). Called by Thread.tsx.
import type { ConfirmProps } from "#widget/sheets/Confirm.tsx";
import { Sheet } from "./Sheet.tsx";

export const Confirm = (props: Omit<ConfirmProps, "words">) => (
  <Sheet draw={(sheets, at) => sheets.showConfirm({ ...at, ...props })} />
);
