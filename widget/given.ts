// Preact as the chat has it, for the files that only the chat fetches, so that none of them brings one of its own: the build puts this in the place of Preact there
// (tools/widget.ts), and chat/fetched.ts gives it before anything is drawn.
import type { render as Render } from "preact";
import type { useEffect as UseEffect, useId as UseId, useRef as UseRef, useState as UseState } from "preact/hooks";
import type { Fragment as AFragment, jsx as Jsx, jsxs as Jsxs } from "preact/jsx-runtime";

/** What of it is given. */
export interface Given {
  readonly Fragment: typeof AFragment;
  readonly jsx: typeof Jsx;
  readonly jsxs: typeof Jsxs;
  readonly render: typeof Render;
  readonly useEffect: typeof UseEffect;
  readonly useId: typeof UseId;
  readonly useRef: typeof UseRef;
  readonly useState: typeof UseState;
}

export let Fragment: Given["Fragment"];
export let jsx: Given["jsx"];
export let jsxs: Given["jsxs"];
export let render: Given["render"];
export let useEffect: Given["useEffect"];
export let useId: Given["useId"];
export let useRef: Given["useRef"];
export let useState: Given["useState"];

/** Called once, before anything else of the file. */
export const give = (given: Given): void => {
  ({ Fragment, jsx, jsxs, render, useEffect, useId, useRef, useState } = given);
};
