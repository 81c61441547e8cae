// Opening hours as a form changes them: the time zone, the week, holidays, the days that are otherwise. Called by the forms of brands, channels and queues.
import type { Hours } from "#contract/hours.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose } from "#web/kit/Field.tsx";
import { Holidays } from "#web/kit/hours/Holidays.tsx";
import { HoursDay, Wrong } from "#web/kit/hours/HoursDay.tsx";
import { withOne } from "#web/state/openingHours.ts";
import { dayNames, t } from "#web/state/words.ts";
import "#web/kit/hours/hours.css";

/** `wrongAt` says what is wrong at a place of the hours ("weekly.0", "holidays.own.2"). To be put into an element of class "hours". */
export const HoursFields = ({
  hours,
  set,
  wrongAt,
}: {
  readonly hours: Hours;
  readonly set: (hours: Hours) => void;
  readonly wrongAt: (place: string) => string | null;
}) => (
  <>
    <Choose
      label={t("hours.zone")}
      value={hours.timeZone}
      choices={[...new Set([hours.timeZone, "UTC", ...Intl.supportedValuesOf("timeZone")])]
        .toSorted()
        .map((id) => ({ id, label: id.replaceAll("_", " ") }))}
      onChange={(timeZone) => set({ ...hours, timeZone })}
    />
    <Wrong words={wrongAt("timeZone")} />
    <p className="field-hint">{t("hours.hint")}</p>
    <div className="hours-days">
      {dayNames().map((name, day) => (
        <HoursDay
          key={name}
          name={name}
          head={<span className="hours-name">{name}</span>}
          spans={hours.weekly[day] ?? []}
          wrong={wrongAt(`weekly.${day}`)}
          set={(spans) => set({ ...hours, weekly: withOne(hours.weekly, day, spans) })}
        />
      ))}
    </div>
    <Holidays hours={hours} set={set} wrongAt={wrongAt} />
    <h3 className="entries-title">{t("hours.special")}</h3>
    {hours.exceptions.map((one, index) => {
      const change = (more: Partial<typeof one>): void =>
        set({ ...hours, exceptions: withOne(hours.exceptions, index, { ...one, ...more }) });
      const name = one.name || t("hours.specialDay", { number: index + 1 });
      return (
        <div className="hours-special" key={index}>
          <div className="hours-special-days">
            <input
              className="field-input"
              value={one.name}
              maxLength={100}
              placeholder={t("hours.specialName")}
              aria-label={t("hours.specialName")}
              onChange={({ target }) => change({ name: target.value })}
            />
            <input
              className="field-input"
              type="date"
              value={one.from}
              aria-label={t("hours.firstDay", { name })}
              onChange={({ target }) =>
                change({
                  from: target.value,
                  ...(one.to === "" || one.to === one.from ? { to: target.value } : {}),
                })
              }
            />
            <input
              className="field-input"
              type="date"
              value={one.to}
              min={one.from}
              aria-label={t("hours.lastDay", { name })}
              onChange={({ target }) => change({ to: target.value })}
            />
            <IconButton
              size="small"
              icon="trash"
              label={t("hours.removeDay", { name })}
              onPress={() => set({ ...hours, exceptions: withOne(hours.exceptions, index, null) })}
            />
          </div>
          <HoursDay
            name={name}
            head={null}
            spans={one.spans}
            wrong={wrongAt(`exceptions.${index}`)}
            set={(spans) => change({ spans })}
          />
        </div>
      );
    })}
    <div>
      <Button
        icon="plus"
        onPress={() => set({ ...hours, exceptions: [...hours.exceptions, { from: "", to: "", name: "", spans: [] }] })}
      >
        {t("hours.addDay")}
      </Button>
    </div>
  </>
);
