// What others may read of visitors. Called by server/file-sweep.ts.
export { namedByVisitors } from "#modules/visitors/store-files.ts";
