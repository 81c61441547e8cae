// The calls I am in, above everything: with whom, since when, how it sounds, and all that can be done. A call that asks for me rings here. Called by the shell.
import { useQuery } from "@tanstack/react-query";

import type { Call, CallParty } from "#contract/calls.ts";
import { customers } from "#contract/customers.ts";
import { command } from "#web/commands/commands.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { runCommand } from "#web/commands/run.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { IconName } from "#web/kit/Icon.tsx";
import { mac } from "#web/kit/platform.ts";
import { useTick } from "#web/kit/useTick.ts";
import { Keypad } from "#web/shell/Keypad.tsx";
import { useBell } from "#web/shell/useBell.ts";
import { callerWords, numberWords, runsSince, soundWords, stateWords, waitedSeconds } from "#web/state/callWords.ts";
import { joinCall } from "#web/state/callDoing.ts";
import { livingCalls } from "#web/state/applyCalls.ts";
import { useCalls, wishesUnderWay } from "#web/state/calls.ts";
import { callsUi } from "#web/state/callsUi.ts";
import { callOrThrow } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { retryLines, retryMicrophone, telephoneHere, workForCalls } from "#web/state/softphone.ts";
import { telephone, type LineShown, type Telephone } from "#web/state/softphoneNow.ts";
import {
  ableIn,
  callsAtTop,
  consulted,
  customerSide,
  mySide,
  othersIn,
  runningRecording,
} from "#web/state/softphoneParts.ts";
import { useStore } from "#web/state/store.ts";
import { countingWords } from "#web/state/tiers.ts";
import { answered, myWork } from "#web/state/work.ts";
import { queueName, routingBook } from "#web/state/routingBook.ts";
import { listed, t } from "#web/state/words.ts";
import { lengthWords, runningWords } from "#web/state/workWords.ts";
import "#web/shell/softphone.css";

export const Softphone = () => {
  const known = useCalls((now) => now);
  const me = useStore(deskState, (state) => state.me);
  const phone = useStore(telephone, (now) => now);
  useStore(myWork, (now) => now);
  useStore(answered, (now) => now);
  const shown = callsAtTop(livingCalls(known), me, workForCalls(), phone.taken);
  useBell(shown);
  if (shown.length === 0) return null;
  return (
    <section className="phone-bar" aria-label={t("calls.bar")}>
      {shown.map(({ call, part }) =>
        part === "asked" ? (
          <Asks key={call.id} call={call} />
        ) : (
          <InCall
            key={call.id}
            call={call}
            me={me}
            phone={phone}
            first={call === shown.find((one) => one.part === "in")?.call}
          />
        ),
      )}
    </section>
  );
};

const keysOf = (id: string): string => shownKeys(command(id).keys[0] ?? "", mac).join(" ");

/** The customer's name as the desk knows it; null: nobody known. */
const useCustomer = ({ customerId, concernId }: Call) => {
  const row = useStore(deskState, (state) => (concernId === null ? undefined : state.rows[concernId]));
  const customer = useQuery({
    queryKey: ["customer", customerId],
    enabled: customerId !== null,
    queryFn: ({ signal }) => callOrThrow(customers.get, { params: { id: customerId ?? "" } }, signal),
  });
  return { name: row?.customerName ?? customer.data?.name ?? null, customer: customer.data ?? null };
};

const nameOf = (agentId: string): string =>
  deskState.get().agents.find(({ id }) => id === agentId)?.name ?? t("routing.somebody");
const partyName = ({ agentId, name }: CallParty): string => (agentId === null ? numberWords(name) : nameOf(agentId));

