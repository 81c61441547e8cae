// Under which names we serve: each with its signature and language.
import { useState } from "react";
import { brands as brandEndpoints } from "#contract/brands.ts";
import type { Brand } from "#contract/brands.ts";
import { AdminEntries } from "#web/kit/AdminEntries.tsx";
import { Choose, Field, LongField } from "#web/kit/Field.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Calendars } from "#web/screens/brands/Calendars.tsx";
import { RatingRuleFields, useRatingRule } from "#web/screens/brands/RatingRule.tsx";
import { OpeningHours, useOwnHours } from "#web/screens/brands/OpeningHours.tsx";
import { mergeOne } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

export const AdminBrands = () => {
  const all = useStore(deskState, (state) => state.brands);
  return (
    <AdminEntries
      wide
      title={t("admin.brands")}
      add={t("admin.addBrand")}
      change={t("admin.changeBrand")}
      entries={all}
      line={(brand) => ({
        content: (
          <>
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
          </>
        ),
      })}
      form={(brand, close) => <BrandForm brand={brand} close={close} />}
    >
      <Calendars />
    </AdminEntries>
  );
};

const BrandForm = ({ brand, close }: { readonly brand: Brand | null; readonly close: () => void }) => {
  const [input, setInput] = useState<Omit<Brand, "id">>(
    brand
      ? { name: brand.name, signature: brand.signature, language: brand.language }
      : { name: "", signature: "{agent}\n{brand}", language: "de" },
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const rule = useRatingRule(brand?.id ?? null);
  const own = useOwnHours(brand && { kind: "brand", id: brand.id });
  const keep = async (): Promise<void> => {
    if (!(await own.keep())) return;
    const outcome =
      brand === null
        ? await call(brandEndpoints.create, { body: input })
        : await call(brandEndpoints.change, { params: { id: brand.id }, body: input });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) => mergeOne(state, "brands", outcome.value));
    const wrong = await rule.keep();
    if (wrong !== null) return setProblem(wrong);
    toast(t("admin.kept", { name: outcome.value.name }));
    close();
  };
  return (
    <SheetForm problem={problem} close={close} keep={() => void keep()} isDisabled={input.name.trim() === ""}>
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
      <RatingRuleFields rule={rule} />
      {brand ? <OpeningHours own={own} of="brand" /> : <p className="field-hint">{t("hours.afterwards")}</p>}
    </SheetForm>
  );
};
