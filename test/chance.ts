// Examples drawn at random for what holds of all of them. Every test that uses fast-check takes it from here.
// SEED=7 npm test -- model tries other examples than the usual ones.
import fc from "fast-check";

// The same examples in every run: what fails does so on every machine and at every time, and what passed goes on passing.
fc.configureGlobal({ seed: Number(process.env["SEED"] ?? "4711") });

export { fc };
