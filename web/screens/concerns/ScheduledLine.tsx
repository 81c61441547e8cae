// An answer that waits for its time: when it leaves, whether the customer has written since, and what can be done. Called by the message card and the composer.
import { useState } from "react";
import type { Message } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { useNow } from "#web/kit/Marks.tsx";
import { ScheduleSheet } from "#web/screens/concerns/ScheduleSheet.tsx";
import { reschedule, sendNow, undoSend } from "#web/state/actions.ts";
import type { Opened } from "#web/state/apply.ts";
import { deskState } from "#web/state/desk.ts";
import { likelyTimes } from "#web/state/composing.ts";
import { scheduledIn, writtenSince } from "#web/state/schedule.ts";
import { useStore } from "#web/state/store.ts";
import { fullTime, plannedTime, t } from "#web/state/words.ts";
import "#web/screens/concerns/schedule.css";

export const ScheduledLine = ({ message }: { readonly message: Message }) => {
  const [choosing, setChoosing] = useState(false);
  const answered = useStore(deskState, (now) => writtenSince(now.opened[message.concernId]?.messages ?? [], message));
  const mine = useStore(deskState, (now) => now.me === message.author.id);
  const now = useNow();
  const plan = message.scheduled;
  if (plan === null) return null;
  const holds = plan.held || (answered && plan.holdIfAnswered);
  const planned = new Date(plan.at);
  return (
    <div className="scheduled" data-warn={answered || undefined} role={answered ? "alert" : undefined}>
      <p>
        <Icon name={answered ? "warning" : "clock"} size="small" />
        <span title={fullTime(plan.at)}>
          {t(holds ? "schedule.heldBack" : answered ? "schedule.leavesAllTheSame" : "schedule.leaves", {
            time: plannedTime(plan.at, now),
          })}
        </span>
      </p>
      <div className="scheduled-actions">
        <Button look="quiet" icon="clock" onPress={() => setChoosing(true)}>
          {t("schedule.move")}
        </Button>
        <Button look="quiet" icon="send" onPress={() => void sendNow(message)}>
          {t("delivery.now")}
        </Button>
        {mine ? (
          <Button look="quiet" icon="undo" onPress={() => void undoSend(message)}>
            {t("delivery.takeBack")}
          </Button>
        ) : null}
      </div>
      <ScheduleSheet
        isOpen={choosing}
        onClose={() => setChoosing(false)}
        start={{
          at: planned > now ? planned : (likelyTimes(now).find((time) => time.key === "tomorrow")?.at ?? now),
          // Choosing a time for what the customer's mail has held back is saying that it may leave.
          hold: plan.holdIfAnswered && !answered,
        }}
        choose={({ at, hold }) => void reschedule(message, at, hold)}
      />
    </div>
  );
};

/** Above the composer: answers that wait for their time, so that nobody answers twice unaware, nor lets one leave that has been overtaken. */
export const ScheduledNotice = ({ opened, writing }: { readonly opened: Opened; readonly writing: boolean }) => (
  <>
    {scheduledIn(opened.messages)
      .filter((message) => writing || writtenSince(opened.messages, message))
      .map((message) => (
        <ScheduledLine key={message.id} message={message} />
      ))}
  </>
);
