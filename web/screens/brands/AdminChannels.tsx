// The ways in and out, and how they are: connected, failing, off.
import type { Channel } from "#contract/brands.ts";
import { AdminEntries } from "#web/kit/AdminEntries.tsx";
import { ChannelMark } from "#web/kit/Marks.tsx";
import { Empty } from "#web/kit/States.tsx";
import { Told } from "#web/kit/Told.tsx";
import { Costs } from "#web/screens/brands/Costs.tsx";
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

/** A channel that fetches from nowhere has nothing to say of itself: switched on, it is ready for what comes to its door. */
const HealthBadge = ({ channel }: { readonly channel: Channel }) => {
  const health = !channel.enabled
    ? "off"
    : channel.sendingTrouble
      ? "failing"
      : channel.health === "off"
        ? "ready"
        : channel.health;
  return (
    <span className="badge" data-tone={health === "ready" ? "good" : tones[health]}>
      {t(`health.${health}`)}
    </span>
  );
};

export const AdminChannels = () => {
  const all = useStore(deskState, (state) => state.channels);
  const brands = useStore(deskState, (state) => state.brands);
  const kinds = useStore(deskState, (state) => state.kinds);
  /** Nothing is written by it, and nothing is wrong with that. */
  const carriesCalls = (of: Channel["kind"]): boolean => kinds.some(({ kind, can }) => kind === of && can === null);
  return (
    <AdminEntries
      wide
      title={t("admin.channels")}
      add={t("admin.addChannel")}
      change={t("admin.changeChannel")}
      entries={all}
      empty={
        <Empty icon="mail" title={t("admin.noChannels")}>
          {t("admin.noChannelsHint")}
        </Empty>
      }
      line={(channel) => ({
        off: !channel.enabled,
        content: (
          <>
            <ChannelMark kind={channel.kind} size="large" />
            <span className="entry-words">
              <strong>{channel.name}</strong>
              <small>
                {channel.address === "" ? "" : `${channel.address} · `}
                {brands.find((brand) => brand.id === channel.brandId)?.name}
                {channel.canSend || carriesCalls(channel.kind) ? "" : ` · ${t("admin.cannotSend")}`}
              </small>
              {channel.health === "failing" && channel.receivingTrouble ? (
                <small>
                  <Told what={channel.receivingTrouble} />
                </small>
              ) : null}
              {channel.enabled && channel.sendingTrouble ? (
                <small>
                  {t("admin.sendingTrouble")} <Told what={channel.sendingTrouble} />
                </small>
              ) : null}
            </span>
            <HealthBadge channel={channel} />
          </>
        ),
      })}
      form={(channel, close) => <ChannelForm channel={channel} close={close} />}
    >
      <Costs />
    </AdminEntries>
  );
};
