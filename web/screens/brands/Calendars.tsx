// The calendars of holidays: what there is and what comes next, a new one from an address, a file or text, renaming, replacing, fetching, removal. Called by AdminBrands.tsx.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Button as AriaButton, FileTrigger } from "react-aria-components";
import { calendarLength, calendars, type CalendarAddress, type HolidayCalendar } from "#contract/calendars.ts";
import { inBoth } from "#lib/inBoth.ts";
import { Button } from "#web/kit/Button.tsx";
import { Field, LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { calendarsKey, faultWords, nextWords, useCalendars } from "#web/state/calendars.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { toast } from "#web/state/toasts.ts";
import { dayAndTime, language, plainDay, t } from "#web/state/words.ts";
import "#web/kit/hours/hours.css";

export const Calendars = () => {
  const { data } = useCalendars();
  const [editing, setEditing] = useState<HolidayCalendar | "new" | null>(null);
  const close = (): void => setEditing(null);
  if (!data) return null;
  return (
    <section className="calendars" aria-label={t("calendars.title")}>
      <h2 className="entries-title">{t("calendars.title")}</h2>
      <p className="field-hint">{t("calendars.hint")}</p>
      {data.length === 0 ? null : (
        <ul className="entries">
          {data.map((calendar) => (
            <li key={calendar.id}>
              <AriaButton className="entry" onPress={() => setEditing(calendar)}>
                <Icon name="clock" />
                <span className="entry-words">
                  <strong>{calendar.name}</strong>
                  <small>{nextWords(calendar.days)}</small>
                  {calendar.address?.fault ? (
                    <small className="field-fault">{faultWords(calendar.address)}</small>
                  ) : null}
                </span>
              </AriaButton>
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button icon="plus" onPress={() => setEditing("new")}>
          {t("calendars.add")}
        </Button>
      </div>
      <Sheet
        wide
        title={t(editing === "new" ? "calendars.add" : "calendars.change")}
        isOpen={editing !== null}
        onClose={close}
      >
        {editing === null ? null : <CalendarForm calendar={editing === "new" ? null : editing} close={close} />}
      </Sheet>
    </section>
  );
};

const CalendarForm = ({
  calendar,
  close,
}: {
  readonly calendar: HolidayCalendar | null;
  readonly close: () => void;
}) => {
  const client = useQueryClient();
  const [name, setName] = useState(calendar?.name ?? "");
  const [url, setUrl] = useState(calendar?.address?.url ?? "");
  const [address, setAddress] = useState(calendar?.address ?? null);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const done = (words: string): void => {
    void client.invalidateQueries({ queryKey: calendarsKey });
    toast(words);
    close();
  };
  const fetched = url.trim() !== "";
  /** Whoever takes the address away says what comes instead: what was fetched would stay for ever. */
  const needsText = calendar === null || calendar.address !== null;
  const fetchNow = async (id: HolidayCalendar["id"]): Promise<void> => {
    const outcome = await call(calendars.fetch, { params: { id } });
    void client.invalidateQueries({ queryKey: calendarsKey });
    if (!outcome.ok) return setProblem(outcome.problem);
    setAddress(outcome.value.address);
    if (outcome.value.address?.fault === null) toast(t("calendars.gotIt", { name: outcome.value.name }));
  };
  const keep = async (): Promise<void> => {
    const outcome =
      calendar === null
        ? await call(calendars.create, { body: fetched ? { name, url } : { name, text } })
        : await call(calendars.change, {
            params: { id: calendar.id },
            body: fetched ? { name, url } : { name, text: text === "" ? null : text },
          });
    if (!outcome.ok) return setProblem(outcome.problem);
    done(t("admin.kept", { name: outcome.value.name }));
  };
  const take = async (file: File): Promise<void> => {
    setProblem(null);
    // Whoever is told that it is too long need not send it.
    setText((await file.slice(0, 4 * calendarLength).text()).slice(0, calendarLength + 1));
    if (name.trim() === "") setName(file.name.replace(/\.[A-Za-z]{1,5}$/, "").slice(0, 100));
  };
  const remove = async (id: HolidayCalendar["id"]): Promise<void> => {
    const outcome = await call(calendars.remove, { params: { id } });
    if (!outcome.ok) return setProblem(outcome.problem);
    done(t("calendars.removed", { name }));
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void keep()}
      isDisabled={name.trim() === "" || (!fetched && needsText && text.trim() === "")}
      aside={
        calendar === null ? null : (
          <Button look="danger" icon="trash" onPress={() => void remove(calendar.id)}>
            {t("calendars.remove")}
          </Button>
        )
      }
    >
      <Field label={t("admin.name")} value={name} onChange={setName} isRequired autoFocus maxLength={100} />
      <Field
        label={t("calendars.address")}
        hint={t("calendars.addressHint")}
        value={url}
        onChange={(next) => {
          setUrl(next);
          setProblem(null);
        }}
        maxLength={2_000}
      />
      {calendar === null || address === null || url !== address.url ? null : (
        <Fetched address={address} fetchNow={() => fetchNow(calendar.id)} />
      )}
      {fetched ? null : (
        <>
          <div>
            <FileTrigger
              acceptedFileTypes={[".ics", ".ical", "text/calendar"]}
              onSelect={(files) => {
                const [file] = files ?? [];
                if (file) void take(file);
              }}
            >
              <Button icon="clip">{t("calendars.file")}</Button>
            </FileTrigger>
          </div>
          <LongField
            label={t(calendar === null ? "calendars.text" : "calendars.newText")}
            hint={t("calendars.textHint")}
            value={text}
            onChange={(next) => {
              setText(next);
              setProblem(null);
            }}
            rows={6}
            mono
          />
        </>
      )}
      {calendar === null ? null : <Days days={calendar.days} />}
    </SheetForm>
  );
};

/** When it was fetched, what is wrong, and the button that fetches it now. */
const Fetched = ({
  address,
  fetchNow,
}: {
  readonly address: CalendarAddress;
  readonly fetchNow: () => Promise<void>;
}) => {
  const [isBusy, setBusy] = useState(false);
  const fault = faultWords(address);
  return (
    <div className="calendar-fetched">
      <Button
        icon="retry"
        // Not disabled: the caret would be lost.
        onPress={() => {
          if (isBusy) return;
          setBusy(true);
          void fetchNow().finally(() => setBusy(false));
        }}
      >
        {t("calendars.fetchNow")}
      </Button>
      <output>
        {t("calendars.fetched", { at: dayAndTime(address.fetchedAt) })}
        {fault === null ? null : <span className="field-fault">{fault}</span>}
      </output>
    </div>
  );
};

/** Most days that are listed. */
const mostListed = 40;

const Days = ({ days }: { readonly days: HolidayCalendar["days"] }) => (
  <>
    <h3 className="entries-title">{t("calendars.next")}</h3>
    {days.length === 0 ? <p className="field-hint">{t("calendars.nothing")}</p> : null}
    <ul className="holidays">
      {days.slice(0, mostListed).map(({ from, to, name }) => (
        <li key={`${from} ${to} ${name}`} className="holiday" data-plain>
          <time dateTime={from}>{from === to ? plainDay(from) : `${plainDay(from)} – ${plainDay(to)}`}</time>
          <span>{inBoth(name)[language()] || t("hours.unnamed")}</span>
        </li>
      ))}
    </ul>
  </>
);
