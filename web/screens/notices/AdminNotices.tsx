// What a brand says to everybody who opens its chat: set, changed and ended here by who supervises; live, also what colleagues set.
import { useState } from "react";
import { notices as endpoints, noticeLength } from "#contract/notices.ts";
import type { Notice, NoticeInput } from "#contract/notices.ts";
import { AdminEntries } from "#web/kit/AdminEntries.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field, LongField, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { useNow, When } from "#web/kit/Marks.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Empty } from "#web/kit/States.tsx";
import { mergeOne, mergeReference } from "#web/state/apply.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { problemWords } from "#web/state/problems.ts";
import { fieldsOf, momentOf } from "#web/state/schedule.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { language, t } from "#web/state/words.ts";

const tones = { running: "warn", planned: "", over: "" } as const;

/** The clock of the screen is up to half a minute late: what began a moment ago runs. */
const lateMs = 30_000;

const stateOf = ({ from, until }: Notice, now: Date): keyof typeof tones =>
  until !== null && Date.parse(until) <= now.getTime()
    ? "over"
    : Date.parse(from) <= now.getTime() + lateMs
      ? "running"
      : "planned";

export const AdminNotices = () => {
  const all = useStore(deskState, (state) => state.notices);
  const brands = useStore(deskState, (state) => state.brands);
  const now = useNow();
  const other = language() === "de" ? "en" : "de";
  return (
    <AdminEntries
      title={t("admin.notices")}
      add={t("notices.add")}
      change={t("notices.change")}
      entries={all.toSorted((a, b) => Date.parse(b.from) - Date.parse(a.from))}
      empty={
        <Empty icon="flag" title={t("notices.none")}>
          {t("notices.noneHint")}
        </Empty>
      }
      line={(notice) => {
        const state = stateOf(notice, now);
        return {
          off: state === "over",
          content: (
            <>
              <Icon name="flag" size="small" />
              <span className="entry-words">
                <strong dir="auto">{notice.text[language()] || notice.text[other]}</strong>
                <small>
                  {brands.find((brand) => brand.id === notice.brandId)?.name} · <When at={notice.from} />
                  {notice.until === null ? null : (
                    <>
                      {" – "}
                      <When at={notice.until} />
                    </>
                  )}
                </small>
              </span>
              <span className="badge" data-tone={tones[state]}>
                {t(`notices.${state}`)}
              </span>
            </>
          ),
        };
      }}
      form={(notice, close) => <NoticeForm notice={notice} close={close} />}
    />
  );
};

const noTime = { day: "", time: "" };

const NoticeForm = ({ notice, close }: { readonly notice: Notice | null; readonly close: () => void }) => {
  const brands = useStore(deskState, (state) => state.brands);
  const [chosen, setChosen] = useState<string | null>(notice?.brandId ?? null);
  // The brands may come after the form.
  const brand = brands.find(({ id }) => id === chosen) ?? brands[0];
  const [text, setText] = useState(notice?.text ?? { de: "", en: "" });
  // A new one begins with its keeping, unless somebody says otherwise.
  const [from, setFrom] = useState(notice ? fieldsOf(new Date(notice.from)) : null);
  const [until, setUntil] = useState(notice?.until ? fieldsOf(new Date(notice.until)) : null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [end, begin] = [until && momentOf(until.day, until.time), from && momentOf(from.day, from.time)];
  const isWhole =
    brand !== undefined &&
    (text.de.trim() !== "" || text.en.trim() !== "") &&
    (until === null || end) &&
    (from === null || begin);
  const keep = async (): Promise<void> => {
    if (!brand) return;
    // What nobody touched keeps its seconds.
    const kept = notice && begin && fieldsOf(new Date(notice.from)).time === from?.time ? notice.from : null;
    const body: NoticeInput = {
      brandId: brand.id,
      text,
      from: kept ?? (begin ?? new Date()).toISOString(),
      until: end?.toISOString() ?? null,
    };
    const outcome =
      notice === null
        ? await call(endpoints.create, { body })
        : await call(endpoints.change, { params: { id: notice.id }, body });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) => mergeOne(state, "notices", outcome.value));
    toast(t("notices.kept"));
    close();
  };
  const remove = async (): Promise<void> => {
    if (!notice) return;
    const outcome = await call(endpoints.remove, { params: { id: notice.id } });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) => mergeReference(state, { notices: state.notices.filter(({ id }) => id !== notice.id) }));
    toast(t("notices.ended"));
    close();
  };
  const faultAt = (field: string): string | null => (problem?.field === field ? problemWords(problem) : null);
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void keep()}
      keepWords={notice === null && from === null ? t("notices.show") : t("kit.keep")}
      isDisabled={!isWhole}
      aside={
        notice ? (
          <Button look="danger" icon="close" onPress={() => void remove()}>
            {t("notices.end")}
          </Button>
        ) : null
      }
    >
      {notice === null && brands.length > 1 ? (
        <Choose
          label={t("admin.brand")}
          value={brand?.id ?? ""}
          choices={brands.map(({ id, name }) => ({ id: id as string, label: name }))}
          onChange={setChosen}
        />
      ) : null}
      <LongField
        label={t("notices.german")}
        hint={t("notices.textHint")}
        fault={faultAt("text")}
        value={text.de}
        onChange={(de) => setText({ ...text, de })}
        maxLength={noticeLength}
        rows={3}
        autoFocus
      />
      <LongField
        label={t("notices.english")}
        value={text.en}
        onChange={(en) => setText({ ...text, en })}
        maxLength={noticeLength}
        rows={3}
      />
      <Toggle
        label={t("notices.later")}
        value={from !== null}
        onChange={(on) => setFrom(on ? fieldsOf(notice ? new Date(notice.from) : new Date()) : null)}
      />
      {from === null ? null : <Moment what="from" at={from} set={setFrom} fault={null} />}
      <Toggle
        label={t("notices.endsItself")}
        hint={t("notices.endsItselfHint")}
        value={until !== null}
        onChange={(on) => setUntil(on ? noTime : null)}
      />
      {until === null ? null : <Moment what="until" at={until} set={setUntil} fault={faultAt("until")} />}
    </SheetForm>
  );
};

const Moment = ({
  what,
  at,
  set,
  fault,
}: {
  readonly what: "from" | "until";
  readonly at: typeof noTime;
  readonly set: (at: typeof noTime) => void;
  readonly fault: string | null;
}) => (
  <div className="pair">
    <Field
      label={t(`notices.${what}Day`)}
      type="date"
      value={at.day}
      fault={fault}
      onChange={(day) => set({ ...at, day })}
    />
    <Field label={t(`notices.${what}Time`)} type="time" value={at.time} onChange={(time) => set({ ...at, time })} />
  </div>
);
