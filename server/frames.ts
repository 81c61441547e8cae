// Foreign HTML for sandboxed frames, files by signed address, remote images on request. Mounted by server/app.ts.
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { AgentActor } from "#contract/actor.ts";
import { refuse } from "#contract/errors.ts";
import type { AgentId, MessageId } from "#contract/ids.ts";
import { brandsOfSignedIn } from "#modules/agents/actions-sessions.ts";
import { asideOriginal } from "#modules/concerns/reads-aside.ts";
import { frameBody, originalOf } from "#modules/concerns/reads-frame.ts";
import type { Links } from "#modules/concerns/reads-views.ts";
import { fetchOutside } from "#platform/egress.ts";
import { fileResponse, openFile, signFile } from "#platform/files/signed.ts";
import { sniff } from "#platform/files/sniff.ts";
import { httpError } from "#platform/http/http.ts";
import { sameText } from "#platform/secret.ts";
import type { World } from "#platform/world.ts";
import { sendRefusal } from "#server/routes.ts";

/** Signed addresses last a working day at most, counted from the full hour so that browsers can keep what they have fetched. */
const linkLastsMs = 12 * 3_600_000;
const hourMs = 3_600_000;
const originalLastsMs = 60_000;

const expiry = (now: Date): number => Math.floor(now.getTime() / hourMs) * hourMs + linkLastsMs;

type Holder = Pick<AgentActor, "id" | "brandIds">;

/** Whom an address is made for, and what they may see: with other brands they are somebody else. */
const holderOf = (who: Holder): string => {
  const brands = who.brandIds.toSorted().join(" ");
  return `${who.id}.${brands === "" ? "" : createHash("sha256").update(brands).digest("base64url").slice(0, 16)}`;
};

/**
 * Addresses for files, frames and originals, as modules/concerns wants them, for one agent. A frame has no origin and so sends no cookie: what it
 * fetches proves itself, and is given as long as its holder is signed in and sees the brands they saw then. Null: nobody's, they lead nowhere.
 */
export const makeLinks = (world: Pick<World, "mac" | "now">, who: Holder | null): Links =>
  makeLinksFor(world, who === null ? "" : holderOf(who));

const makeLinksFor = (world: Pick<World, "mac" | "now">, holder: string): Links => ({
  file: ({ hash, name, mediaType, image }) =>
    `/files/${signFile({ hash, name, mediaType, inline: image, expiresAt: expiry(world.now()), holder }, world.mac)}`,
  html: (messageId) => `/frames/${messageId}`,
  raw: (messageId) => `/originals/${messageId}`,
  whole: ({ hash, name, mediaType }) =>
    `/files/${signFile({ hash, name, mediaType, inline: false, expiresAt: world.now().getTime() + originalLastsMs, holder, whole: true }, world.mac)}`,
});

/** Nothing runs, nothing is fetched but images from ourselves, nothing is sent; the origin is opaque. Holds also when the sanitiser failed. */
const framePolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; base-uri 'none'";

const look = `:root{color-scheme:light}
body{display:flow-root;margin:0;padding:12px 16px;background:#fff;color:#1b1e24;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
img{max-width:100%;height:auto}img[data-remote-src],img[data-inline]{display:inline-block;min-width:24px;min-height:24px;outline:1px dashed #b6bcc8}
table{max-width:100%}@media (max-width:639px){body *{min-width:0!important;max-width:100%!important}:is(table,td,th):is([width]:not([width$="%"]),[style*="width"]){width:auto!important}}pre{white-space:pre-wrap}a[data-true-host]::after{content:" [" attr(data-true-host) "]";color:#b42318}
[data-folded]{border-left:3px solid #d5dae3;padding-left:12px;color:#545c6b}`;

