// A recording that can be played: both sides as waves over its time, a place that is chosen by pointer or keys, three speeds. Called by CallCard.tsx.
import { useEffect, useMemo, useState } from "react";
import type { CallRecording } from "#contract/calls.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { startPlayer } from "#web/state/player.ts";
import { useStore } from "#web/state/store.ts";
import { wavePath } from "#web/state/wave.ts";
import { number, t } from "#web/state/words.ts";
import { runningWords } from "#web/state/workWords.ts";

const speeds = [1, 1.5, 2] as const;
/** A key moves so far, in seconds. */
const stepSeconds = 5;

export const Recording = ({ recording, title }: { readonly recording: CallRecording; readonly title: string }) => {
  const { url, seconds, wave, pauses } = recording;
  const player = useMemo(() => startPlayer(url ?? ""), [url]);
  useEffect(() => player.stop, [player]);
  const { at, plays, broken } = useStore(player.now, (now) => now);
  const [speed, setSpeed] = useState<number>(1);
  const { go, playOrPause } = player;
  const whole = Math.max(1, seconds);
  return (
    <div className="recording">
      <div className="recording-acts">
        <IconButton
          icon={plays ? "pause" : "play"}
          label={t(plays ? "calls.card.pause" : "calls.card.listenTo")}
          onPress={playOrPause}
        />
        <span className="recording-time">
          {runningWords(at)} / {runningWords(seconds)}
        </span>
        <Button
          look="quiet"
          onPress={() => {
            const next = speeds[(speeds.findIndex((one) => one === speed) + 1) % speeds.length] ?? 1;
            setSpeed(next);
            player.speed(next);
          }}
        >
          {t("calls.card.speed", { speed: `${number(speed)}×` })}
        </Button>
        <a className="recording-save" href={url ?? ""} download>
          {t("calls.card.download")}
        </a>
      </div>
      <div className="recording-wave">
        {wave === null ? null : (
          <svg viewBox="0 0 200 40" preserveAspectRatio="none" aria-hidden>
            {pauses.map(({ from, to }) => (
              <rect
                key={from}
                className="recording-pause"
                x={(200 * from) / whole}
                y="0"
                width={(200 * (to - from)) / whole}
                height="40"
              />
            ))}
            <path className="recording-left" d={wavePath(wave.left, 20, -1)} />
            <path className="recording-right" d={wavePath(wave.right, 20, 1)} />
            <rect className="recording-at" x={(200 * at) / whole} y="0" width="1" height="40" />
          </svg>
        )}
        <input
          type="range"
          min={0}
          max={Math.max(1, Math.round(seconds * 10) / 10)}
          step={stepSeconds / 5}
          value={at}
          aria-label={`${title}: ${t("calls.card.place")}`}
          aria-valuetext={t("calls.card.placeWords", { at: runningWords(at), whole: runningWords(seconds) })}
          onChange={(change) => go(Number(change.target.value))}
          onKeyDown={(press) => {
            const by = press.key === "ArrowLeft" ? -stepSeconds : press.key === "ArrowRight" ? stepSeconds : 0;
            if (press.key === " ") playOrPause();
            else if (by !== 0) go(Math.min(seconds, Math.max(0, at + by)));
            else return;
            press.preventDefault();
            press.stopPropagation();
          }}
        />
      </div>
      {wave === null ? null : (
        <p className="recording-sides">
          <span data-side="left">{t("calls.card.left")}</span>
          {wave.right.some((level) => level > 0) ? <span data-side="right">{t("calls.card.right")}</span> : null}
        </p>
      )}
      {broken ? (
        <p className="call-card-quiet" role="alert">
          {t("calls.card.unplayable")}
        </p>
      ) : null}
    </div>
  );
};
