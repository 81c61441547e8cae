// How sure we are that the sender is the sender, in words, outside of anything the sender could draw.
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from "react-aria-components";
import type { Message } from "#contract/concerns.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { Late } from "#web/kit/Late.tsx";
import { Told } from "#web/kit/Told.tsx";
import { resultWords } from "#web/state/reasons.ts";
import { t, words } from "#web/state/words.ts";

export const AssuranceBadge = ({ message }: { readonly message: Message }) => {
  const { assurance } = message;
  if (assurance === null) return null;
  const look = (
    <>
      <Icon name={assurance === "failed" ? "warning" : assurance === "none" ? "shield" : "shieldCheck"} size="small" />
      {assurance === "failed" || assurance === "none" ? <span>{t(`assurance.${assurance}.short`)}</span> : null}
    </>
  );
  const title = t(`assurance.${assurance}.title`);
  return (
    <Late label={title} className="assurance" data-assurance={assurance} opens="dialog" content={look}>
      {({ isOpen, onOpenChange }) => (
        <DialogTrigger isOpen={isOpen} onOpenChange={onOpenChange}>
          <AriaButton className="assurance" data-assurance={assurance} aria-label={title}>
            {look}
          </AriaButton>
          <Popover className="popover" placement="bottom end" offset={6}>
            <Dialog className="assurance-dialog" aria-label={title}>
              <h3>{title}</h3>
              <p>{t(`assurance.${assurance}.words`)}</p>
              <dl>
                {message.verdicts.map((verdict, index) => (
                  <div key={index} data-result={verdict.result}>
                    <dt>{words(`verdicts.${verdict.check}.name`) ?? verdict.check}</dt>
                    <dd>
                      {resultWords(verdict)}
                      <small>
                        <Told what={verdict} />
                      </small>
                    </dd>
                  </div>
                ))}
              </dl>
            </Dialog>
          </Popover>
        </DialogTrigger>
      )}
    </Late>
  );
};