/** A colleague asks something: I say whether I take it. */
const Asks = ({ call }: { readonly call: Call }) => {
  const { name } = useCustomer(call);
  const who = callerWords(call, name);
  return (
    <article className="call-bar" data-rings aria-label={t("calls.label", { name: who })}>
      <span className="call-mark">
        <Icon name="phone" size="large" />
      </span>
      <div className="call-who">
        <strong dir="auto">
          {call.agentId === null
            ? t("calls.asks", { name: who })
            : t("calls.asksFor", { who: nameOf(call.agentId), name: who })}
        </strong>
        <Facts call={call} />
      </div>
      <div className="call-acts">
        <Button look="primary" icon="phone" keys={keysOf("call.take")} onPress={() => runCommand("call.take")}>
          {t("calls.take")}
        </Button>
        <Button icon="hangUp" keys={keysOf("call.refuse")} onPress={() => runCommand("call.refuse")}>
          {t("calls.refuse")}
        </Button>
      </div>
    </article>
  );
};

const InCall = ({
  call,
  me,
  phone,
  first,
}: {
  readonly call: Call;
  readonly me: string | null;
  readonly phone: Telephone;
  readonly first: boolean;
}) => {
  const { name } = useCustomer(call);
  const who = callerWords(call, name);
  const side = mySide(call, me);
  const line = side === null ? undefined : phone.lines[side.legId];
  const pad = useStore(callsUi, ({ keypad }) => keypad === call.id);
  const able = ableIn(call, me);
  return (
    <article
      className="call-bar"
      data-state={call.held ? "held" : call.state}
      aria-label={t("calls.label", { name: who })}
    >
      <span className="call-mark">
        <Icon name={call.held ? "pause" : "phone"} size="large" />
      </span>
      <div className="call-who">
        <strong dir="auto">{who}</strong>
        <Facts call={call} />
      </div>
      <Clock call={call} side={side} />
      <Sound line={line} />
      {first ? <Acts call={call} side={side} pad={pad} /> : null}
      {pad && able.digits ? <Keypad callId={call.id} /> : null}
      <Words call={call} me={me} side={side} line={line} phone={first ? phone : { ...phone, trouble: null }} />
    </article>
  );
};

/** Number and how sure, tier, brand, queue, how long they waited. */
const Facts = ({ call }: { readonly call: Call }) => {
  const { customer } = useCustomer(call);
  const tiers = useStore(deskState, (state) => state.tiers);
  const brand = useStore(deskState, (state) => state.brands.find(({ id }) => id === call.brandId)?.name);
  const book = useStore(routingBook, (now) => now.book);
  const queueId = useStore(myWork, (now) => now?.work.find(({ concernId }) => concernId === call.concernId)?.queueId);
  const address = customer?.addresses.find(({ kind, value }) => kind === "phone" && value === call.number);
  const tier = customer === null ? null : countingWords(tiers, customer);
  const waited = waitedSeconds(call);
  return (
    <span className="call-facts">
      <span>
        {call.number === null ? t(call.by === "web" ? "calls.fromPage" : "calls.withheld") : numberWords(call.number)}
      </span>
      {call.number === null ? null : (
        <span>
          <Icon name={address?.verifiedAt ? "shieldCheck" : "shield"} size="small" />{" "}
          {t(address?.verifiedAt ? "calls.verified" : "calls.unverified")}
        </span>
      )}
      {tier === null ? null : (
        <span className="call-tier">
          <Icon name="star" size="small" /> {tier.name}
        </span>
      )}
      {brand === undefined ? null : <span dir="auto">{brand}</span>}
      {queueId === undefined ? null : <span dir="auto">{queueName(book, queueId)}</span>}
      {waited === null || waited < 1 ? null : <span>{t("calls.waited", { time: lengthWords(waited) })}</span>}
    </span>
  );
};

const Clock = ({ call, side }: { readonly call: Call; readonly side: CallParty | null }) => {
  const now = useTick();
  return (
    <span className="call-clock">
      <span>{stateWords(call, side)}</span>
      <time aria-hidden>{runningWords((now - Date.parse(runsSince(call))) / 1000)}</time>
    </span>
  );
};

