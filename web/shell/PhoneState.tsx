// Whether I can be called here, in a line that opens my telephone. Called by Presence.tsx and by offers of calls.
import { Button as AriaButton } from "react-aria-components";
import { runCommand } from "#web/commands/run.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { hasTelephone } from "#web/state/calls.ts";
import { deskState } from "#web/state/desk.ts";
import { telephone } from "#web/state/softphoneNow.ts";
import type { Telephone } from "#web/state/softphoneNow.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";
import "#web/shell/softphone.css";

export const PhoneState = () => {
  const has = useStore(deskState, hasTelephone);
  const phone = useStore(telephone, (now) => now);
  if (!has) return null;
  const { words, tone } = phoneWords(phone);
  return (
    <AriaButton className="phone-state" data-tone={tone} onPress={() => runCommand("call.devices")}>
      <Icon name={tone === "bad" ? "warning" : "phone"} size="small" />
      <span>{words}</span>
    </AriaButton>
  );
};

/** How my telephone stands, and whether that is as it should be. */
const phoneWords = ({
  role,
  registered,
  reached,
  missing,
  trouble,
}: Telephone): { readonly words: string; readonly tone: "good" | "bad" | "none" } => {
  if (trouble !== null)
    return { words: t("calls.phone.trouble", { words: t(`calls.troubles.${trouble}`) }), tone: "bad" };
  if (role === "off") return { words: t("calls.phone.off"), tone: "none" };
  if (role === "elsewhere") return { words: t("calls.phone.elsewhere"), tone: "none" };
  if (!registered) return { words: t("calls.phone.registering"), tone: "none" };
  return reached && !missing
    ? { words: t("calls.phone.ready"), tone: "good" }
    : { words: t("calls.phone.unreached"), tone: "bad" };
};
