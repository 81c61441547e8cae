// Handing a piece of work on, and parking it: what is typed finds the queue, agent or team, and a note goes with it. Called by the shell, opened by commands.
import { useState } from "react";
import { Header, ListBoxItem, ListBoxSection } from "react-aria-components";
import type { Wish, WorkRow } from "#contract/routing.ts";
import { Finder } from "#web/kit/Finder.tsx";
import { LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import type { Problem } from "#web/state/client.ts";
import { likelyTimes } from "#web/state/composing.ts";
import { deskState } from "#web/state/desk.ts";
import { routingBook } from "#web/state/routingBook.ts";
import { useStore } from "#web/state/store.ts";
import { handOn, park, setWorkUi, workUi } from "#web/state/work.ts";
import { dayAndTime, t } from "#web/state/words.ts";
import { untilWords } from "#web/state/workWords.ts";

export const HandSheets = () => {
  const { handing, parking } = useStore(
    workUi,
    (now) => now,
    (a, b) => a.handing === b.handing && a.parking === b.parking,
  );
  return (
    <>
      {handing === null ? null : <HandOn row={handing} />}
      {parking === null ? null : <Park row={parking} />}
    </>
  );
};

type To = Extract<Wish, { what: "transfer" }>["to"];
interface Target {
  readonly key: string;
  readonly name: string;
  readonly to: To;
  readonly detail?: string;
}

const close = (): void => setWorkUi({ handing: null, parking: null });

const HandOn = ({ row }: { readonly row: WorkRow }) => {
  const [target, setTarget] = useState<Target | null>(null);
  const number = String(row.number);
  return (
    <Sheet
      bare={target === null}
      title={
        target === null ? t("routing.handOn.title", { number }) : t("routing.handOn.noteTitle", { name: target.name })
      }
      isOpen
      onClose={close}
    >
      {target === null ? <Targets row={row} choose={setTarget} /> : <Note row={row} target={target} />}
    </Sheet>
  );
};

const Targets = ({ row, choose }: { readonly row: WorkRow; readonly choose: (target: Target) => void }) => {
  const [typed, setTyped] = useState("");
  const book = useStore(routingBook, (now) => now.book);
  const { agents, teams } = useStore(
    deskState,
    (state) => ({ agents: state.agents, teams: state.teams }),
    (a, b) => a.agents === b.agents && a.teams === b.teams,
  );
  const wanted = typed.trim().toLowerCase();
  const fits = ({ name, detail = "" }: Target): boolean => `${name} ${detail}`.toLowerCase().includes(wanted);
  const groups: readonly { readonly id: "queues" | "agents" | "teams"; readonly targets: readonly Target[] }[] = [
    {
      id: "queues",
      targets: (book?.queues ?? [])
        .filter(({ id }) => id !== row.queueId || row.state === "held")
        .map(({ id, name }) => ({ key: `q${id}`, name, to: { queueId: id } })),
    },
    {
      id: "agents",
      targets: agents
        .filter(({ active, id }) => active && id !== row.agentId)
        .map(({ id, name, handle }) => ({ key: `a${id}`, name, to: { agentId: id }, detail: `@${handle}` })),
    },
    { id: "teams", targets: teams.map(({ id, name }) => ({ key: `t${id}`, name, to: { teamId: id } })) },
  ];
  const found = groups
    .map(({ id, targets }) => ({ id, targets: targets.filter(fits) }))
    .filter(({ targets }) => targets.length > 0);
  return (
    <Finder
      label={t("routing.handOn.title", { number: String(row.number) })}
      hint={t("routing.handOn.hint")}
      listLabel={t("routing.handOn.hint")}
      typed={typed}
      setTyped={setTyped}
      act={(key) => {
        const chosen = groups.flatMap(({ targets }) => targets).find((one) => one.key === key);
        if (chosen) choose(chosen);
      }}
      close={close}
    >
      {found.map(({ id, targets }) => (
        <ListBoxSection key={id} id={id}>
          <Header className="finder-head">{t(`routing.handOn.${id}`)}</Header>
          {targets.map((one) => (
            <ListBoxItem key={one.key} id={one.key} className="menu-item" textValue={one.name}>
              {id === "agents" ? <Face small name={one.name} /> : <Icon name={id === "teams" ? "people" : "list"} />}
              <span className="menu-label">
                {one.name}
                {one.detail ? <small>{one.detail}</small> : null}
              </span>
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ))}
    </Finder>
  );
};

const Note = ({ row, target }: { readonly row: WorkRow; readonly target: Target }) => {
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const facts = { number: String(row.number), name: target.name };
  const keep = async (): Promise<void> => {
    setBusy(true);
    const outcome = await handOn(row, target.to, note.trim(), t("routing.handOn.done", facts));
    setBusy(false);
    if (outcome.ok) close();
    else setProblem(outcome.problem);
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void keep()}
      keepWords={t("routing.handOn.keep")}
      isDisabled={busy || note.length > 2_000}
    >
      <LongField
        label={t("routing.handOn.note")}
        hint={t("routing.handOn.noteHint")}
        value={note}
        onChange={setNote}
        autoFocus
        rows={4}
      />
    </SheetForm>
  );
};

const Park = ({ row }: { readonly row: WorkRow }) => {
  const [typed, setTyped] = useState("");
  const [now] = useState(() => new Date());
  const number = String(row.number);
  const times: readonly { readonly id: string; readonly label: string; readonly at: Date | null }[] = [
    { id: "quarter", label: t("routing.park.quarter"), at: new Date(now.getTime() + 15 * 60_000) },
    { id: "hour", label: t("routing.park.hour"), at: new Date(now.getTime() + 3_600_000) },
    ...likelyTimes(now).map(({ key, at }) => ({ id: key, label: t(`times.${key}`), at })),
    { id: "open", label: t("routing.park.open"), at: null },
  ];
  const wanted = typed.trim().toLowerCase();
  return (
    <Sheet bare title={t("routing.park.title", { number })} isOpen onClose={close}>
      <Finder
        label={t("routing.park.title", { number })}
        hint={t("routing.park.hint")}
        listLabel={t("routing.park.list")}
        typed={typed}
        setTyped={setTyped}
        act={(id) => {
          const chosen = times.find((time) => time.id === id);
          close();
          if (!chosen) return;
          const said =
            chosen.at === null
              ? t("routing.park.doneOpen", { number })
              : t("routing.park.done", { number, time: untilWords(chosen.at.toISOString(), now) });
          void park(row, chosen.at, said);
        }}
        close={close}
      >
        {times
          .filter(({ label }) => label.toLowerCase().includes(wanted))
          .map(({ id, label, at }) => (
            <ListBoxItem key={id} id={id} className="menu-item" textValue={label}>
              <Icon name={at === null ? "pause" : "clock"} />
              <span className="menu-label">
                {label}
                {at === null ? null : <small>{dayAndTime(at.toISOString())}</small>}
              </span>
            </ListBoxItem>
          ))}
      </Finder>
    </Sheet>
  );
};
