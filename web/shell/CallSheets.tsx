// Passing a call on and asking somebody during it: what is typed finds the queue, the colleague or is the number itself. And my devices. Called by the shell, opened by commands.
import { useState } from "react";
import { Header, ListBoxItem, ListBoxSection } from "react-aria-components";
import type { Call, CallWish } from "#contract/calls.ts";
import { Finder } from "#web/kit/Finder.tsx";
import { LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { DevicesSheet } from "#web/shell/DevicesSheet.tsx";
import { numberWords } from "#web/state/callWords.ts";
import { useCalls, wishOfCall } from "#web/state/calls.ts";
import { callsUi, setCallsUi } from "#web/state/callsUi.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { routingBook } from "#web/state/routingBook.ts";
import { isNumber } from "#web/state/softphoneParts.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

export const CallSheets = () => {
  const sheet = useStore(callsUi, (now) => now.sheet);
  const callId = sheet !== null && sheet.what !== "devices" ? sheet.callId : null;
  const call = useCalls((all) => (callId === null ? undefined : all[callId]));
  if (sheet?.what === "devices") return <DevicesSheet close={close} />;
  if (sheet === null || call === undefined || call.state === "ended") return null;
  return <Passing what={sheet.what} call={call} />;
};

const close = (): void => setCallsUi({ sheet: null });

type To = Extract<CallWish, { what: "transfer" }>["to"];
interface Target {
  readonly key: string;
  readonly name: string;
  readonly to: To;
  readonly detail?: string;
}

const Passing = ({ what, call }: { readonly what: "transfer" | "consult"; readonly call: Call }) => {
  const [target, setTarget] = useState<Target | null>(null);
  const choose = (chosen: Target): void => {
    if (what === "transfer") return setTarget(chosen);
    close();
    if ("queueId" in chosen.to) return;
    void wishOfCall(call.id, { what: "consult", to: chosen.to });
  };
  return (
    <Sheet
      bare={target === null}
      title={target === null ? t(`calls.sheet.${what}`) : t("calls.sheet.noteTitle", { name: target.name })}
      isOpen
      onClose={close}
    >
      {target === null ? <Targets what={what} choose={choose} /> : <Note call={call} target={target} />}
    </Sheet>
  );
};

/** Queues for a transfer; colleagues; a number as soon as one is typed. */
const Targets = ({
  what,
  choose,
}: {
  readonly what: "transfer" | "consult";
  readonly choose: (target: Target) => void;
}) => {
  const [typed, setTyped] = useState("");
  const book = useStore(routingBook, (now) => now.book);
  const me = useStore(deskState, (state) => state.me);
  const agents = useStore(deskState, (state) => state.agents);
  const wanted = typed.trim().toLowerCase();
  const fits = ({ name, detail = "" }: Target): boolean => `${name} ${detail}`.toLowerCase().includes(wanted);
  const number = typed.trim();
  const groups: readonly { readonly id: "number" | "agents" | "queues"; readonly targets: readonly Target[] }[] = [
    {
      id: "number",
      // A key of its own: with the group's the list would go round in circles, and the desk with it.
      targets: isNumber(number) ? [{ key: "typed", name: numberWords(number), to: { number } }] : [],
    },
    {
      id: "agents",
      targets: agents
        .filter(({ active, id }) => active && id !== me)
        .map(({ id, name, handle }) => ({ key: `a${id}`, name, to: { agentId: id }, detail: `@${handle}` }))
        .filter(fits),
    },
    {
      id: "queues",
      targets:
        what === "consult"
          ? []
          : (book?.queues ?? []).map(({ id, name }) => ({ key: `q${id}`, name, to: { queueId: id } })).filter(fits),
    },
  ];
  const found = groups.filter(({ targets }) => targets.length > 0);
  return (
    <Finder
      label={t(`calls.sheet.${what}`)}
      hint={t(what === "consult" ? "calls.sheet.hintConsult" : "calls.sheet.hint")}
      listLabel={t(`calls.sheet.${what}`)}
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
          <Header className="finder-head">{t(`calls.sheet.${id}`)}</Header>
          {targets.map((one) => (
            <ListBoxItem key={one.key} id={one.key} className="menu-item" textValue={one.name}>
              {id === "agents" ? <Face small name={one.name} /> : <Icon name={id === "number" ? "phone" : "list"} />}
              <span className="menu-label">
                {id === "number" ? t("calls.sheet.callNumber", { number: one.name }) : one.name}
                {one.detail ? <small>{one.detail}</small> : null}
              </span>
            </ListBoxItem>
          ))}
        </ListBoxSection>
      ))}
    </Finder>
  );
};

const Note = ({ call, target }: { readonly call: Call; readonly target: Target }) => {
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const { name, to } = target;
  const keep = async (): Promise<void> => {
    setBusy(true);
    const wrong = await wishOfCall(call.id, { what: "transfer", to, note: note.trim() }, true);
    setBusy(false);
    if (wrong !== null) return setProblem(wrong);
    close();
    toast(t("calls.sheet.transferred", { name }));
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void keep()}
      keepWords={t("calls.sheet.transferNow")}
      keepIcon="right"
      isDisabled={busy}
    >
      <LongField
        label={t("calls.sheet.note", { name })}
        hint={t("calls.sheet.noteHint")}
        value={note}
        onChange={setNote}
        autoFocus
      />
    </SheetForm>
  );
};