/** Four bars with their word. */
const Sound = ({ line }: { readonly line: LineShown | undefined }) => {
  if (line === undefined) return null;
  const { bars, word, all } = soundWords(line.heard);
  return (
    <span className="call-sound" data-bars={bars} title={all}>
      <svg viewBox="0 0 16 12" aria-hidden>
        {[1, 2, 3, 4].map((bar) => (
          <rect
            key={bar}
            x={bar * 4 - 4}
            y={12 - bar * 3}
            width="3"
            height={bar * 3}
            data-on={bar <= bars || undefined}
          />
        ))}
      </svg>
      <span className="quietly">{t("calls.quality.label", { words: all })}</span>
      <span aria-hidden>{word}</span>
    </span>
  );
};

const Act = ({
  id,
  icon,
  words,
  on,
}: {
  readonly id: string;
  readonly icon: IconName;
  readonly words: string;
  readonly on?: boolean;
}) => (
  <Button
    look={on === true ? "primary" : "plain"}
    icon={icon}
    keys={keysOf(`call.${id}`)}
    onPress={() => runCommand(`call.${id}`)}
  >
    {words}
  </Button>
);

/** All that can be done with it now; what cannot be done does not stand there. */
const Acts = ({ call, side, pad }: { readonly call: Call; readonly side: CallParty | null; readonly pad: boolean }) => {
  const me = useStore(deskState, (state) => state.me);
  const waits = useStore(wishesUnderWay, (all) => all.some(({ callId }) => callId === call.id));
  const able = ableIn(call, me);
  const asked = consulted(call, me);
  const recording = runningRecording(call);
  // Then it goes on without me.
  const goesOn =
    side?.as === "supervisor" || othersIn(call, me).some((one) => one !== asked && one.as !== "supervisor");
  return (
    <div className="call-acts" aria-busy={waits}>
      {able.complete && asked ? (
        <Act id="complete" icon="right" words={t("calls.complete", { name: partyName(asked) })} />
      ) : null}
      {able.conference ? <Act id="conference" icon="people" words={t("calls.conference")} /> : null}
      {able.back ? <Act id="back" icon="back" words={t("calls.back")} /> : null}
      {able.mute ? (
        <Act
          id="mute"
          icon={side?.muted === true ? "muted" : "microphone"}
          words={t(side?.muted === true ? "calls.unmute" : "calls.mute")}
          on={side?.muted === true}
        />
      ) : null}
      {able.hold ? (
        <Act
          id="hold"
          icon={call.held ? "play" : "pause"}
          words={t(call.held ? "calls.resume" : "calls.hold")}
          on={call.held}
        />
      ) : null}
      {able.record && recording ? (
        <Act
          id="record"
          icon="record"
          words={t(recording.state === "paused" ? "calls.goOnRecording" : "calls.pauseRecording")}
          on={recording.state === "paused"}
        />
      ) : null}
      {able.consult ? <Act id="consult" icon="chat" words={t("calls.consult")} /> : null}
      {able.transfer ? <Act id="transfer" icon="right" words={t("calls.transfer")} /> : null}
      {able.digits ? <Act id="keypad" icon="keypad" words={t("calls.keypad")} on={pad} /> : null}
      {able.modes ? <Modes call={call} side={side} /> : null}
      <span className="call-end">
        <Button look="danger" icon="hangUp" keys={keysOf("call.hangUp")} onPress={() => runCommand("call.hangUp")}>
          {t(goesOn ? "calls.leave" : "calls.hangUp")}
        </Button>
      </span>
      <IconButton
        icon="settings"
        label={t("calls.devices.title")}
        keys={keysOf("call.devices")}
        onPress={() => runCommand("call.devices")}
      />
    </div>
  );
};

const modes = ["listens", "whispers", "talks"] as const;

/** How a supervisor is in it. */
const Modes = ({ call, side }: { readonly call: Call; readonly side: CallParty | null }) => {
  const now = side?.mode ?? "talks";
  const name = call.agentId === null ? "" : nameOf(call.agentId);
  return modes
    .filter((mode) => mode !== now)
    .map((mode) => (
      <Button key={mode} keys={keysOf(`call.${mode}`)} onPress={() => joinCall(call.id, mode)}>
        {t(`calls.modes.${mode}`, { name })}
      </Button>
    ));
};

