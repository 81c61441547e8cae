// What others may read of who has held running flows, of how flows' pages are named, and of files said in them. Called by server/portal*.ts and server/file-sweep.ts.
export { flowByKey, flowNames, hasHeld, namedInRuns } from "#modules/flows/store-links.ts";
