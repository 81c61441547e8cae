// A customer's own fields: those every customer is asked for, and what somebody wrote down besides, as "name: value".
import type { FieldValue, FieldValues } from "#contract/fields.ts";
import { FieldRows } from "#web/kit/FieldRows.tsx";
import { EditableText } from "#web/screens/customers/EditableText.tsx";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { fieldLines } from "#web/state/fieldValues.ts";
import { tellProblem } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const Fields = ({
  fields,
  keep,
}: {
  readonly fields: FieldValues;
  readonly keep: (
    field: { readonly key: string; readonly name: string },
    value: FieldValue | null,
  ) => Promise<Problem | null>;
}) => {
  const defined = useStore(deskState, (state) => state.fields);
  return (
    <>
      <FieldRows lines={fieldLines(defined, "customer", fields)} keep={keep} />
      <div className="customer-addfield">
        <dt className="quietly">{t("customers.addField")}</dt>
        <dd>
          <EditableText
            label={t("customers.addField")}
            hint={t("customers.addFieldHint")}
            value=""
            placeholder={t("customers.addField")}
            icon="plus"
            keep={(typed) => {
              const [name = "", ...rest] = typed.split(":");
              const value = rest.join(":").trim();
              if (name.trim() === "" || value === "") return;
              const key = name.trim();
              void keep({ key, name: key }, value).then((problem) => problem && tellProblem(problem));
            }}
          />
        </dd>
      </div>
    </>
  );
};
