// Whether a brand or a channel has opening hours, and which (web/kit/hours). Called by AdminBrands.tsx and ChannelForm.tsx, which keep it.
import { useEffect, useState } from "react";
import { openingHours } from "#contract/hours.ts";
import type { Hours, HoursOwner } from "#contract/hours.ts";
import { Toggle } from "#web/kit/Field.tsx";
import { Wrong } from "#web/kit/hours/HoursDay.tsx";
import { HoursFields } from "#web/kit/hours/HoursFields.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { isAtPlace, missingIn, startHours } from "#web/state/openingHours.ts";
import { problemWords } from "#web/state/problems.ts";
import { t } from "#web/state/words.ts";

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

export const OpeningHours = ({ own, of }: { readonly own: OwnHours; readonly of: HoursOwner["kind"] }) => {
  const { hours, set, fault } = own;
  if (hours === undefined)
    return fault ? (
      <p className="field-fault" role="alert">
        {fault.words}
      </p>
    ) : null;
  const at = (place: string): string | null => (fault !== null && isAtPlace(fault.place, place) ? fault.words : null);
  const isPlaced = fault !== null && /^(?:weekly|exceptions|holidays|timeZone)/.test(fault.place);
  return (
    <fieldset className="fieldset hours">
      <legend>{t("hours.title")}</legend>
      <Toggle
        label={t(of === "brand" ? "hours.on" : "hours.onChannel")}
        hint={t(of === "brand" ? "hours.onHint" : "hours.onChannelHint")}
        value={hours !== null}
        onChange={(on) => set(on ? startHours() : null)}
      />
      {hours === null ? null : <HoursFields hours={hours} set={set} wrongAt={at} />}
      <Wrong words={isPlaced ? null : (fault?.words ?? null)} />
    </fieldset>
  );
};
