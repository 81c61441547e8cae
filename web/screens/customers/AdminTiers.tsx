// The tiers of customers in their order, the lowest first: added, named, moved and removed here.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { Tier } from "#contract/tiers.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Empty } from "#web/kit/States.tsx";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { moved } from "#web/state/promiseRules.ts";
import { useStore } from "#web/state/store.ts";
import { keepTiers } from "#web/state/tiers.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

export const AdminTiers = () => {
  const tiers = useStore(deskState, (state) => state.tiers);
  const [editing, setEditing] = useState<Tier | "new" | null>(null);
  const close = (): void => setEditing(null);
  const keep = async (next: readonly Tier[], said: string): Promise<Problem | null> => {
    const problem = await keepTiers(next);
    if (problem !== null) return problem;
    toast(said);
    close();
    return null;
  };
  const move = async (index: number, by: -1 | 1): Promise<void> => {
    const problem = await keep(moved(tiers, index, by), t("tiers.moved"));
    if (problem !== null) tellProblem(problem);
  };
  return (
    <AdminPage
      title={t("admin.tiers")}
      action={
        <Button look="primary" icon="plus" isDisabled={tiers.length >= 20} onPress={() => setEditing("new")}>
          {t("tiers.add")}
        </Button>
      }
    >
      {tiers.length === 0 ? (
        <Empty icon="star" title={t("tiers.none")}>
          {t("tiers.noneHint")}
        </Empty>
      ) : (
        <>
          <p className="card-words">{t("tiers.order")}</p>
          <ol className="entries">
            {tiers.map((tier, index) => (
              <li key={tier.id} className="moving-entry">
                <AriaButton className="entry" onPress={() => setEditing(tier)}>
                  <Icon name="star" size="small" />
                  <span className="entry-words">
                    <strong>{tier.name}</strong>
                  </span>
                </AriaButton>
                <IconButton
                  size="small"
                  icon="up"
                  label={t("admin.rowUp", { name: tier.name })}
                  isDisabled={index === 0}
                  onPress={() => void move(index, -1)}
                />
                <IconButton
                  size="small"
                  icon="down"
                  label={t("admin.rowDown", { name: tier.name })}
                  isDisabled={index === tiers.length - 1}
                  onPress={() => void move(index, 1)}
                />
              </li>
            ))}
          </ol>
        </>
      )}
      <Sheet title={t(editing === "new" ? "tiers.add" : "tiers.change")} isOpen={editing !== null} onClose={close}>
        {editing === null ? null : (
          <TierForm
            tier={editing === "new" ? null : editing}
            close={close}
            keep={(name) =>
              keep(
                editing === "new"
                  ? [...tiers, { id: crypto.randomUUID() as Tier["id"], name }]
                  : tiers.map((one) => (one.id === editing.id ? { ...one, name } : one)),
                t("admin.kept", { name }),
              )
            }
            remove={(tier) =>
              keep(
                tiers.filter(({ id }) => id !== tier.id),
                t("admin.removed", { name: tier.name }),
              )
            }
          />
        )}
      </Sheet>
    </AdminPage>
  );
};

const TierForm = ({
  tier,
  close,
  keep,
  remove,
}: {
  readonly tier: Tier | null;
  readonly close: () => void;
  readonly keep: (name: string) => Promise<Problem | null>;
  readonly remove: (tier: Tier) => Promise<Problem | null>;
}) => {
  const [name, setName] = useState(tier?.name ?? "");
  const [problem, setProblem] = useState<Problem | null>(null);
  const finish = async (work: Promise<Problem | null>): Promise<void> => setProblem(await work);
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void finish(keep(name.trim()))}
      isDisabled={name.trim() === ""}
      aside={
        tier === null ? null : (
          <Button look="danger" icon="trash" onPress={() => void finish(remove(tier))}>
            {t("admin.remove")}
          </Button>
        )
      }
    >
      <Field
        label={t("admin.name")}
        hint={t("tiers.nameHint")}
        value={name}
        onChange={setName}
        isRequired
        autoFocus
        maxLength={60}
      />
    </SheetForm>
  );
};
