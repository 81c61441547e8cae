// A call in the thread: which way, with whom, how it stands or what became of it, what is kept of it, what of a callback. Called by MessageParts.tsx.
import { useQuery } from "@tanstack/react-query";
import type { Call, CallRecording } from "#contract/calls.ts";
import { calls as endpoints } from "#contract/call-endpoints.ts";
import type { Marker } from "#lib/marking.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { PlainText } from "#web/kit/PlainText.tsx";
import { useTick } from "#web/kit/useTick.ts";
import { Recording } from "#web/screens/concerns/Recording.tsx";
import { callbackWords, callerWords, courseWords, numberWords, runsSince, stateWords } from "#web/state/callWords.ts";
import { takeInCalls, useCalls } from "#web/state/calls.ts";
import { callOrThrow } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { mySide } from "#web/state/softphoneParts.ts";
import { useStore } from "#web/state/store.ts";
import { t } from "#web/state/words.ts";
import { runningWords } from "#web/state/workWords.ts";
import "#web/screens/concerns/call.css";

export const CallCard = ({
  callId,
  concernId,
  text,
  marker,
}: {
  readonly callId: string;
  readonly concernId: string;
  /** What they said to the flow, in lines. */
  readonly text: string;
  readonly marker: Marker | null;
}) => {
  const call = useCalls((all) => all[callId]);
  // All calls of the concern at once, and once for all its cards.
  const { isFetched } = useQuery({
    queryKey: ["concernCalls", concernId],
    queryFn: async ({ signal }) => {
      const found = await callOrThrow(endpoints.ofConcern, { params: { id: concernId } }, signal);
      takeInCalls(found);
      return found.length;
    },
  });
  return (
    <section className="call-card" aria-label={t("calls.card.label")} data-state={call?.state}>
      {call === undefined ? (
        isFetched ? (
          <p className="call-card-quiet">{t("calls.card.unknownCall")}</p>
        ) : (
          <p className="call-card-quiet">
            <output>{t("kit.loading")}</output>
          </p>
        )
      ) : (
        <Known call={call} />
      )}
      {text.trim() === "" ? null : (
        <details className="call-card-said" open={call !== undefined && call.state !== "ended"}>
          <summary>
            <Icon name="right" size="small" /> {t("calls.card.said")}
          </summary>
          <PlainText text={text} marker={marker} />
        </details>
      )}
    </section>
  );
};

const Known = ({ call }: { readonly call: Call }) => {
  const me = useStore(deskState, (state) => state.me);
  const agents = useStore(deskState, (state) => state.agents);
  const row = useStore(deskState, (state) => (call.concernId === null ? undefined : state.rows[call.concernId]));
  const nameOf = (id: string): string => agents.find((one) => one.id === id)?.name ?? t("routing.somebody");
  const name = callerWords(call, row?.customerName ?? null);
  const lives = call.state !== "ended";
  const course = courseWords(call, nameOf);
  return (
    <>
      <p className="call-card-head">
        <Icon name="phone" />
        <strong dir="auto">{t(call.direction === "in" ? "calls.card.in" : "calls.card.out", { name })}</strong>
        {call.number === null ? null : <span>{numberWords(call.number)}</span>}
        {lives ? (
          <span className="call-card-live">
            {stateWords(call, mySide(call, me))} <Running since={runsSince(call)} />
          </span>
        ) : null}
      </p>
      {course.length === 0 ? null : (
        <p className="call-card-course">
          {course.map((line) => (
            <span key={line}>{line}</span>
          ))}
        </p>
      )}
      {call.callback === null ? null : (
        <p className="call-card-course" data-tone={call.callback.state === "gaveUp" ? "bad" : "told"}>
          <Icon name="clock" size="small" />
          {callbackWords(call.callback).map((line) => (
            <span key={line}>{line}</span>
          ))}
        </p>
      )}
      {call.recordings.map((recording) => (
        <OneRecording key={recording.id} recording={recording} />
      ))}
      {call.consent === null ? null : (
        <p className="call-card-quiet">{t(call.consent ? "calls.card.consent" : "calls.card.noConsent")}</p>
      )}
    </>
  );
};

const Running = ({ since }: { readonly since: string }) => {
  const now = useTick();
  return <time aria-hidden>{runningWords((now - Date.parse(since)) / 1000)}</time>;
};

const OneRecording = ({ recording }: { readonly recording: CallRecording }) => {
  const title = t(recording.kind === "voicemail" ? "calls.card.voicemail" : "calls.card.recordingTitle");
  const quiet = quietWords(recording);
  return (
    <div className="call-card-recording">
      <h4>
        <Icon name={recording.kind === "voicemail" ? "microphone" : "record"} size="small" /> {title}
      </h4>
      {quiet === null ? null : <p className="call-card-quiet">{quiet}</p>}
      {recording.state === "kept" && recording.url !== null ? <Recording recording={recording} title={title} /> : null}
      {recording.pauses.length === 0 ? null : (
        <p className="call-card-quiet">{t("calls.card.pauses", { count: recording.pauses.length })}</p>
      )}
      {recording.text === null || recording.text === "" ? null : (
        <details className="call-card-said" open={recording.kind === "voicemail"}>
          <summary>
            <Icon name="right" size="small" /> {t("calls.card.textOf")}
          </summary>
          <PlainText text={recording.text} marker={null} />
        </details>
      )}
    </div>
  );
};

/** Why it cannot be played; null: it can. */
const quietWords = ({ state, url }: CallRecording): string | null => {
  switch (state) {
    case "running":
      return t("calls.card.running");
    case "paused":
      return t("calls.card.resting");
    case "gone":
      return t("calls.card.gone");
    case "failed":
      return t("calls.card.failed");
    case "kept":
      return url === null ? t("calls.card.coming") : null;
  }
};
