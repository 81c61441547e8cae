// When a brand or a channel is open: the week, the days that are otherwise, the time zone. Called by AdminBrands.tsx and ChannelForm.tsx, which keep it.
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { openingHours } from "#contract/hours.ts";
import type { Hours, HoursOwner, Span } from "#contract/hours.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Toggle } from "#web/kit/Field.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { missingIn, mostSpans, startHours, withAnother, withOne } from "#web/state/openingHours.ts";
import { problemWords } from "#web/state/problems.ts";
import { language, t } from "#web/state/words.ts";
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

/** Monday to Sunday in the language that is spoken; 5 January 1970 was a Monday. */
const dayNames = (): readonly string[] => {
  const format = new Intl.DateTimeFormat(language(), { weekday: "long", timeZone: "UTC" });
  return [0, 1, 2, 3, 4, 5, 6].map((day) => format.format(new Date(Date.UTC(1970, 0, 5 + day))));
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
  const isPlaced = fault !== null && /^(?:weekly|exceptions|timeZone)/.test(fault.place);
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
              <Day
                key={name}
                name={name}
                head={<span className="hours-name">{name}</span>}
                spans={hours.weekly[day] ?? []}
                wrong={at(`weekly.${day}`)}
                set={(spans) => set({ ...hours, weekly: withOne(hours.weekly, day, spans) })}
              />
            ))}
          </div>
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
                <Day
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

/** What is wrong, brought into sight: the button that found it may stand far below. */
const Wrong = ({ words }: { readonly words: string | null }) => {
  const ref = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    ref.current?.scrollIntoView({ block: "center" });
  }, [words]);
  return words === null ? null : (
    <p ref={ref} className="field-fault" role="alert">
      {words}
    </p>
  );
};

/** The spans of one day. */
const Day = ({
  name,
  head,
  spans,
  wrong,
  set,
}: {
  readonly name: string;
  readonly head: ReactNode;
  readonly spans: readonly Span[];
  readonly wrong: string | null;
  readonly set: (spans: Span[]) => void;
}) => (
  <fieldset className="hours-day" aria-label={name} data-wrong={wrong !== null || undefined}>
    {head}
    <div className="hours-spans">
      {spans.length === 0 ? <span className="hours-closed">{t("hours.closed")}</span> : null}
      {spans.map((span, index) => (
        <span className="hours-span" key={index}>
          {(["from", "to"] as const).map((side) => (
            <input
              key={side}
              className="field-input"
              type="time"
              value={span[side]}
              aria-label={t(`hours.${side}`, { day: name, number: index + 1 })}
              aria-invalid={wrong !== null || undefined}
              onChange={({ target }) => set(withOne(spans, index, { ...span, [side]: target.value }))}
            />
          ))}
          <IconButton
            size="small"
            icon="close"
            label={t("hours.removeSpan", { day: name, from: span.from, to: span.to })}
            onPress={() => set(withOne(spans, index, null))}
          />
        </span>
      ))}
      {spans.length < mostSpans ? (
        <IconButton
          size="small"
          icon="plus"
          label={t("hours.addSpan", { day: name })}
          onPress={() => set(withAnother(spans))}
        />
      ) : null}
    </div>
    <Wrong words={wrong} />
  </fieldset>
);
