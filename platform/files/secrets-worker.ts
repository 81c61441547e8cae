// Looks through one file for secrets in a thread of its own, so that nobody waits for a long one. Started by platform/files/secrets.ts.
import { parentPort, workerData } from "node:worker_threads";
import { cleaned } from "#platform/files/secrets-clean.ts";

parentPort?.postMessage(cleaned(workerData as Uint8Array));
