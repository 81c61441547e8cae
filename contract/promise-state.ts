// What is promised, and how it stands. Apart from contract/promises.ts, because concerns carry it.
import { z } from "zod";

export const promiseKinds = ["firstReply", "nextReply", "resolution"] as const;
export const promiseKind = z.enum(promiseKinds);
export type PromiseKind = z.infer<typeof promiseKind>;

/** "near": the time to warn has come; "over": its time has passed and it is not done; "paused": its time stands still. */
export const promiseStates = ["running", "near", "over", "paused"] as const;
export const promiseState = z.enum(promiseStates);
export type PromiseState = z.infer<typeof promiseState>;
