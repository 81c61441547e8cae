// What others may read of concerns to name them. Called by modules/routing. Who may see what of it, the caller decides.
export { headsOf } from "#modules/concerns/store-heads.ts";
