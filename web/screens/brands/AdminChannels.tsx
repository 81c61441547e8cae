// The ways in and out, and how they are: connected, failing, off.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { Channel } from "#contract/brands.ts";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { Empty } from "#web/kit/States.tsx";
import { ChannelForm } from "#web/screens/brands/ChannelForm.tsx";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

const tones: Readonly<Record<Channel["health"], string>> = {
  connected: "good",
  connecting: "warn",
  failing: "bad",
  off: "",
};

export const AdminChannels = () => {
  const all = useStore(deskState, (state) => state.channels);
  const brands = useStore(deskState, (state) => state.brands);
  const [editing, setEditing] = useState<Channel | "new" | null>(null);
  return (
    <AdminPage
      title={t("admin.channels")}
      action={
        <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
          {t("admin.addChannel")}
        </Button>
      }
    >
      {all.length === 0 ? (
        <Empty icon="mail" title={t("admin.noChannels")}>
          {t("admin.noChannelsHint")}
        </Empty>
      ) : (
        <ul className="entries">
          {all.map((channel) => (
            <li key={channel.id}>
              <AriaButton
                className="entry"
                onPress={() => setEditing(channel)}
                data-off={!channel.enabled || undefined}
              >
                <Icon name="mail" size="large" />
                <span className="entry-words">
                  <strong>{channel.name}</strong>
                  <small>
                    {channel.address} · {brands.find((brand) => brand.id === channel.brandId)?.name}
                    {channel.canSend ? "" : ` · ${t("admin.cannotSend")}`}
                  </small>
                  {channel.health === "failing" && channel.healthDetail !== "" ? (
                    <small>{channel.healthDetail}</small>
                  ) : null}
                </span>
                <span className="badge" data-tone={tones[channel.health]}>
                  {t(`health.${channel.health}`)}
                </span>
              </AriaButton>
            </li>
          ))}
        </ul>
      )}
      <Sheet
        wide
        title={editing === "new" ? t("admin.addChannel") : t("admin.changeChannel")}
        isOpen={editing !== null}
        onClose={() => setEditing(null)}
      >
        {editing === null ? null : (
          <ChannelForm channel={editing === "new" ? null : editing} close={() => setEditing(null)} />
        )}
      </Sheet>
    </AdminPage>
  );
};