/** The last meta tag lets the page that frames it (frame-ancestors: only our own) have the document's height, without a script, where browsers do that. */
const page = (body: string, language: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="responsive-embedded-sizing"><style>${look}</style></head><body>${body}</body></html>`;

const sendFrame = (reply: FastifyReply, body: string, language: string): FastifyReply =>
  reply
    .headers({
      "content-security-policy": framePolicy,
      "x-frame-options": "SAMEORIGIN",
      "cache-control": "private, no-store",
      "referrer-policy": "no-referrer",
    })
    .type("text/html; charset=utf-8")
    .send(page(body, language));

/** Why a file is not given, as a refusal. */
export const heldCode = { waiting: "fileWaiting", infected: "fileInfected", unscannable: "fileUnscannable" } as const;

const remotePurpose = "remote-image";
const maxImageBytes = 5_000_000;
const imageTypes = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

interface RemoteImage {
  readonly url: string;
  readonly holder: string;
  readonly expiresAt: number;
}

const signImage = (world: Pick<World, "mac">, { url, holder, expiresAt }: RemoteImage): string => {
  const text = Buffer.from(JSON.stringify([url, holder, expiresAt])).toString("base64url");
  return `${text}.${world.mac(remotePurpose, text)}`;
};

/** What the token asks for, or null when it is forged or over. */
const openImage = (world: Pick<World, "mac" | "now">, token: string): RemoteImage | null => {
  const [text = "", proof = ""] = token.split(".");
  if (!sameText(proof, world.mac(remotePurpose, text))) return null;
  const [url, holder, expiresAt] = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as [
    string,
    string,
    number,
  ];
  return expiresAt > world.now().getTime() ? { url, holder, expiresAt } : null;
};

/** Mounts the routes. `whoAsks` gives the signed-in agent. */
export const mountFrames = (options: {
  readonly app: {
    readonly get: (
      path: string,
      handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
    ) => unknown;
  };
  readonly world: World;
  readonly whoAsks: (request: FastifyRequest) => Promise<AgentActor | null>;
  readonly post: (id: string) => string | null;
}): void => {
  const { app, world } = options;
  const missing = (): Error => httpError(404, "no such address");
  const isHolder = async (holder: string): Promise<boolean> => {
    const id = holder.split(".")[0] ?? "";
    if (!/^[0-9a-f-]{36}$/.test(id)) return false;
    const brandIds = await brandsOfSignedIn(world, id);
    return brandIds !== null && holder === holderOf({ id: id as AgentId, brandIds });
  };

  app.get("/frames/:id", async (request, reply) => {
    const who = await options.whoAsks(request);
    const { id } = request.params as { id: string };
    if (!who || !/^[0-9a-f-]{36}$/.test(id)) throw missing();
    const images = (request.query as { images?: string }).images === "1";
    const frame = await frameBody(
      makeLinks(world, who),
      world.db,
      who,
      id as MessageId,
      images
        ? (url) => `/remote-image/${signImage(world, { url, holder: holderOf(who), expiresAt: expiry(world.now()) })}`
        : null,
    );
    if (!frame) throw missing();
    return sendFrame(reply, frame.html, frame.language);
  });

  // Hardly anybody asks for it, so it is signed only then; the bytes themselves come by the way that knows no cookie.
  app.get("/originals/:id", async (request, reply) => {
    const who = await options.whoAsks(request);
    const { id } = request.params as { id: string };
    if (!who || !/^[0-9a-f-]{36}$/.test(id)) throw missing();
    const original = (await originalOf(world.db, who, id as MessageId)) ?? (await asideOriginal(world.db, who, id));
    if (original === null) throw missing();
    const { hash, secret } = original;
    if (secret) {
      void reply.header("cache-control", "no-store");
      return sendRefusal(request, reply, refuse("secretHeld"));
    }
    const expiresAt = world.now().getTime() + originalLastsMs;
    const token = signFile(
      {
        hash,
        name: `${id}.eml`,
        mediaType: "message/rfc822",
        inline: false,
        expiresAt,
        holder: holderOf(who),
        whole: true,
      },
      world.mac,
    );
    return reply.header("cache-control", "no-store").redirect(`/files/${token}`);
  });

  app.get("/post/:id", async (request, reply) => {
    const html = (await options.whoAsks(request)) ? options.post((request.params as { id: string }).id) : null;
    if (html === null) throw missing();
    return sendFrame(reply, html, "de");
  });

  app.get("/files/:token", async (request, reply) => {
    const now = world.now();
    const file = openFile((request.params as { token: string }).token, world.mac, now);
    if (!file || !(await isHolder(file.holder)) || !(await world.files.has(file.hash))) throw missing();
    const held = (await world.checks?.look(file.hash)) ?? null;
    if (held !== null) {
      void reply.header("cache-control", "no-store");
      return sendRefusal(request, reply, refuse(heldCode[held.why], { finding: held.finding ?? "" }));
    }
    const secret = file.whole === true ? undefined : (await world.secrets?.of(world.db, [file.hash]))?.get(file.hash);
    if (secret?.cleanHash === null) {
      void reply.header("cache-control", "no-store");
      return sendRefusal(request, reply, refuse("secretHeld"));
    }
    const hash = secret?.cleanHash ?? file.hash;
    if (request.headers["if-none-match"] === `"${hash}"`) return reply.code(304).send();
    return reply.headers(fileResponse({ ...file, hash }, null, now)).send(await world.files.stream(hash));
  });

  app.get("/remote-image/:token", async (request, reply) => {
    const image = openImage(world, (request.params as { token: string }).token);
    if (!image || !(await isHolder(image.holder))) throw missing();
    const fetched = await fetchOutside(image.url, { maxBytes: maxImageBytes, timeoutMs: 5_000 }).catch(() => null);
    const mediaType = fetched ? (await sniff(fetched.bytes)).mediaType : "";
    if (!fetched || !imageTypes.has(mediaType)) throw missing();
    return reply
      .headers({
        "content-security-policy": "sandbox; default-src 'none'",
        "cross-origin-resource-policy": "cross-origin",
        "cache-control": "private, max-age=3600",
        "content-disposition": "inline",
      })
      .type(mediaType)
      .send(Buffer.from(fetched.bytes));
  });
};
