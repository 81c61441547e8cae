// Fills the demo world at the first start, by the domain's own actions. Called by server/demo/demo.ts.
import { system } from "#contract/actor.ts";
import { isRefusal, type Refusal } from "#contract/errors.ts";
import type { BrandId, TeamId } from "#contract/ids.ts";
import { addAgent, createTeam } from "#modules/agents/actions.ts";
import { hashPassword } from "#platform/auth/password.ts";
import { addBrand, addChannel } from "#modules/brands/actions.ts";
import { sql } from "#platform/db/db.ts";
import type { World } from "#platform/world.ts";
import { channelKinds } from "#server/connected.ts";

/** Who may sign in to the demo world, with which password. */
export const demoLogins = [
  { name: "Lena Hartwig", role: "agent", email: "lena@elbkabel.example", password: "draht-demo" },
  { name: "Omar Celik", role: "supervisor", email: "omar@elbkabel.example", password: "draht-demo" },
  { name: "Ada Brandt", role: "admin", email: "ada@elbkabel.example", password: "draht-demo" },
] as const;

/** Customers one may write as on the post box page. */
export const demoPeople = [{ name: "Jürgen Größmann", address: "juergen.groessmann@post.example" }] as const;

/** Addresses of the demo's brands. */
export const demoDoors = ["service@elbkabel.example"] as const;

const sure = <T>(value: T | Refusal): T => {
  if (isRefusal(value)) throw new Error(`the demo world was refused: ${JSON.stringify(value)}`);
  return value as T;
};

/** Makes the demo world when it is not there; otherwise does nothing. */
export const seedDemo = async (world: World, options: { readonly now: Date; readonly progress: (line: string) => void; readonly smtp: { readonly host: string; readonly port: number } }): Promise<void> => {
  if (await world.db.maybe(sql`SELECT 1 FROM setting WHERE name = 'demo'`)) return;
  options.progress("making the demo world");
  const team = sure(await createTeam(world, system, "Service"));
  const password = await hashPassword(demoLogins[0].password);
  const brand = await world.db.transaction(async (tx) => {
    for (const login of demoLogins) {
      sure(await addAgent(world, tx, system, { name: login.name, handle: login.email.split("@")[0] ?? "", email: login.email, role: login.role, active: true, teamIds: [team.id as TeamId], brandIds: [], password, language: "de" }));
    }
    return addBrand(world, tx, system, { name: "Elbkabel", signature: "{agent}\n{brand}", language: "de" });
  });
  sure(
    await addChannel({ ...world, channelKinds: channelKinds() }, system, {
      brandId: brand.id as BrandId,
      kind: "email",
      name: "Service",
      enabled: true,
      settings: { address: demoDoors[0], aliases: [], displayName: "Elbkabel Service", imap: null, smtp: { ...options.smtp, security: "none", user: null, password: null, maxConnections: 4 }, dkim: null, door: true, plusAddressing: true, trustedAuthservIds: [], trustedRelays: [] },
    }),
  );
  await world.db.run(sql`INSERT INTO setting (name, value) VALUES ('demo', 'true')`);
};
