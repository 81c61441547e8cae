// "Continue elsewhere": a link to the chat's own page, and its picture for a phone's camera. Called by server/chat.ts.
import encodeQR from "qr";
import type { ToWidget } from "#contract/chat.ts";
import { moveOn } from "#modules/visitors/actions-moved.ts";
import type { World } from "#platform/world.ts";
import type { Page, Seat } from "#server/chat-seats.ts";

/** A text as a QR code (ISO/IEC 18004): the modules in a row, and all dark ones as the path of an SVG, four light ones around as the standard wants. */
export const pictureOf = (text: string): { readonly size: number; readonly path: string } => {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: 4 });
  const path = rows.flatMap((row, y) => {
    const runs: string[] = [];
    for (let x = 0; x < row.length; x += 1) {
      const from = x;
      while (row[x] === true) x += 1;
      if (x > from) runs.push(`M${from} ${y}h${x - from}v1h-${x - from}z`);
    }
    return runs;
  });
  return { size: rows.length, path: path.join("") };
};

/** Says the link to the page; one that has said nothing yet has nothing to go on with. */
export const sayMove = async (world: World, page: Page, seat: Seat, publicUrl: string): Promise<void> => {
  const moved = await moveOn(world, seat.visitor);
  const url = moved === null ? "" : `${publicUrl}/chat/${page.who.channel.id}#${moved.word}`;
  const word: ToWidget =
    moved === null
      ? { type: "refused", id: null, code: "notFound", afterMs: null }
      : { type: "moved", url, untilMs: moved.untilMs, ...pictureOf(url) };
  page.send(JSON.stringify(word));
};
