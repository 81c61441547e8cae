/** @jsxImportSource preact */
// Where a visitor says how an answer reaches them (sheets/Introduce.tsx). Called by Thread.tsx.
import type { IntroduceProps } from "#widget/sheets/Introduce.tsx";
import { Sheet } from "./Sheet.tsx";

export const Introduce = (props: Omit<IntroduceProps, "words">) => (
  <Sheet draw={(sheets, at) => sheets.showIntroduce({ ...at, ...props })} />
);
