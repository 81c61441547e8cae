/** @jsxImportSource preact */
// The chat's signs: drawn in the colour of the words beside them, and silent, because those words say what they mean. Called by the views.

const shapes = {
  back: "M15 5.5 8.5 12l6.5 6.5",
  close: "m6.5 6.5 11 11m0-11-11 11",
  send: "M4.5 12h14m-6-6.5 6.5 6.5-6.5 6.5",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm-3.6-6.8a4.4 4.4 0 0 0 7.2 0M9 9.6v.1m6-.1v.1",
  person: "M12 12a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6Zm-7 8c.6-3.6 3.4-5.4 7-5.4s6.4 1.8 7 5.4",
  mail: "M4 6.5h16v11H4zm0 1 8 6 8-6",
  down: "M12 5v13.5m-5.5-5.5 5.5 5.5 5.5-5.5",
  plus: "M12 5v14M5 12h14",
  wait: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Zm0-13v4.8l3 1.7",
  clip: "m19.5 11.5-7.6 7.6a4.6 4.6 0 0 1-6.5-6.5l8-8a3.1 3.1 0 0 1 4.4 4.4l-8 8a1.5 1.5 0 0 1-2.2-2.2l7.2-7.2",
  camera: "M4 8h3l1.6-2.5h6.8L17 8h3v11H4zm8 8.4a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z",
  file: "M6.5 3.5h7l4 4v13h-11zm7 0v4h4",
  load: "M12 4v11m-5-5 5 5 5-5M5 19.5h14",
  call: "M6 4h3l1.6 4.2-2 1.5a12 12 0 0 0 5.7 5.7l1.5-2L20 15v3a2 2 0 0 1-2 2A14 14 0 0 1 4 6a2 2 0 0 1 2-2Z",
  check: "m5.5 12.5 4.3 4.3 8.7-9.6",
} as const;

export type IconName = keyof typeof shapes;

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
    <path d={shapes[name]} />
  </svg>
);
