// Shows what was covered: deliberately, to who may, and each time that stands in the concern's history. Called by concerns/routes.ts.
import { seesBrand, type AgentActor } from "#contract/actor.ts";
import type { concerns } from "#contract/concern-endpoints.ts";
import type { Result } from "#contract/endpoint.ts";
import { refuse, type Refusal } from "#contract/errors.ts";
import type { MessageId } from "#contract/ids.ts";
import { allows } from "#contract/permissions.ts";
import type { Secret } from "#lib/secrets.ts";
import { say } from "#modules/audit/actions.ts";
import type { Links } from "#modules/concerns/reads-views.ts";
import { secretsOfMessage } from "#modules/concerns/store-secrets.ts";
import type { World } from "#platform/world.ts";

/** What is to be shown of a message: what was covered in its text, one of its files as it came, or all of it as it came. */
type Wanted = { readonly what: "text" | "original" } | { readonly what: "file"; readonly fileId: string };

/** Refuses with notAllowed, and with notFound where there is no such thing or it is another brand's. The address it gives lasts a minute. */
export const showSecret = (
  world: World & { readonly links: Pick<Links, "whole"> },
  who: AgentActor,
  input: { readonly id: MessageId } & Wanted,
): Promise<Result<typeof concerns.showSecret> | Refusal> =>
  world.db.transaction(async (tx) => {
    if (!allows(who.role, "secret.show")) return refuse("notAllowed");
    const row = await secretsOfMessage(tx, input.id);
    if (row === null || !seesBrand(who, row.brandId)) return refuse("notFound");
    const file = input.what === "file" ? row.files.find((each) => each.id === input.fileId) : undefined;
    const shown =
      input.what === "text"
        ? row.sealed === null
          ? null
          : { values: JSON.parse(world.open(row.sealed)) as Secret[], url: null }
        : input.what === "original"
          ? row.rawHash === null
            ? null
            : {
                values: [],
                url: world.links.whole({ hash: row.rawHash, name: `${input.id}.eml`, mediaType: "message/rfc822" }),
              }
          : file === undefined
            ? null
            : { values: [], url: world.links.whole(file) };
    if (shown === null) return refuse("notFound");
    await say(world, tx, who, [
      {
        kind: "message.secretShown",
        brandId: row.brandId,
        concernId: row.concernId,
        data: { messageId: input.id, what: input.what, name: file?.name ?? null },
      },
    ]);
    return shown;
  });
