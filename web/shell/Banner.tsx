// Says that the link to the server is lost, and that it is back. Appears within three seconds of the loss.
import { useEffect, useState } from "react";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { linkState } from "#web/state/desk.ts";
import { saveAll } from "#web/state/drafts.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/** A break shorter than this is not worth a word. Milliseconds. */
const graceMs = 600;

export const Banner = () => {
  const state = useStore(linkState, (now) => now);
  const [told, setTold] = useState(false);
  useEffect(() => {
    if (state === "lost") {
      const timer = setTimeout(() => setTold(true), graceMs);
      return () => clearTimeout(timer);
    }
    if (state === "up" && told) {
      setTold(false);
      toast(t("shell.linkBack"));
      saveAll();
    }
    return undefined;
  }, [state, told]);
  if (!told) return <div role="status" />;
  return (
    <div className="banner" role="status">
      <Icon name="offline" />
      <p>{t("shell.linkLost")}</p>
      <Button look="quiet" onPress={() => dispatchEvent(new Event("online"))}>
        {t("shell.reconnect")}
      </Button>
    </div>
  );
};
