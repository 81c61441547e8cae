// My telephone: which window it is, microphone, loudspeaker and ringer, each chosen and tried; what hinders it, and how that is mended. Called by CallSheets.tsx.
import { useEffect, useState } from "react";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { ring } from "#web/shell/ring.ts";
import { retryMicrophone, telephoneHere } from "#web/state/softphone.ts";
import {
  canChooseSpeaker,
  chooseDevice,
  chosenDevices,
  devices,
  permission,
  unableHere,
  type Device,
  type DeviceUse,
  type PhoneTrouble,
} from "#web/state/softphoneDevices.ts";
import { telephone } from "#web/state/softphoneNow.ts";
import { playTone, tryMicrophone, type Trial } from "#web/state/softphoneTry.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";
import "#web/shell/softphone.css";

export const DevicesSheet = ({ close }: { readonly close: () => void }) => {
  const { inputs, outputs } = useStore(devices, (now) => now);
  const allowed = useStore(permission, (now) => now);
  const elsewhere = useStore(telephone, ({ role }) => role === "elsewhere");
  const [trouble, setTrouble] = useState<PhoneTrouble | null>(telephone.get().trouble ?? unableHere());
  const [trial, setTrial] = useState<Trial | null>(null);
  useEffect(() => () => trial?.stop(), [trial]);
  const begin = async (): Promise<void> => {
    const outcome = await tryMicrophone();
    setTrouble(outcome.ok ? null : outcome.trouble);
    setTrial(outcome.ok ? outcome.trial : null);
    if (outcome.ok && telephone.get().trouble !== null) retryMicrophone();
  };
  return (
    <Sheet title={t("calls.devices.title")} isOpen onClose={close}>
      <div className="form" data-padded>
        {elsewhere ? (
          <div className="devices-row">
            <p>{t("calls.elsewhereTalk")}</p>
            <Button onPress={telephoneHere}>{t("calls.takeHere")}</Button>
          </div>
        ) : null}
        {trouble === null ? null : (
          <div className="devices-told" role="alert">
            <strong>
              <Icon name="warning" size="small" /> {t("calls.phone.trouble", { words: t(`calls.troubles.${trouble}`) })}
            </strong>
            <span>{t(`calls.mend.${trouble}`)}</span>
          </div>
        )}
        <div className="devices-row">
          <Which use="microphone" some={inputs} changed={() => trial !== null && void begin()} />
          {trial === null ? (
            <Button icon="microphone" isDisabled={unableHere() !== null} onPress={() => void begin()}>
              {t(
                trouble !== null
                  ? "calls.tryAgain"
                  : allowed === "granted"
                    ? "calls.devices.try"
                    : "calls.devices.allow",
              )}
            </Button>
          ) : (
            <Button onPress={() => setTrial(null)}>{t("calls.devices.stop")}</Button>
          )}
        </div>
        {trial === null ? (
          allowed === "granted" || trouble !== null ? null : (
            <p className="field-hint">{t("calls.devices.allowHint")}</p>
          )
        ) : (
          <Level trial={trial} />
        )}
        <div className="devices-row">
          <Which use="speaker" some={outputs} />
          <Button icon="speaker" onPress={playTone}>
            {t("calls.devices.tone")}
          </Button>
        </div>
        <div className="devices-row">
          <Which use="ringer" some={outputs} />
          <Button icon="bell" onPress={() => ring()}>
            {t("calls.devices.ring")}
          </Button>
        </div>
        {canChooseSpeaker() ? null : <p className="field-hint">{t("calls.devices.cannotChoose")}</p>}
        <Notices />
      </div>
    </Sheet>
  );
};

const Which = ({
  use,
  some,
  changed,
}: {
  readonly use: DeviceUse;
  readonly some: readonly Device[];
  readonly changed?: () => void;
}) => {
  const chosen = useStore(chosenDevices, (now) => now[use]);
  const known = some.some(({ id }) => id === chosen);
  return (
    <Choose
      label={t(`calls.devices.${use}`)}
      value={known ? chosen : ""}
      choices={[
        { id: "", label: t("calls.devices.system") },
        ...some.map(({ id, name }, index) => ({
          id,
          label: name === "" ? t("calls.devices.unnamed", { number: index + 1 }) : name,
        })),
      ]}
      onChange={(id) => {
        chooseDevice(use, id);
        changed?.();
      }}
    />
  );
};

/** So loud is what can be understood well; less is quiet. */
const good = 0.35;

/** How loud it is, as a bar for the eye and a word that changes seldom; and oneself, to be heard. */
const Level = ({ trial }: { readonly trial: Trial }) => {
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState(0);
  const [hears, setHears] = useState(false);
  useEffect(() => {
    let frame = 0;
    const step = (): void => {
      const now = trial.level();
      setLevel(now);
      setHeard((most) => Math.max(most, now));
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [trial]);
  const word = t(
    heard > good ? "calls.devices.levelGood" : heard > 0.05 ? "calls.devices.levelLow" : "calls.devices.levelNone",
  );
  return (
    <>
      <div className="level">
        <span>
          {t("calls.devices.level")}: <output>{word}</output>
        </span>
        <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden>
          <rect width={level * 100} height="1" />
        </svg>
      </div>
      <Toggle
        label={t("calls.devices.hearYourself")}
        hint={t("calls.devices.hearYourselfHint")}
        value={hears}
        onChange={(on) => {
          setHears(on);
          trial.hear(on);
        }}
      />
    </>
  );
};

/** Whether calls are shown by the system while nobody sees the desk. */
const Notices = () => {
  const [now, setNow] = useState<NotificationPermission | "none">(
    "Notification" in globalThis ? Notification.permission : "none",
  );
  if (now === "default")
    return (
      <div className="devices-row">
        <p>{t("calls.devices.notices")}</p>
        <Button icon="bell" onPress={() => void Notification.requestPermission().then(setNow)}>
          {t("calls.devices.noticesAllow")}
        </Button>
      </div>
    );
  return <p className="field-hint">{t(now === "granted" ? "calls.devices.noticesOn" : "calls.devices.noticesOff")}</p>;
};
