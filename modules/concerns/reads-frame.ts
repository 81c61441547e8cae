// A message's HTML as a document of its own, for a sandboxed frame, and where the message as it came lies. Called by server/frames.ts.
import { seesBrand, type AgentActor } from "#contract/actor.ts";
import type { MessageId } from "#contract/ids.ts";
import { hidesSecrets } from "#modules/concerns/model-secrets.ts";
import { frameRow, originalRow } from "#modules/concerns/store-frame.ts";
import type { Links } from "#modules/concerns/reads-views.ts";
import type { Tx } from "#platform/db/db.ts";

const attribute = (name: string): RegExp => new RegExp(`(<img\\b[^>]*?)\\s${name}="([^"]*)"`, "g");
const inline = attribute("data-inline");
const remote = attribute("data-remote-src");

const decode = (text: string): string =>
  text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const encode = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * The body of the document: inline images point at signed addresses; remote images stay blocked unless `remoteImage` gives the address of
 * our own fetcher for them. Null: no such message, no HTML, or a brand this agent may not see.
 */
export const frameBody = async (
  links: Pick<Links, "file">,
  tx: Tx,
  who: AgentActor,
  messageId: MessageId,
  remoteImage: ((url: string) => string) | null,
): Promise<{ readonly html: string; readonly language: string } | null> => {
  const row = await frameRow(tx, messageId);
  if (!row || !seesBrand(who, row.brandId)) return null;
  const files = new Map(row.images.filter((file) => file.image).map((file) => [file.inlineId, file]));
  const html = row.html
    .replaceAll(inline, (whole, before: string, id: string) => {
      const file = files.get(decode(id));
      return file ? `${before} src="${encode(links.file(file))}"` : whole;
    })
    .replaceAll(remote, (whole, before: string, url: string) =>
      remoteImage ? `${before} src="${encode(remoteImage(decode(url)))}"` : whole,
    );
  return { html, language: row.language ?? "de" };
};

/**
 * A message as it came: its hash, and whether it holds secrets, so that it is given by `showSecret` only. Null: no such message, nothing kept, or a brand
 * this agent may not see.
 */
export const originalOf = async (
  tx: Tx,
  who: AgentActor,
  messageId: MessageId,
): Promise<{ readonly hash: string; readonly secret: boolean } | null> => {
  const row = await originalRow(tx, messageId);
  return row !== null && seesBrand(who, row.brandId) ? { hash: row.hash, secret: hidesSecrets(row.warnings) } : null;
};
