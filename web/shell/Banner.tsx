// Says that the link to the server is lost. What decides it is web/state/linkBanner.ts.
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { linkLostShown } from "#web/state/linkBanner.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

export const Banner = () => {
  const shown = useStore(linkLostShown, (now) => now);
  if (!shown) return <output />;
  return (
    <output className="banner">
      <Icon name="offline" />
      <span>{t("shell.linkLost")}</span>
      <Button look="quiet" onPress={() => dispatchEvent(new Event("online"))}>
        {t("shell.reconnect")}
      </Button>
    </output>
  );
};
