// Calls a customer's number from the open concern, by a phone channel of its brand. Called by CustomerPanel.tsx at each number.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { ConcernRow } from "#contract/concerns.ts";
import type { Address } from "#contract/customers.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { numberWords } from "#web/state/callWords.ts";
import { dial } from "#web/state/calls.ts";
import { deskState } from "#web/state/desk.ts";
import { tellProblem } from "#web/state/problems.ts";
import { telephone } from "#web/state/softphoneNow.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

export const DialButton = ({ address, concern }: { readonly address: Address; readonly concern: ConcernRow }) => {
  const channels = useStore(deskState, (state) => state.channels);
  const role = useStore(telephone, (now) => now.role);
  const [busy, setBusy] = useState(false);
  const ways = channels.filter(
    ({ kind, brandId, enabled }) => kind === "phone" && enabled && brandId === concern.brandId,
  );
  const shown = numberWords(address.value);
  const call = async (channelId: (typeof ways)[number]["id"]): Promise<void> => {
    if (role === "off") return void toast(t("calls.dial.notHere"), { tone: "failed" });
    setBusy(true);
    const wrong = await dial({
      channelId,
      concernId: concern.id,
      customerId: concern.customerId,
      number: address.value,
    });
    setBusy(false);
    if (wrong !== null) return tellProblem(wrong);
    toast(t("calls.dial.dialling", { number: shown }));
  };
  const [first, ...more] = ways;
  if (first === undefined) return null;
  const label = t("calls.dial.call", { number: shown });
  if (more.length === 0)
    return <IconButton size="tiny" icon="phone" label={label} isDisabled={busy} onPress={() => void call(first.id)} />;
  return (
    <ActionMenu
      label={label}
      placement="bottom end"
      trigger={
        <AriaButton className="icon-button" data-size="tiny" aria-label={label} isDisabled={busy}>
          <Icon name="phone" />
        </AriaButton>
      }
      entries={ways.map(({ id, name }) => ({
        id,
        label: t("calls.dial.callBy", { number: shown, channel: name }),
        icon: "phone",
        run: () => void call(id),
      }))}
    />
  );
};
