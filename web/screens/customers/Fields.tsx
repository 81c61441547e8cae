// A customer's own fields (contract number, tariff …): each editable, new ones added as "name: value".
import type { Customer } from "#contract/customers.ts";
import { EditableText } from "#web/screens/customers/EditableText.tsx";
import { t } from "#web/state/words.ts";

type FieldValues = Customer["fields"];

export const Fields = ({
  fields,
  keep,
}: {
  readonly fields: FieldValues;
  readonly keep: (fields: FieldValues) => void;
}) => {
  const withField = (name: string, value: string): FieldValues => {
    const { [name]: old, ...rest } = fields;
    if (value === "") return rest;
    return {
      ...fields,
      [name]: typeof old === "number" && /^-?\d+([.,]\d+)?$/.test(value) ? Number(value.replace(",", ".")) : value,
    };
  };
  return (
    <>
      {Object.entries(fields).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <EditableText label={name} value={String(value)} keep={(next) => keep(withField(name, next))} />
          </dd>
        </div>
      ))}
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
              if (name.trim() !== "" && value !== "") keep(withField(name.trim(), value));
            }}
          />
        </dd>
      </div>
    </>
  );
};
