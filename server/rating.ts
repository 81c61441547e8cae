// The pages behind the links of a question about a settled concern: plain HTML that works without scripts. Mounted by server/app.ts.
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isRefusal, statusOf, type Refusal } from "#contract/errors.ts";
import { ratingTextLength, scores } from "#contract/score.ts";
import { giveRating, questionBehind, stopAsking, type Given, type RatingPage } from "#modules/ratings/actions.ts";
import { tokenFor } from "#modules/ratings/model.ts";
import type { LeavingLinks } from "#modules/concerns/actions-outbox.ts";
import type { World } from "#platform/world.ts";
import { escaped } from "#server/widget.ts";
import { languageOf, words, type Language } from "#server/words.ts";

/** In the colours of the system, so that contrast and darkness are what its user has chosen. */
const style = [
  ":root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}",
  "body{max-width:34rem;margin:0 auto;padding:1.5rem;overflow-wrap:anywhere}h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}",
  "fieldset{border:0;padding:0;margin:0 0 1.5rem;min-width:0}legend{padding:0;margin:0 0 .5rem;font-weight:600}",
  ".score{display:flex;gap:.75rem;align-items:center;min-height:3rem;padding:0 .75rem;border:1px solid;border-radius:.5rem;margin:0 0 .5rem;cursor:pointer}",
  ".score:has(:checked){outline:2px solid;outline-offset:-2px;font-weight:600}.score:has(:focus-visible){outline:3px solid Highlight;outline-offset:2px}",
  "input{width:1.25rem;height:1.25rem;margin:0;flex:none}",
  "textarea{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.5rem .75rem;margin:.25rem 0 1rem;border:1px solid;border-radius:.5rem;background:Field;color:FieldText}",
  "button{font:inherit;font-weight:600;min-height:3rem;padding:0 1.5rem;border:0;border-radius:.5rem;background:CanvasText;color:Canvas;cursor:pointer}",
  "a,.quiet button{display:inline-flex;align-items:center;min-height:2.75rem;color:inherit;text-decoration:underline}.quiet{margin:2rem 0 0}.quiet button{background:none;padding:0;font-weight:400}",
  "button:focus-visible,a:focus-visible,textarea:focus-visible{outline:3px solid Highlight;outline-offset:2px}",
  ".wrong{border:2px solid;border-radius:.5rem;padding:.75rem;font-weight:600}",
].join("");
const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

/** Largest form that is read; its words fit whatever they are written in. */
const mostBytes = 32_768;

const page = (language: Language, title: string, body: string): string =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escaped(title)}</title><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><link rel="icon" href="data:,"><style>${style}</style></head><body><main>${body}</main></body></html>`;

const send = (reply: FastifyReply, status: number, html: string): FastifyReply =>
  reply
    .code(status)
    .headers({
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
      "cache-control": "no-store",
    })
    .type("text/html; charset=utf-8")
    .send(html);

/** One sentence, and what may stand below it. */
const said = (reply: FastifyReply, status: number, language: Language, key: string, below = ""): FastifyReply => {
  const text = words(language, `ratingPage.${key}`);
  return send(reply, status, page(language, text, `<h1>${escaped(text)}</h1>${below}`));
};

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`;

