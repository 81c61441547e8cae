// The keys by which a site signs its users in to this chat: what there is, a new one with its secret shown once, removal. Called by ChannelForm.tsx.
import { useEffect, useState } from "react";
import { visitors } from "#contract/visitors.ts";
import type { SigningKey } from "#contract/visitors.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Field, LongField } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { When } from "#web/kit/Marks.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { t } from "#web/state/words.ts";

export const SigningKeys = ({ channelId }: { readonly channelId: string }) => {
  const [keys, setKeys] = useState<readonly SigningKey[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [told, setTold] = useState<{ readonly name: string; readonly secret: string } | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const params = { id: channelId };
  useEffect(() => {
    void call(visitors.keys, { params: { id: channelId } }).then((outcome) => {
      if (outcome.ok) setKeys(outcome.value);
      else setProblem(outcome.problem);
      return undefined;
    });
  }, [channelId]);

  const add = async (name: string, publicKey: string | null): Promise<boolean> => {
    const outcome = await call(visitors.addKey, { params, body: { name, publicKey } });
    setProblem(outcome.ok ? null : outcome.problem);
    if (!outcome.ok) return false;
    const { key, secret } = outcome.value;
    setKeys((before) => [key, ...(before ?? [])]);
    setTold(secret === null ? null : { name: key.name, secret });
    return true;
  };
  const remove = async (keyId: string): Promise<void> => {
    const outcome = await call(visitors.removeKey, { params: { ...params, keyId } });
    setRemoving(null);
    setProblem(outcome.ok ? null : outcome.problem);
    if (outcome.ok) setKeys((before) => (before ?? []).filter(({ id }) => id !== keyId));
  };

  return (
    <fieldset className="fieldset signing-keys">
      <legend>{t("admin.keys")}</legend>
      <p className="field-hint">{t("admin.keysHint")}</p>
      <p className="field-hint">
        {t("admin.channelId")} <code>{channelId}</code>
      </p>
      {keys !== null && keys.length > 0 ? (
        <ul>
          {keys.map((key) => (
            <li key={key.id}>
              <Icon name="lock" size="small" />
              <span className="signing-key-words">
                {key.name}
                <small>
                  {key.algorithm} · {t("admin.keyAdded")} <When at={key.createdAt} /> ·{" "}
                  {key.usedAt === null ? (
                    t("admin.keyUnused")
                  ) : (
                    <>
                      {t("admin.keyUsed")} <When at={key.usedAt} />
                    </>
                  )}
                </small>
              </span>
              {removing === key.id ? (
                <>
                  <Button look="danger" onPress={() => void remove(key.id)} autoFocus>
                    {t("admin.keyRemoveSure")}
                  </Button>
                  <Button look="quiet" onPress={() => setRemoving(null)}>
                    {t("kit.cancel")}
                  </Button>
                </>
              ) : (
                <IconButton
                  size="small"
                  icon="trash"
                  label={t("admin.keyRemove", { name: key.name })}
                  onPress={() => setRemoving(key.id)}
                />
              )}
            </li>
          ))}
        </ul>
      ) : null}
      {removing === null ? null : <p className="field-hint">{t("admin.keyRemoveHint")}</p>}
      {told === null ? null : (
        <output className="signing-secret">
          <span>
            <strong>{t("admin.keySecret", { name: told.name })}</strong> {t("admin.keySecretOnce")}
          </span>
          <code>{told.secret}</code>
          <Button icon="copy" onPress={() => void navigator.clipboard.writeText(told.secret)}>
            {t("admin.keyCopy")}
          </Button>
        </output>
      )}
      <NewKey add={add} />
      {problem ? (
        <p className="form-problem" role="alert">
          <Icon name="warning" /> {problemWords(problem)}
        </p>
      ) : null}
    </fieldset>
  );
};

/** What a new key is called and of which kind it is. */
const NewKey = ({ add }: { readonly add: (name: string, publicKey: string | null) => Promise<boolean> }) => {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<"secret" | "public">("secret");
  const [publicKey, setPublicKey] = useState("");
  const isReady = name.trim() !== "" && (kind === "secret" || publicKey.trim() !== "");
  const run = async (): Promise<void> => {
    if (isReady && (await add(name.trim(), kind === "secret" ? null : publicKey))) {
      setName("");
      setPublicKey("");
    }
  };
  return (
    <>
      <div className="channel-test-line">
        <Field
          label={t("admin.keyName")}
          placeholder={t("admin.keyNameExample")}
          value={name}
          onChange={setName}
          maxLength={100}
          onEnter={() => void run()}
        />
        <Choose
          label={t("admin.keyKind")}
          value={kind}
          choices={[
            { id: "secret", label: t("admin.keyKindSecret") },
            { id: "public", label: t("admin.keyKindPublic") },
          ]}
          onChange={setKind}
        />
        <Button icon="plus" onPress={() => void run()} isDisabled={!isReady}>
          {t("admin.keyAdd")}
        </Button>
      </div>
      {kind === "public" ? (
        <LongField
          mono
          label={t("admin.keyPublic")}
          hint={t("admin.keyPublicHint")}
          value={publicKey}
          onChange={setPublicKey}
          maxLength={4_000}
        />
      ) : null}
    </>
  );
};
