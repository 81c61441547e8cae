// A customer's own fields: those every customer is asked for, and what somebody wrote down besides, as "name: value".
import type { FieldChanges, FieldValues } from "#contract/fields.ts";
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
  readonly keep: (changes: FieldChanges) => Promise<Problem | null>;
}) => {
  const defined = useStore(deskState, (state) => state.fields);
  return (
    <>
      <FieldRows lines={fieldLines(defined, "customer", fields)} keep={(line, value) => keep({ [line.key]: value })} />
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
              void keep({ [name.trim()]: value }).then((problem) => problem && tellProblem(problem));
            }}
          />
        </dd>
      </div>
    </>
  );
};