/** `wrong`: why what was sent was not taken; what was written stands there still. */
const formOf = (
  language: Language,
  asked: RatingPage,
  given: { readonly score: number | null; readonly text: string },
  wrong: string | null = null,
): string => {
  const title = words(language, "ratingPage.title", { brand: asked.brand, number: asked.number });
  const rows = scores
    .toReversed()
    .map(
      (score) =>
        `<label class="score"><input type="radio" name="score" value="${score}" required${score === given.score ? " checked" : ""}><span>${score} – ${escaped(words(language, `ratingPage.score.${score}`))}</span></label>`,
    )
    .join("");
  const until = new Date(asked.until).toLocaleDateString(language === "de" ? "de-DE" : "en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
  });
  const hint = paragraph(words(language, asked.score === null ? "ratingPage.until" : "ratingPage.again", { until }));
  const fault =
    wrong === null ? "" : `<p class="wrong" role="alert">${escaped(words(language, `ratingPage.${wrong}`))}</p>`;
  return page(
    language,
    title,
    `<h1>${escaped(title)}</h1>${fault}${hint}<form method="post"><fieldset><legend>${escaped(words(language, "ratingPage.question"))}</legend>${rows}</fieldset>
<label for="text">${escaped(words(language, "ratingPage.text"))}</label><textarea id="text" name="text" rows="5" maxlength="${ratingTextLength}" dir="auto">${escaped(given.text)}</textarea>
<button>${escaped(words(language, "ratingPage.send"))}</button></form>
<form method="post" class="quiet"><input type="hidden" name="stop" value="yes"><button>${escaped(words(language, "ratingPage.stop"))}</button></form>`,
  );
};

const languageFor = (request: FastifyRequest): Language => languageOf(request.headers["accept-language"]);
const tokenIn = (request: FastifyRequest): string => (request.params as { token: string }).token;

const refused = (reply: FastifyReply, language: Language, { refused: code }: Refusal): FastifyReply =>
  said(reply, statusOf(code), language, code === "ratingOver" ? "over" : "gone");

const take = async (world: World, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
  const language = languageFor(request);
  const token = tokenIn(request);
  const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
  if (form.get("stop") === "yes") {
    const outcome = await stopAsking(world, token);
    return isRefusal(outcome) ? refused(reply, language, outcome) : said(reply, 200, language, "stopped");
  }
  const text = (form.get("text") ?? "").replaceAll("\r\n", "\n");
  const given: Given = { score: Number(form.get("score") ?? Number.NaN), text };
  const outcome = await giveRating(world, token, given);
  if (isRefusal(outcome) && outcome.refused !== "invalidInput") return refused(reply, language, outcome);
  const asked = await questionBehind(world, token);
  if (isRefusal(asked)) return refused(reply, language, asked);
  if (isRefusal(outcome)) {
    const shown = { score: asked.score, text: text.slice(0, ratingTextLength) };
    return send(reply, 400, formOf(language, asked, shown, outcome.field === "text" ? "tooLong" : "noScore"));
  }
  const score = `${asked.score} – ${words(language, `ratingPage.score.${asked.score}`)}`;
  const change = `<p><a href="${encodeURI(token)}">${escaped(words(language, "ratingPage.change"))}</a></p>`;
  return said(reply, 200, language, "thanks", paragraph(words(language, "ratingPage.given", { score })) + change);
};

/** Where a question is answered, for who sends it. */
export const ratingLinks =
  ({ mac }: Pick<World, "mac">, publicUrl: string): LeavingLinks["rating"] =>
  (id, score) =>
    `${publicUrl}/rating/${tokenFor(mac, id)}?score=${score}`;

/** Mounts the pages. Looking changes nothing; what is sent by the button counts. */
export const mountRating = async (app: FastifyInstance, world: World): Promise<void> => {
  await app.register(async (pages) => {
    pages.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: mostBytes },
      (_request, body, done) => done(null, new URLSearchParams(body as string)),
    );
    pages.setErrorHandler((error: { readonly statusCode?: number }, request: FastifyRequest, reply) => {
      const status = error.statusCode ?? 500;
      if (status >= 500)
        world.log.error("rating.failed", { error: error instanceof Error ? error.message : "unknown" });
      return said(reply, status, languageFor(request), status === 413 ? "tooLong" : "failed");
    });
    pages.get("/rating/:token", async (request, reply) => {
      const language = languageFor(request);
      const asked = await questionBehind(world, tokenIn(request));
      if (isRefusal(asked)) return refused(reply, language, asked);
      const wanted = scores.find((score) => String(score) === (request.query as { score?: unknown }).score);
      return send(reply, 200, formOf(language, asked, { score: wanted ?? asked.score, text: asked.text }));
    });
    pages.post("/rating/:token", (request, reply) => take(world, request, reply));
  });
};