/** What has to be known now, in words; what went wrong, with how it is mended. */
const Words = ({
  call,
  me,
  side,
  line,
  phone,
}: {
  readonly call: Call;
  readonly me: string | null;
  readonly side: CallParty | null;
  readonly line: LineShown | undefined;
  readonly phone: Telephone;
}) => {
  const asked = consulted(call, me);
  const others = othersIn(call, me).filter((party) => party !== asked);
  const recording = runningRecording(call);
  const agent = call.agentId === null ? "" : nameOf(call.agentId);
  return (
    <div className="call-words">
      {side?.as === "supervisor" && side.state !== "ringing" ? (
        <p data-tone="told">{t(`calls.modeNow.${side.mode ?? "talks"}`, { name: agent })}</p>
      ) : null}
      {asked === null ? null : (
        <p data-tone="told">
          {t(asked.state === "ringing" ? "calls.askingRings" : "calls.askingThere", { name: partyName(asked) })}
        </p>
      )}
      {call.held && asked === null && customerSide(call) !== null ? (
        <p data-tone="warn">{t("calls.heldSaid")}</p>
      ) : null}
      {side?.muted === true ? (
        <p data-tone="warn">
          <Icon name="muted" size="small" /> {t("calls.mutedSaid")}
        </p>
      ) : null}
      {recording === null ? null : recording.state === "paused" ? (
        <p data-tone="paused">
          <Icon name="pause" /> <output>{t("calls.recordingPaused")}</output>{" "}
          <span>{t("calls.recordingPausedHint")}</span>
        </p>
      ) : (
        <p>
          <span className="call-records">
            <Icon name="record" size="small" />
          </span>{" "}
          {t("calls.recording")}
        </p>
      )}
      {others.length === 0 ? null : <p>{t("calls.alsoIn", { names: listed(others.map(inWords)) })}</p>}
      <Trouble line={line} phone={phone} />
    </div>
  );
};

const inWords = (party: CallParty): string =>
  party.as === "supervisor"
    ? t(party.mode === null ? "calls.talksIn" : party.mode === "listens" ? "calls.listensIn" : "calls.whispersIn", {
        name: partyName(party),
      })
    : partyName(party);

const Trouble = ({ line, phone }: { readonly line: LineShown | undefined; readonly phone: Telephone }) => {
  if (phone.role === "elsewhere")
    return <Told words={t("calls.elsewhereTalk")} act={t("calls.takeHere")} does={telephoneHere} />;
  if (phone.trouble !== null)
    return (
      <Told
        words={t("calls.phone.trouble", { words: t(`calls.troubles.${phone.trouble}`) })}
        hint={t(`calls.mend.${phone.trouble}`)}
        {...(phone.trouble === "insecure" || phone.trouble === "noWebRtc"
          ? {}
          : { act: t("calls.tryAgain"), does: retryMicrophone })}
      />
    );
  if (phone.role === "off") return <Told words={t("calls.noPhone")} hint={t("calls.noPhoneHint")} />;
  if (line?.state === "lost")
    return <Told words={t("calls.lost")} hint={t("calls.lostHint")} act={t("calls.tryAgain")} does={retryLines} />;
  if (line?.hearsNothing === true) return <Told words={t("calls.hearsNothing")} hint={t("calls.hearsNothingHint")} />;
  if (line?.saysNothing === true) return <Told words={t("calls.saysNothing")} hint={t("calls.saysNothingHint")} />;
  return null;
};

const Told = ({
  words,
  hint,
  act,
  does,
}: {
  readonly words: string;
  readonly hint?: string;
  readonly act?: string;
  readonly does?: () => void;
}) => {
  return (
    <p data-tone="bad" role="alert">
      <Icon name="warning" size="small" /> <strong>{words}</strong> {hint === undefined ? null : <span>{hint}</span>}
      {act === undefined || does === undefined ? null : <Button onPress={does}>{act}</Button>}
    </p>
  );
};
