// When a brand or a channel is open: the week, the days that are otherwise, the time zone. Called by AdminBrands.tsx and ChannelForm.tsx, which keep it.
import { useEffect, useState } from "react";
import { openingHours } from "#contract/hours.ts";
import type { Hours, HoursOwner } from "#contract/hours.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Toggle } from "#web/kit/Field.tsx";
import { Holidays } from "#web/screens/brands/Holidays.tsx";
import { HoursDay, Wrong } from "#web/screens/brands/HoursDay.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { missingIn, startHours, withOne } from "#web/state/openingHours.ts";
import { problemWords } from "#web/state/problems.ts";
import { dayNames, t } from "#web/state/words.ts";
import "#web/screens/brands/hours.css";

export interface OwnHours {
  /** Undefined: not fetched yet; null: none. */
  readonly hours: Hours | null | undefined;
  readonly set: (hours: Hours | null) => void;
  readonly fault: Fault | null;
  /** Keeps what was changed; false: it cannot be, and the form says why. */
  readonly keep: () => Promise<boolean>;
}

/** Where something is wrong (empty: nowhere in particular), and what. */
interface Fault {
  readonly place: string;
  readonly words: string;
}

const faultOf = (problem: Problem): Fault => ({
  place: (problem.field ?? "").replace(/^hours\./, ""),
  words: problemWords(problem),
});

/** The hours of whom a form is about (null: of nobody yet), as they are being changed. */
export const useOwnHours = (owner: HoursOwner | null): OwnHours => {
  const [hours, setHours] = useState<Hours | null | undefined>(undefined);
  const [isChanged, setChanged] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const id = owner?.id;
  useEffect(() => {
    if (id === undefined) return;
    void call(openingHours.list, {}).then((outcome) => {
      if (outcome.ok) setHours(outcome.value.find((one) => one.owner.id === id)?.hours ?? null);
      else setFault(faultOf(outcome.problem));
      return undefined;
    });
  }, [id]);
  return {
    hours,
    set: (next) => {
      setHours(next);
      setChanged(true);
      setFault(null);
    },
    fault,
    keep: async () => {
      if (!isChanged || owner === null || hours === undefined) return true;
      const missing = hours === null ? null : missingIn(hours);
      if (missing !== null) {
        setFault({ place: missing, words: t("hours.missing") });
        return false;
      }
      const outcome = await call(openingHours.set, { body: { owner, hours } });
      setFault(outcome.ok ? null : faultOf(outcome.problem));
      if (outcome.ok) setChanged(false);
      return outcome.ok;
    },
  };
};

const here = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const OpeningHours = ({ own, of }: { readonly own: OwnHours; readonly of: HoursOwner["kind"] }) => {
  const { hours, set, fault } = own;
  if (hours === undefined)
    return fault ? (
      <p className="field-fault" role="alert">
        {fault.words}
      </p>
    ) : null;
  const at = (place: string): string | null => (fault !== null && fault.place.startsWith(place) ? fault.words : null);
  const isPlaced = fault !== null && /^(?:weekly|exceptions|holidays|timeZone)/.test(fault.place);
  return (
    <fieldset className="fieldset hours">
      <legend>{t("hours.title")}</legend>
      <Toggle
        label={t(of === "brand" ? "hours.on" : "hours.onChannel")}
        hint={t(of === "brand" ? "hours.onHint" : "hours.onChannelHint")}
        value={hours !== null}
        onChange={(on) => set(on ? startHours(here()) : null)}
      />
      {hours === null ? null : (
        <>
          <Choose
            label={t("hours.zone")}
            value={hours.timeZone}
            choices={[...new Set([hours.timeZone, "UTC", ...Intl.supportedValuesOf("timeZone")])]
              .toSorted()
              .map((id) => ({ id, label: id.replaceAll("_", " ") }))}
            onChange={(timeZone) => set({ ...hours, timeZone })}
          />
          <Wrong words={at("timeZone")} />
          <p className="field-hint">{t("hours.hint")}</p>
          <div className="hours-days">
            {dayNames().map((name, day) => (
              <HoursDay
                key={name}
                name={name}
                head={<span className="hours-name">{name}</span>}
                spans={hours.weekly[day] ?? []}
                wrong={at(`weekly.${day}`)}
                set={(spans) => set({ ...hours, weekly: withOne(hours.weekly, day, spans) })}
              />
            ))}
          </div>
          <Holidays hours={hours} set={set} wrongAt={at} />
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
                  wrong={at(`exceptions.${index}`)}
                  set={(spans) => change({ spans })}
                />
              </div>
            );
          })}
          <div>
            <Button
              icon="plus"
              onPress={() =>
                set({ ...hours, exceptions: [...hours.exceptions, { from: "", to: "", name: "", spans: [] }] })
              }
            >
              {t("hours.addDay")}
            </Button>
          </div>
        </>
      )}
      <Wrong words={isPlaced ? null : (fault?.words ?? null)} />
    </fieldset>
  );
};
