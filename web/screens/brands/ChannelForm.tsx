// The form of a channel; draws itself from what its kind says of its settings. Secrets come empty and stay as they are when left so.
import { useEffect, useState } from "react";
import { brands as brandEndpoints } from "#contract/brands.ts";
import type { Channel } from "#contract/brands.ts";
import type { FormField } from "#contract/channel-form.ts";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field, LongField, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ChannelTest, wishOf } from "#web/screens/brands/ChannelTest.tsx";
import { OpeningHours, useOwnHours } from "#web/screens/brands/OpeningHours.tsx";
import { SigningKeys } from "#web/screens/brands/SigningKeys.tsx";
import { mergeReference } from "#web/state/apply.ts";
import { askedFields, listOf, startSettings, withValue } from "#web/state/channelForm.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { problemWords } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t, words } from "#web/state/words.ts";

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
  const [brandId, setBrandId] = useState<string>(channel?.brandId ?? brands[0]?.id ?? "");
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
          onChange={setBrandId}
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
            <OneField
              key={field.name}
              field={field}
              path={[field.name]}
              base={`channels.${kind.kind}`}
              settings={settings}
              problem={problem}
              known={channel !== null}
              set={(path, value) => setKept(withValue(settings, path, value))}
            />
          ))}
      {channel?.kind === "webchat" ? <OpeningHours own={own} of="channel" /> : null}
      {channel?.kind === "webchat" ? <SigningKeys channelId={channel.id} /> : null}
      <ChannelTest wish={wishOf(channel, brandId, kind?.kind, settings)} tell={setProblem} />
      <div className="form-foot">
        {problem ? (
          <p className="form-problem" role="alert">
            <Icon name="warning" /> {problemWords(problem)} {kind ? fieldNames(kind.kind, problem.field) : ""}
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

/** A field of the settings as the form calls it: "Fetching (IMAP) · Server". */
const fieldNames = (kind: string, field: string | null): string => {
  const path = (field ?? "").split(".").filter((part) => part !== "settings" && !/^\d+$/.test(part));
  return path
    .flatMap((_, index) => words(`channels.${kind}.${path.slice(0, index + 1).join(".")}.label`) ?? [])
    .join(" · ");
};

const OneField = ({
  field,
  path,
  base,
  settings,
  problem,
  known,
  set,
}: {
  readonly field: FormField;
  readonly path: readonly string[];
  readonly base: string;
  readonly settings: Settings;
  readonly problem: Problem | null;
  readonly known: boolean;
  readonly set: (path: readonly string[], value: unknown) => void;
}) => {
  // Settings that were kept before there was such a field lack it.
  const value: unknown = settings[field.name] ?? ("start" in field ? field.start : undefined);
  const label = words(`${base}.${field.name}.label`) ?? field.name;
  const hint = words(`${base}.${field.name}.hint`) ?? undefined;
  const fault =
    problem?.field === path.join(".") || problem?.field === `settings.${path.join(".")}` ? problemWords(problem) : null;
  switch (field.kind) {
    case "group": {
      const inner = typeof value === "object" && value !== null ? (value as Settings) : null;
      return (
        <fieldset className="fieldset">
          <legend>{label}</legend>
          <Toggle
            label={t("admin.groupOn")}
            hint={hint}
            value={inner !== null}
            onChange={(on) => set(path, on ? startSettings(field.fields) : null)}
          />
          {inner === null ? null : (
            <div className="pair">
              {askedFields(field.fields, inner).map((one) => (
                <OneField
                  key={one.name}
                  field={one}
                  path={[...path, one.name]}
                  base={`${base}.${field.name}`}
                  settings={inner}
                  problem={problem}
                  known={known}
                  set={set}
                />
              ))}
            </div>
          )}
        </fieldset>
      );
    }
    case "flag":
      return <Toggle label={label} hint={hint} value={value === true} onChange={(on) => set(path, on)} />;
    case "choice":
      return (
        <Choose
          label={label}
          hint={hint}
          value={typeof value === "string" ? value : field.start}
          choices={field.options.map((option) => ({
            id: option,
            label: words(`${base}.${field.name}.options.${option}`) ?? option,
          }))}
          onChange={(option) => set(path, option)}
        />
      );
    case "number":
      return (
        <Field
          label={label}
          hint={hint}
          fault={fault}
          type="number"
          value={typeof value === "number" ? `${value}` : ""}
          onChange={(text) => set(path, Number(text))}
        />
      );
    case "list":
      return (
        <LongField
          label={label}
          hint={hint}
          fault={fault}
          rows={2}
          value={Array.isArray(value) ? value.join("\n") : ""}
          onChange={(text) => set(path, text.endsWith("\n") ? [...listOf(text), ""] : listOf(text))}
        />
      );
    case "secret":
      return (
        <Field
          label={label}
          hint={known ? t("admin.secretKeeps") : hint}
          fault={fault}
          type="password"
          autoComplete="off"
          value={typeof value === "string" ? value : ""}
          onChange={(text) => set(path, text === "" ? null : text)}
        />
      );
    case "longSecret":
      return (
        <LongField
          mono
          label={label}
          hint={known ? t("admin.secretKeeps") : hint}
          fault={fault}
          value={typeof value === "string" ? value : ""}
          onChange={(text) => set(path, text === "" ? null : text)}
        />
      );
    default:
      return (
        <Field
          label={label}
          hint={hint}
          fault={fault}
          value={typeof value === "string" ? value : ""}
          onChange={(text) => set(path, text === "" && field.optional ? null : text)}
        />
      );
  }
};
