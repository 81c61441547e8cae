// Reads one iCalendar text in a thread of its own. Started by platform/icalendar/icalendar.ts.
import { parentPort, workerData } from "node:worker_threads";
import { readEvents, type CalendarWindow } from "#platform/icalendar/read.ts";

const { text, window } = workerData as { readonly text: string; readonly window: CalendarWindow };
parentPort?.postMessage(readEvents(text, window));
