// How the stories in the foreground are written down, and what several of them show. Used by stories*.ts.
import { png } from "#lib/corpus/files.ts";
import type { Deed, Script } from "#server/demo/script.ts";

/** A script in minutes before now. */
export type Told = Omit<Script, "key" | "steps" | "customer" | "organisation" | "fields"> & {
  readonly customer: {
    readonly name: string;
    readonly address: string;
    readonly organisation?: string;
    readonly fields?: Script["fields"];
  };
  /** Minutes before now, and what happens. */
  readonly steps: readonly (readonly [minutesBefore: number, deed: Deed])[];
};

/** In minutes. */
export const hour = 60;
export const day = 24 * hour;

/** A television that shows nothing: grey frame, black glass, one red lamp. */
export const blackScreen = {
  name: "Schwarzer Bildschirm.png",
  mediaType: "image/png",
  inlineId: null,
  bytes: png(
    240,
    150,
    [
      [214, 209, 198],
      [28, 28, 30],
      [8, 8, 10],
      [200, 40, 36],
      [120, 84, 56],
      [150, 108, 74],
    ],
    (x, y) => {
      if (y > 128) return (x + y) % 23 === 0 ? 5 : 4;
      if (x < 24 || x > 216 || y < 14) return 0;
      if (x < 30 || x > 210 || y < 20 || y > 122) return y > 122 && x > 116 && x < 122 ? 3 : 1;
      return 2;
    },
  ),
};
