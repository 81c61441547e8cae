// What became of a message we sent: one line when all is well, each recipient with its history when asked or when not.
import { useState } from "react";
import type { Delivery, Message } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { When } from "#web/kit/Marks.tsx";
import { Told } from "#web/kit/Told.tsx";
import { ScheduledLine } from "#web/screens/concerns/ScheduledLine.tsx";
import { sendNow, undoSend } from "#web/state/actions.ts";
import { isDoubted, worst } from "#web/state/deliveries.ts";
import { isTold } from "#web/state/reasons.ts";
import { dayAndTime, t } from "#web/state/words.ts";

const icons: Readonly<Record<Delivery["state"], IconName>> = {
  held: "clock",
  waiting: "clock",
  sending: "send",
  sent: "check",
  delivered: "check",
  read: "eye",
  failed: "warning",
  unknown: "warning",
  withdrawn: "undo",
};

export const Deliveries = ({ message }: { readonly message: Message }) => {
  const state = worst(message.deliveries);
  const [chosen, setChosen] = useState<boolean | null>(null);
  const open = chosen ?? (state === "failed" || state === "unknown");
  const next = message.deliveries.find((delivery) => delivery.nextTryAt !== null)?.nextTryAt ?? null;
  if (message.scheduled !== null)
    return (
      <footer className="deliveries" data-state={state}>
        <ScheduledLine message={message} />
      </footer>
    );
  return (
    <footer className="deliveries" data-state={state}>
      <div className="deliveries-line">
        <button type="button" className="deliveries-state" aria-expanded={open} onClick={() => setChosen(!open)}>
          <Icon name={icons[state]} size="small" />
          <span>{t(`delivery.${state}`)}</span>
          {isDoubted(message.deliveries) ? <span className="deliveries-doubt">{t("delivery.doubted")}</span> : null}
          {next !== null && (state === "held" || state === "waiting") ? (
            <span className="deliveries-next">{dayAndTime(next)}</span>
          ) : null}
          <Icon name={open ? "up" : "down"} size="small" />
        </button>
        {state === "held" ? (
          <>
            <Button look="quiet" icon="undo" onPress={() => void undoSend(message)}>
              {t("delivery.takeBack")}
            </Button>
            <Button look="quiet" icon="send" onPress={() => void sendNow(message)}>
              {t("delivery.now")}
            </Button>
          </>
        ) : null}
        {state === "failed" ||
        state === "unknown" ||
        (state === "waiting" && message.deliveries.some((delivery) => delivery.attempts > 0)) ? (
          <Button look="quiet" icon="retry" onPress={() => void sendNow(message)}>
            {t("delivery.retry")}
          </Button>
        ) : null}
      </div>
      {open ? (
        <ul className="deliveries-list">
          {message.deliveries.map((delivery) => (
            <li key={delivery.id} data-state={delivery.state}>
              <p>
                <strong>{delivery.recipient}</strong> <span>{t(`delivery.${delivery.state}`)}</span>
                {delivery.attempts > 1 ? (
                  <span className="deliveries-next">{t("delivery.attempts", { count: delivery.attempts })}</span>
                ) : null}
              </p>
              {isTold(delivery) ? (
                <p className="delivery-detail">
                  <Told what={delivery} />
                </p>
              ) : null}
              {delivery.history.length > 0 ? (
                <ol>
                  {delivery.history.map((step, index) => (
                    <li key={index}>
                      <When at={step.at} />{" "}
                      {step.doubted
                        ? t("delivery.doubtedStep", { state: t(`delivery.${step.state}`) })
                        : t(`delivery.${step.state}`)}
                      {isTold(step) ? (
                        <>
                          {" · "}
                          <Told what={step} />
                        </>
                      ) : null}
                    </li>
                  ))}
                </ol>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
    </footer>
  );
};
