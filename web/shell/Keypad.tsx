// Keys towards the other side's machine, by pointer and by the keyboard's own digits. Called by the bar of calls.
import { useEffect, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { Call } from "#contract/calls.ts";
import { sendDigits } from "#web/state/callDoing.ts";
import { setCallsUi } from "#web/state/callsUi.ts";
import { t } from "#web/state/words.ts";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

export const Keypad = ({ callId }: { readonly callId: Call["id"] }) => {
  const [sent, setSent] = useState("");
  const place = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    place.current?.querySelector("button")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    const box = place.current;
    if (!box) return undefined;
    const pressed = (press: KeyboardEvent): void => {
      if (press.ctrlKey || press.metaKey || press.altKey) return;
      if (press.key === "Escape") setCallsUi({ keypad: null });
      else if (/^[0-9*#]$/u.test(press.key)) send(press.key);
      else return;
      press.preventDefault();
      press.stopPropagation();
    };
    const send = (digit: string): void => {
      setSent((now) => `${now}${digit}`.slice(-32));
      sendDigits(callId, digit);
    };
    box.addEventListener("keydown", pressed);
    return () => box.removeEventListener("keydown", pressed);
  }, [callId]);
  return (
    <fieldset className="call-pad" ref={place}>
      <legend>{t("calls.digits")}</legend>
      <div className="call-pad-keys">
        {keys.map((digit) => (
          <AriaButton
            key={digit}
            className="call-pad-key"
            aria-label={t("calls.digit", { digit })}
            onPress={() => {
              setSent((now) => `${now}${digit}`.slice(-32));
              sendDigits(callId, digit);
            }}
          >
            {digit}
          </AriaButton>
        ))}
      </div>
      <output className="call-pad-sent">
        {sent === "" ? t("calls.dialpadHint") : t("calls.sent", { digits: sent })}
      </output>
    </fieldset>
  );
};
