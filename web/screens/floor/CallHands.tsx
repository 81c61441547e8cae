// What who supervises does with a call in somebody's hands: listens, whispers to the agent, joins. Called by the lines of work on the floor.
import { command } from "#web/commands/commands.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { mac } from "#web/kit/platform.ts";
import { joinCall } from "#web/state/callDoing.ts";
import { useCalls } from "#web/state/calls.ts";
import { canListen, talkOf } from "#web/state/callsNow.ts";
import { nameWords } from "#web/state/names.ts";
import { deskState } from "#web/state/desk.ts";
import { telephone } from "#web/state/softphoneNow.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";

const keysOf = (id: string): string => shownKeys(command(id).keys[0] ?? "", mac).join(" ");

export const CallHands = ({ concernId, name }: { readonly concernId: string; readonly name: string }) => {
  useCalls((all) => all);
  useStore(telephone, ({ role }) => role);
  const call = talkOf(concernId);
  const agent = useStore(deskState, (state) => state.agents.find(({ id }) => id === call?.agentId)?.name ?? "");
  if (!canListen(call)) return null;
  const who = nameWords(name);
  return (
    <>
      <IconButton
        icon="speaker"
        size="small"
        label={t("calls.floor.listen", { name: who })}
        keys={keysOf("call.listens")}
        onPress={() => joinCall(call.id, "listens")}
      />
      <IconButton
        icon="chat"
        size="small"
        label={t("calls.floor.whisper", { name: agent })}
        keys={keysOf("call.whispers")}
        onPress={() => joinCall(call.id, "whispers")}
      />
      <IconButton
        icon="people"
        size="small"
        label={t("calls.floor.join", { name: who })}
        keys={keysOf("call.talks")}
        onPress={() => joinCall(call.id, "talks")}
      />
    </>
  );
};
