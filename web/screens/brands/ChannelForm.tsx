// The form of a channel; draws itself from what its kind says of its settings. Secrets come empty and stay as they are when left so.
import { useEffect, useState } from "react";
import { brands as brandEndpoints } from "#contract/brands.ts";
import type { Channel } from "#contract/brands.ts";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ChannelTest, wishOf } from "#web/screens/brands/ChannelTest.tsx";
import { OpeningHours, useOwnHours } from "#web/screens/brands/OpeningHours.tsx";
import { faultAt, SettingsField } from "#web/screens/brands/SettingsField.tsx";
import { SigningKeys } from "#web/screens/brands/SigningKeys.tsx";
import { mergeReference } from "#web/state/apply.ts";
import { startSettings, withValue } from "#web/state/channelForm.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

type Settings = Readonly<Record<string, unknown>>;

export const ChannelForm = ({ channel, close }: { readonly channel: Channel | null; readonly close: () => void }) => {
  const brands = useStore(deskState, (state) => state.brands);
  const kinds = useStore(deskState, (state) => state.kinds);
  const [chosen, setChosen] = useState(channel?.kind ?? null);
  const kind = kinds.find((one) => one.kind === (chosen ?? kinds[0]?.kind));
  const [kept, setKept] = useState<Settings | null>(channel === null ? {} : null);
  const fields = kind?.fields ?? [];
  const settings = kept === null ? null : { ...startSettings(fields), ...kept };
  const [name, setName] = useState(channel?.name ?? "");
  const [ofBrand, setOfBrand] = useState<string | null>(channel?.brandId ?? null);
  // The brands may come after the form has opened.
  const brandId = ofBrand ?? brands[0]?.id ?? "";
  const [enabled, setEnabled] = useState(channel?.enabled ?? true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const id = channel?.id ?? null;
  const own = useOwnHours(channel && { kind: "channel", id: channel.id });
  useEffect(() => {
    if (id === null) return;
    void call(brandEndpoints.channelSettings, { params: { id } }).then((outcome) => {
      if (outcome.ok) setKept(outcome.value.settings);
      else setProblem(outcome.problem);
      return undefined;
    });
  }, [id]);
  const keep = async (): Promise<void> => {
    if (!settings || !kind || !(await own.keep())) return;
    const body = { brandId, kind: kind.kind, name, enabled, settings };
    const outcome =
      id === null
        ? await call(brandEndpoints.addChannel, { body })
        : await call(brandEndpoints.changeChannel, { params: { id }, body });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) =>
      mergeReference(state, {
        channels: [...state.channels.filter((one) => one.id !== outcome.value.id), outcome.value],
      }),
    );
    toast(t("admin.kept", { name: outcome.value.name }));
    close();
  };
  return (
    <form
      className="form"
      data-padded
      onSubmit={(submit) => {
        submit.preventDefault();
        void keep();
      }}
    >
      <div className="pair">
        <Field
          label={t("admin.channelName")}
          hint={t("admin.channelNameHint")}
          value={name}
          onChange={setName}
          isRequired
          autoFocus
          maxLength={100}
        />
        <Choose
          label={t("admin.brand")}
          value={brandId}
          choices={brands.map((brand) => ({ id: brand.id as string, label: brand.name }))}
          onChange={setOfBrand}
        />
      </div>
      {channel === null && kinds.length > 1 && kind ? (
        <Choose
          label={t("admin.channelKind")}
          value={kind.kind}
          choices={kinds.map((one) => ({ id: one.kind, label: t(`channels.${one.kind}.name`) }))}
          onChange={(next) => {
            setChosen(kinds.find((one) => one.kind === next)?.kind ?? null);
            setKept({});
          }}
        />
      ) : null}
      <Toggle label={t("admin.channelOn")} hint={t("admin.channelOnHint")} value={enabled} onChange={setEnabled} />
      {settings === null || !kind
        ? null
        : fields.map((field) => (
            <SettingsField
              key={field.name}
              field={field}
              path={[field.name]}
              base={`channels.${kind.kind}`}
              settings={settings}
              problem={problem}
              known={channel !== null}
              set={(path, value) => {
                setKept(withValue(settings, path, value));
                // A field that is marked as wrong keeps the browser from sending the form: whoever mends something may try again.
                setProblem(null);
              }}
            />
          ))}
      {channel?.kind === "webchat" ? <OpeningHours own={own} of="channel" /> : null}
      {channel?.kind === "webchat" ? <SigningKeys channelId={channel.id} /> : null}
      {kind?.can === null ? null : (
        <ChannelTest wish={wishOf(channel, brandId, kind?.kind, settings)} tell={setProblem} />
      )}
      <div className="form-foot">
        {problem ? (
          <p className="form-problem" role="alert">
            <Icon name="warning" /> {faultAt(`channels.${kind?.kind}`, problem)}
          </p>
        ) : null}
        <Button look="quiet" onPress={close}>
          {t("kit.cancel")}
        </Button>
        <Button look="primary" type="submit" isDisabled={settings === null || !kind || name.trim() === ""}>
          {t("kit.keep")}
        </Button>
      </div>
    </form>
  );
};
