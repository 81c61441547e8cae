// Takes messages of the open concern into a new one or into another one of the same customer: which messages, and where to. Opened by keys and by a message's menu.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox, ListBox, ListBoxItem, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { Message, Status } from "#contract/concerns.ts";
import { customers } from "#contract/customers.ts";
import { Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ChannelMark, StatusMark, When } from "#web/kit/Marks.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import type { Opened } from "#web/state/apply.ts";
import { callOrThrow } from "#web/state/client.ts";
import { moveTo, proposedStart, splitOff } from "#web/state/moving.ts";
import { nameWords } from "#web/state/names.ts";
import { saidBy } from "#web/state/parties.ts";
import { useStore } from "#web/state/store.ts";
import { setUi, ui, type MovingWhat } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/concerns/move.css";

export const MoveSheet = ({ opened }: { readonly opened: Opened }) => {
  const what = useStore(ui, (now) => now.moving);
  const close = (): void => setUi({ moving: null });
  const number = String(opened.concern.row.number);
  const title = t(what?.what === "all" ? "moving.mergeTitle" : "moving.title", { number });
  return (
    <Sheet title={title} wide isOpen={what !== null} onClose={close}>
      {what === null ? null : <Form opened={opened} what={what} close={close} />}
    </Sheet>
  );
};

const Form = ({
  opened,
  what,
  close,
}: {
  readonly opened: Opened;
  readonly what: MovingWhat;
  readonly close: () => void;
}) => {
  const { row } = opened.concern;
  const { id, customerId } = row;
  const messages = opened.messages.filter(({ direction }) => direction !== "system");
  const isAll = what.what === "all";
  const [how, setHow] = useState<"from" | "only">(what.what === "only" ? "only" : "from");
  const [start, setStart] = useState(isAll ? null : (what.messageId ?? proposedStart(messages)));
  const [only, setOnly] = useState<readonly string[]>(start === null ? [] : [start]);
  const [to, setTo] = useState<"new" | "other">(isAll ? "other" : "new");
  const [subject, setSubject] = useState("");
  const [typed, setTyped] = useState("");
  const [number, setNumber] = useState<number | null>(null);
  const begin = messages.findIndex((message) => message.id === start);
  const isChosen = (message: Message, index: number): boolean =>
    how === "from" ? begin !== -1 && index >= begin : only.includes(message.id);
  const choose = (message: Message, on: boolean): void => {
    setStart(message.id);
    setOnly(on ? [...only, message.id] : only.filter((one) => one !== message.id));
  };
  const chosen = messages.filter(isChosen);
  const isWhole = !opened.earlier && chosen.length === messages.length;
  const theirs = useQuery({
    queryKey: ["customerConcerns", customerId],
    enabled: to === "other",
    queryFn: ({ signal }) => callOrThrow(customers.concerns, { params: { id: customerId }, query: {} }, signal),
  });
  const wanted = typed.trim().toLowerCase();
  const others = (theirs.data?.concerns ?? []).filter(
    (one) => one.id !== id && `#${one.number} ${one.subject}`.toLowerCase().includes(wanted),
  );
  const isReady = to === "new" ? chosen.length > 0 && !isWhole : number !== null && (isAll || chosen.length > 0);
  const keep = (): void => {
    close();
    const which = how === "from" && start !== null ? { from: start as never } : { only: chosen.map((one) => one.id) };
    if (to === "new") void splitOff(id, which, subject.trim() === "" ? null : subject.trim());
    else if (number !== null) void moveTo(id, isAll || isWhole ? null : which, { number });
  };
  return (
    <SheetForm
      problem={null}
      close={close}
      keep={keep}
      isDisabled={!isReady}
      keepIcon="split"
      keepWords={t(to === "new" ? "moving.keepNew" : isAll || isWhole ? "moving.keepMerge" : "moving.keepOther")}
    >
      {isAll ? null : (
        <>
          <Either
            label={t("moving.which")}
            chosen={how}
            choose={setHow}
            choices={[
              { id: "from", label: t("moving.from") },
              { id: "only", label: t("moving.only") },
            ]}
          />
          <fieldset className="move-messages" aria-label={t("concerns.thread")}>
            {messages.map((message, index) => (
              // oxlint-disable-next-line typescript/no-deprecated -- its successor is two parts, and ours is one line with one label
              <Checkbox
                key={message.id}
                className="check move-message"
                autoFocus={message.id === start}
                isSelected={isChosen(message, index)}
                onChange={(on) => choose(message, on)}
              >
                <span className="check-box">
                  <Icon name="check" size="small" />
                </span>
                {message.channelKind === null ? (
                  <Icon name="lock" size="small" />
                ) : (
                  <ChannelMark kind={message.channelKind} />
                )}
                <span className="move-author">{nameWords(saidBy(message.author, row))}</span>
                <span className="move-text">{message.text.slice(0, 200)}</span>
                <When at={message.at} />
              </Checkbox>
            ))}
          </fieldset>
          <Either
            label={t("moving.where")}
            chosen={to}
            choose={setTo}
            choices={[
              { id: "new", label: t("moving.new") },
              { id: "other", label: t("moving.another") },
            ]}
          />
        </>
      )}
      {to === "new" ? (
        <Field
          label={t("moving.subject")}
          hint={isWhole ? t("errors.moveAll") : t("moving.subjectHint")}
          value={subject}
          maxLength={500}
          onChange={setSubject}
        />
      ) : (
        <>
          <Field label={t("moving.find")} value={typed} onChange={setTyped} autoFocus={isAll} />
          <ListBox
            className="move-others"
            aria-label={t("moving.others")}
            selectionMode="single"
            selectedKeys={number === null ? [] : [number]}
            onSelectionChange={(keys) =>
              setNumber(keys === "all" ? null : (([...keys][0] as number | undefined) ?? null))
            }
            renderEmptyState={() => <p className="move-none">{t("moving.none")}</p>}
          >
            {others.map((one) => (
              <ListBoxItem
                key={one.number}
                id={one.number}
                className="move-other-line"
                textValue={`#${one.number} ${one.subject}`}
              >
                <StatusMark status={one.status as Status} words={false} />
                <span>#{one.number}</span>
                <span className="move-text">{one.subject}</span>
              </ListBoxItem>
            ))}
          </ListBox>
        </>
      )}
    </SheetForm>
  );
};

const Either = <T extends string>({
  label,
  choices,
  chosen,
  choose,
}: {
  readonly label: string;
  readonly choices: readonly { readonly id: T; readonly label: string }[];
  readonly chosen: T;
  readonly choose: (id: T) => void;
}) => (
  <ToggleButtonGroup
    className="link-kinds move-either"
    aria-label={label}
    selectionMode="single"
    disallowEmptySelection
    selectedKeys={[chosen]}
    onSelectionChange={([key]) => {
      const next = choices.find((one) => one.id === key);
      if (next) choose(next.id);
    }}
  >
    {choices.map((one) => (
      <ToggleButton key={one.id} id={one.id} className="link-kind">
        {one.label}
      </ToggleButton>
    ))}
  </ToggleButtonGroup>
);
