// Under which names we serve: each with its signature and language.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { brands as brandEndpoints } from "#contract/brands.ts";
import type { Brand } from "#contract/brands.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field, LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { mergeReference } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { problemWords } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

export const AdminBrands = () => {
  const all = useStore(deskState, (state) => state.brands);
  const [editing, setEditing] = useState<Brand | "new" | null>(null);
  return (
    <AdminPage
      title={t("admin.brands")}
      action={
        <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
          {t("admin.addBrand")}
        </Button>
      }
    >
      <ul className="entries">
        {all.map((brand) => (
          <li key={brand.id}>
            <AriaButton className="entry" onPress={() => setEditing(brand)}>
              <Face name={brand.name} />
              <span className="entry-words">
                <strong>{brand.name}</strong>
                <small>
                  {brand.signature
                    .split("\n")
                    .filter((line) => line.trim() !== "")
                    .join(" · ")}
                </small>
              </span>
              <span className="entry-side">{t(`languages.${brand.language}`)}</span>
            </AriaButton>
          </li>
        ))}
      </ul>
      <Sheet
        title={editing === "new" ? t("admin.addBrand") : t("admin.changeBrand")}
        isOpen={editing !== null}
        onClose={() => setEditing(null)}
      >
        {editing === null ? null : (
          <BrandForm brand={editing === "new" ? null : editing} close={() => setEditing(null)} />
        )}
      </Sheet>
    </AdminPage>
  );
};

const BrandForm = ({ brand, close }: { readonly brand: Brand | null; readonly close: () => void }) => {
  const [input, setInput] = useState<Omit<Brand, "id">>(
    brand
      ? { name: brand.name, signature: brand.signature, language: brand.language }
      : { name: "", signature: "{agent}\n{brand}", language: "de" },
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const keep = async (): Promise<void> => {
    const outcome =
      brand === null
        ? await call(brandEndpoints.create, { body: input })
        : await call(brandEndpoints.change, { params: { id: brand.id }, body: input });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) =>
      mergeReference(state, { brands: [...state.brands.filter((one) => one.id !== outcome.value.id), outcome.value] }),
    );
    toast(t("admin.kept", { name: outcome.value.name }));
    close();
  };
  return (
    <form
      className="form"
      data-padded
      onSubmit={(submit) => {
        submit.preventDefault();
        void keep();
      }}
    >
      <Field
        label={t("admin.name")}
        value={input.name}
        onChange={(name) => setInput({ ...input, name })}
        isRequired
        autoFocus
        maxLength={100}
      />
      <LongField
        label={t("admin.signature")}
        hint={t("admin.signatureHint", { agent: "{agent}", brand: "{brand}" })}
        value={input.signature}
        onChange={(signature) => setInput({ ...input, signature })}
        maxLength={2000}
        rows={5}
      />
      <Choose
        label={t("setUp.language")}
        value={input.language}
        choices={[
          { id: "de", label: t("languages.de") },
          { id: "en", label: t("languages.en") },
        ]}
        onChange={(language) => setInput({ ...input, language })}
      />
      <div className="form-foot">
        {problem ? (
          <p className="form-problem" role="alert">
            <Icon name="warning" /> {problemWords(problem)}
          </p>
        ) : null}
        <Button look="quiet" onPress={close}>
          {t("kit.cancel")}
        </Button>
        <Button look="primary" type="submit" isDisabled={input.name.trim() === ""}>
          {t("kit.keep")}
        </Button>
      </div>
    </form>
  );
};
