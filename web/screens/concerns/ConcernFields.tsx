// A concern's own fields: filled in ones stand in the header, all of them open by a press or a key. Called by the header.
import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import type { ConcernDetail } from "#contract/concerns.ts";
import { FieldRows } from "#web/kit/FieldRows.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { usePicker } from "#web/screens/concerns/Pickers.tsx";
import { changeField } from "#web/state/actions.ts";
import { deskState } from "#web/state/desk.ts";
import { fieldLines, fieldWords } from "#web/state/fieldValues.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const ConcernFields = ({
  concernId,
  values,
  topicId,
}: {
  readonly concernId: string;
  readonly values: ConcernDetail["fields"];
  /** As it is painted: a topic just chosen asks its fields at once. */
  readonly topicId: string | null;
}) => {
  const { fields, topics } = useStore(
    deskState,
    (state) => ({ fields: state.fields, topics: state.topics }),
    (a, b) => a.fields === b.fields && a.topics === b.topics,
  );
  const picker = usePicker("concern.fields");
  const lines = fieldLines(fields, "concern", values, topics, topicId);
  const filled = lines.flatMap(({ name, kind, value }) =>
    value === null ? [] : [`${name}: ${fieldWords(value, kind)}`],
  );
  if (lines.length === 0 && !picker.isOpen) return null;
  const said = filled.length === 0 ? t("fields.title") : filled.join(" · ");
  return (
    <DialogTrigger {...picker}>
      <Button className="chip concern-fields" aria-label={filled.length === 0 ? said : `${t("fields.title")}: ${said}`}>
        <Icon name="field" size="small" />
        <span>{said}</span>
      </Button>
      <Popover className="popover" placement="bottom start" offset={6}>
        <Dialog className="fields-dialog" aria-label={t("fields.title")}>
          {lines.length === 0 ? (
            <p className="picker-empty">{t("fields.noneAsked")}</p>
          ) : (
            <dl>
              <FieldRows focusFirst lines={lines} keep={(line, value) => changeField(concernId, line, value)} />
            </dl>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
};
