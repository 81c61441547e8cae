// How an answer is sent: with which status afterwards, now, at a likely time or at any other. Called by the composer and by the screen that writes first.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { useNow } from "#web/kit/Marks.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { mac } from "#web/kit/platform.ts";
import { ScheduleSheet, type ChosenTime } from "#web/screens/concerns/ScheduleSheet.tsx";
import type { Then } from "#web/state/actions.ts";
import { likelyTimes } from "#web/state/composing.ts";
import { dayAndTime, t } from "#web/state/words.ts";
import { noteHere } from "#web/state/kept.ts";

const thens: readonly Then[] = ["waiting", "resolved", "open"];
const thenKey = "draht.then";
const holdKey = "draht.holdIfAnswered";

/** The status this agent last chose for afterwards. */
export const usualThen = (): Then => thens.find((one) => one === localStorage.getItem(thenKey)) ?? "waiting";

/** What sends, as it stands on the keyboard. */
export const sendKeys = mac ? "⌘ ⏎" : "Ctrl ⏎";

const usualHold = (): boolean => localStorage.getItem(holdKey) !== "no";

export const SendButtons = ({
  canSend,
  first = false,
  then,
  setThen,
  send,
  choosing,
  setChoosing,
}: {
  readonly canSend: boolean;
  /** A first message: its concern waits afterwards. */
  readonly first?: boolean;
  readonly then: Then;
  readonly setThen: (then: Then) => void;
  readonly send: (then: Then, time: ChosenTime | null) => void;
  /** The sheet for any other time is open. */
  readonly choosing: boolean;
  readonly setChoosing: (choosing: boolean) => void;
}) => {
  const now = useNow();
  const [hold, setHold] = useState(usualHold);
  const times = likelyTimes(now);
  return (
    <span className="split">
      <Button look="primary" icon="send" keys={sendKeys} isDisabled={!canSend} onPress={() => send(then, null)}>
        {first ? t("composer.send") : t(`composer.sendAnd.${then}`)}
      </Button>
      <ActionMenu
        label={t("composer.sendOther")}
        placement="top end"
        trigger={
          <AriaButton
            className="button split-more"
            data-look="primary"
            aria-label={t("composer.sendOther")}
            isDisabled={!canSend}
          >
            <Icon name="down" size="small" />
          </AriaButton>
        }
        entries={[
          ...(first ? [] : thens).map((one) => ({
            id: one,
            label: t(`composer.sendAnd.${one}`),
            icon: one === then ? ("check" as const) : ("send" as const),
            run: () => {
              noteHere(thenKey, one);
              setThen(one);
              send(one, null);
            },
          })),
          ...(first ? [] : [null]),
          ...times.map((time) => ({
            id: time.key,
            label: t("composer.sendAt", { time: dayAndTime(time.at.toISOString()) }),
            icon: "clock" as const,
            run: () => send(then, { at: time.at, hold }),
          })),
          {
            id: "other",
            label: t("schedule.another"),
            icon: "clock" as const,
            keys: mac ? "⌘ ⇧ ⏎" : "Ctrl ⇧ ⏎",
            run: () => setChoosing(true),
          },
        ]}
      />
      <ScheduleSheet
        isOpen={choosing}
        onClose={() => setChoosing(false)}
        start={{ at: times.find((time) => time.key === "tomorrow")?.at ?? now, hold }}
        choose={(time) => {
          noteHere(holdKey, time.hold ? "yes" : "no");
          setHold(time.hold);
          send(then, time);
        }}
      />
    </span>
  );
};
