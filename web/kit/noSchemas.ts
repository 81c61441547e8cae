// Stands in for zod in the browser's build (vite.config.ts): the desk takes shapes from the contract as types and never
// checks its own server's answers, so 26 kB gzip of schema machinery stay away, and with them its attempt to compile code.

/** Answers every property and every call with itself, so that the contract's schemas can be written down without being made. */
const nothing: unknown = new Proxy(() => undefined, {
  get: (_target, property) => (property === Symbol.toPrimitive ? () => "" : nothing),
  apply: () => nothing,
});

export const z = nothing;
