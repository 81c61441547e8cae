// How calls are treated at a phone channel: what is said, what is kept, what may be dialled. Part of the channel's settings; modules/calls and the switchboard go by it.
import { z } from "zod";

const seconds = (least: number, most: number, start: number) => z.number().int().min(least).max(most).meta({ start });
const words = z.string().trim().max(500).meta({ long: true });

export const callRules = z.strictObject({
  /** Said first; empty: the program's own words. A flow that begins with calls of this channel follows. */
  greetingDe: words,
  greetingEn: words,
  /** What is spoken where the caller has not chosen. */
  language: z.enum(["de", "en"]).meta({ start: "de" }),
  /** Place and time are said at most so often while somebody waits. */
  announceEverySeconds: seconds(15, 600, 60),
  /** Said in turn between them, one a line, German and behind "=" in English; each at most once to a caller. */
  comfort: z.array(z.string().trim().max(300)).max(20).meta({ lines: true }),
  /** More than so many waiting: the next are told so, and may be called back or leave words. 0: any number. */
  mostWaiting: z.number().int().min(0).max(1_000).meta({ start: 50 }),
  /** Nobody is kept waiting longer: then they are told so, and may be called back or leave words. */
  mostWaitSeconds: seconds(60, 7_200, 1_800),
  /** Who hung up while waiting and calls again within so long has the old place. */
  keepPlaceSeconds: seconds(0, 3_600, 600),
  /** An agent's device that breaks off while they talk may come back for so long; then the caller goes to the head of the queue. */
  rejoinSeconds: seconds(0, 60, 15),
  callback: z.boolean().meta({ start: true }),
  /** Who is called first when a callback is due. */
  callbackFirst: z.enum(["agent", "customer"]).meta({ start: "agent" }),
  callbackTries: z.number().int().min(1).max(10).meta({ start: 3 }),
  callbackEverySeconds: seconds(60, 86_400, 900),
  /** Then it is given up, and the concern says so. */
  callbackExpiresHours: z.number().int().min(1).max(720).meta({ start: 72 }),
  /** Outside hours, with nobody there, or by key: words can be left. */
  voicemail: z.boolean().meta({ start: true }),
  voicemailSeconds: seconds(10, 600, 180),
  /** What becomes of a call that ended before anybody took it: somebody has to see to it, or it is only noted. */
  missed: z.enum(["work", "note"]).meta({ start: "work" }),
  /** consent: only who presses 1 is recorded; announced: all are, and are told so. */
  recording: z.enum(["never", "consent", "announced"]).meta({ start: "never" }),
  recordingDays: z.number().int().min(1).max(3_650).meta({ start: 90 }),
  /** A supervisor's listening is announced to the agent, and to the customer. */
  listeningToldAgent: z.boolean().meta({ start: true }),
  listeningToldCustomer: z.boolean().meta({ start: false }),
  /** Toll fraud: nothing is dialled that does not begin with one of these ("+49"); none: nothing at all. */
  mayDial: z
    .array(z.string().regex(/^\+[1-9]\d{0,7}$/u))
    .max(50)
    .meta({ start: ["+49"] }),
  mayNotDial: z.array(z.string().regex(/^\+[1-9]\d{0,11}$/u)).max(100),
  /** Calls that are dialled in an hour, and their minutes in a day, altogether. */
  dialsAnHour: z.number().int().min(0).max(100_000).meta({ start: 100 }),
  dialMinutesADay: z.number().int().min(0).max(100_000).meta({ start: 600 }),
  /** Customers are called by us only between these hours of their day, unless they asked for it. */
  dialFromHour: z.number().int().min(0).max(23).meta({ start: 8 }),
  dialToHour: z.number().int().min(1).max(24).meta({ start: 20 }),
});
export type CallRules = z.infer<typeof callRules>;
