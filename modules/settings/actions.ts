// The only writers of the centre's own facts, and the first-run set-up. Called by settings/routes.ts and the demo world.
import { system } from "#contract/actor.ts";
import { isRefusal, refuse, type Refusal } from "#contract/errors.ts";
import { addAgent } from "#modules/agents/actions.ts";
import { anyAgent } from "#modules/agents/reads.ts";
import { addBrand } from "#modules/brands/actions.ts";
import { lockSetUp, upsertSetting } from "#modules/settings/store.ts";
import { hashPassword, judgePassword } from "#platform/auth/password.ts";
import type { Tx } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";

type Acting = Pick<World, "db" | "now" | "newId" | "wake">;

/** Sets a fact of the whole centre, in the transaction at hand. */
export const settingSet = (tx: Tx, name: string, value: unknown): Promise<void> => upsertSetting(tx, name, value);

/** The first admin and the first brand, in one transaction; refused ever after (alreadySetUp), also to the slower of two at once. */
export const setUp = async (
  world: Acting,
  input: {
    readonly name: string;
    readonly email: string;
    readonly password: string;
    readonly brandName: string;
    readonly language: "de" | "en";
  },
): Promise<{ done: true } | Refusal> => {
  // Asked before the costly hash as well: after the set-up nobody can keep the processor busy here.
  if (await anyAgent(world.db)) return refuse("alreadySetUp");
  const fault = judgePassword(input.password, [input.name, input.email]);
  if (fault !== null) return refuse("passwordTooWeak", { reason: fault }, "password");
  const password = await hashPassword(input.password);
  return world.db.transaction(async (tx) => {
    await lockSetUp(tx);
    if (await anyAgent(tx)) return refuse("alreadySetUp");
    await addBrand(world, tx, system, {
      name: input.brandName,
      signature: "{agent}\n{brand}",
      language: input.language,
    });
    const admin = await addAgent(world, tx, system, {
      name: input.name,
      handle: handleFrom(input.email),
      email: input.email,
      role: "admin",
      active: true,
      teamIds: [],
      brandIds: [],
      password,
      language: input.language,
    });
    return isRefusal(admin) ? admin : { done: true };
  });
};

/** A handle for mentions from the first part of a mail address. */
const handleFrom = (email: string): string => {
  const bare =
    email
      .toLowerCase()
      .split("@")[0]
      ?.replace(/[^a-z0-9._-]/g, "")
      .replace(/^[^a-z0-9]+/, "")
      .slice(0, 30) ?? "";
  return bare.length >= 2 ? bare : "admin";
};
