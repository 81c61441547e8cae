// The toasts at the edge of the screen. Spoken politely; they wait while pointed at or focused.
import { useEffect, useState } from "react";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { useStore } from "#web/state/store.ts";
import { dismiss, toasts } from "#web/state/toasts.ts";
import type { Toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";
import "#web/kit/toasts.css";

export const Toasts = () => {
  const all = useStore(toasts, (now) => now);
  return (
    <section className="toasts" aria-label={t("kit.news")}>
      <div aria-live="polite" aria-relevant="additions">
        {all.map((one) => (
          <OneToast key={one.id} one={one} />
        ))}
      </div>
    </section>
  );
};

const OneToast = ({ one }: { readonly one: Toast }) => {
  const [left, setLeft] = useState(() => secondsLeft(one));
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => {
      const seconds = secondsLeft(one);
      setLeft(seconds);
      // A countdown is the server's clock and does not wait for anybody.
      if (seconds <= 0 && (!held || one.countdown)) dismiss(one.id);
    }, 250);
    return () => clearInterval(timer);
  }, [one, held]);
  const { undo } = one;
  return (
    <div
      className="toast"
      data-tone={one.tone}
      data-underway={one.until === Number.POSITIVE_INFINITY || undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={one.tone === "failed" ? "warning" : one.progress ? "clock" : "check"} />
      <p>{one.text}</p>
      {one.progress ? (
        <>
          <progress aria-label={one.text} max={one.progress.total} value={one.progress.done} />
          <span className="toast-count" aria-hidden>
            {t("kit.ofTotal", { done: one.progress.done, total: one.progress.total })}
          </span>
          <Button look="quiet" onPress={one.progress.stop}>
            {t("kit.stop")}
          </Button>
        </>
      ) : null}
      {undo ? (
        <Button
          look="quiet"
          keys="Z"
          onPress={() => {
            dismiss(one.id);
            undo();
          }}
        >
          {t("kit.undo")}
          {one.countdown ? (
            <span className="toast-count" aria-hidden>
              {" "}
              {Math.max(0, left)}
            </span>
          ) : null}
        </Button>
      ) : null}
      {one.progress ? null : (
        <IconButton icon="close" size="tiny" label={t("kit.dismiss")} onPress={() => dismiss(one.id)} />
      )}
    </div>
  );
};

const secondsLeft = (one: Toast): number => Math.ceil((one.until - Date.now()) / 1000);
