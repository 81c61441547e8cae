// Any time for an answer, by keyboard, in the reader's zone. Opened by the composer and by an answer that waits for its time.
import { useState } from "react";
import { Button } from "#web/kit/Button.tsx";
import { Field, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { useNow } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { fieldsOf, momentOf } from "#web/state/schedule.ts";
import { fullTime, sinceOrUntil, t } from "#web/state/words.ts";
import "#web/screens/concerns/schedule.css";

/** When an answer leaves, and whether it is held back when the customer writes before. */
export interface ChosenTime {
  readonly at: Date;
  readonly hold: boolean;
}

export const ScheduleSheet = ({
  isOpen,
  onClose,
  start,
  choose,
}: {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly start: ChosenTime;
  readonly choose: (time: ChosenTime) => void;
}) => (
  <Sheet title={t("schedule.title")} isOpen={isOpen} onClose={onClose}>
    <Form start={start} choose={choose} onClose={onClose} />
  </Sheet>
);

const Form = ({
  start,
  choose,
  onClose,
}: {
  readonly start: ChosenTime;
  readonly choose: (time: ChosenTime) => void;
  readonly onClose: () => void;
}) => {
  const [fields, setFields] = useState(() => fieldsOf(start.at));
  const [hold, setHold] = useState(start.hold);
  const now = useNow();
  const at = momentOf(fields.day, fields.time);
  const past = at !== null && at <= now;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys meant for the fields inside are caught on their way up
    <form
      className="schedule"
      onKeyDown={(press) => {
        // The composer below listens for the same keys: they are meant for this form.
        if (press.key !== "Enter" || !(press.ctrlKey || press.metaKey)) return;
        press.preventDefault();
        press.stopPropagation();
        press.currentTarget.requestSubmit();
      }}
      onSubmit={(submit) => {
        submit.preventDefault();
        if (at === null || past) return;
        onClose();
        choose({ at, hold });
      }}
    >
      <div className="schedule-fields">
        <Field
          label={t("schedule.day")}
          type="date"
          autoFocus
          value={fields.day}
          onChange={(day) => setFields({ ...fields, day })}
        />
        <Field
          label={t("schedule.time")}
          type="time"
          value={fields.time}
          onChange={(time) => setFields({ ...fields, time })}
        />
      </div>
      <output className="schedule-words" data-past={past || undefined}>
        <Icon name={past ? "warning" : "clock"} size="small" />
        {at === null
          ? t("schedule.incomplete")
          : past
            ? t("errors.timeInPast")
            : `${fullTime(at.toISOString())} (${zoneOf(at)}), ${sinceOrUntil(at.toISOString(), now)}`}
      </output>
      <Toggle label={t("schedule.hold")} hint={t("schedule.holdHint")} value={hold} onChange={setHold} />
      <div className="form-foot">
        <Button look="primary" type="submit" icon="clock" isDisabled={at === null || past}>
          {t("schedule.choose")}
        </Button>
      </div>
    </form>
  );
};

/** What this machine calls its zone then: "MEZ", "GMT+1". */
const zoneOf = (at: Date): string =>
  new Intl.DateTimeFormat(document.documentElement.lang, { timeZoneName: "short" })
    .formatToParts(at)
    .find((part) => part.type === "timeZoneName")?.value ?? "";
