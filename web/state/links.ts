// Links between concerns, each with a way back. Called by the links' commands, sheet and section.
import { concerns } from "#contract/concern-endpoints.ts";
import type { ConcernRow, Link, LinkKind } from "#contract/concerns.ts";
import { call } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem, tellRefusal } from "#web/state/problems.ts";
import { offerBack } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/** The links of an open concern, as far as this desk knows. */
export const linksOf = (concernId: string): readonly Link[] => deskState.get().opened[concernId]?.concern.links ?? [];

/** What people link by may go; how a message came in and where messages went stays. */
export const isRemovable = (link: Pick<Link, "kind">): boolean => isChosen(link.kind);

const isChosen = (kind: Link["kind"]): kind is LinkKind => kind === "related" || kind === "duplicate";

/** Links a concern to the one with this number, or changes what kind of link it is. False when it was refused. */
export const link = async (id: string, other: Pick<ConcernRow, "id" | "number">, kind: LinkKind): Promise<boolean> => {
  const before = linksOf(id).find((one) => one.concernId === other.id)?.kind;
  const outcome = await offerBack(
    t(`done.linked.${kind}`, { number: String(other.number) }),
    put(id, other.number, kind),
    () => tellRefusal(before === undefined || !isChosen(before) ? take(id, other.id) : put(id, other.number, before)),
  );
  if (!outcome.ok) tellProblem(outcome.problem);
  return outcome.ok;
};

/** Removes a link. */
export const unlink = (id: string, gone: Link): void => {
  const { kind } = gone;
  if (!isChosen(kind)) return;
  const said = t("done.unlinked", { number: String(gone.number) });
  tellRefusal(offerBack(said, take(id, gone.concernId), () => tellRefusal(put(id, gone.number, kind))));
};

// The event brings the link to both concerns, on this desk as on every other.
const put = (id: string, number: number, kind: LinkKind) =>
  call(concerns.link, { params: { id }, body: { number, kind } });
const take = (id: string, other: string) => call(concerns.unlink, { params: { id, other } });
