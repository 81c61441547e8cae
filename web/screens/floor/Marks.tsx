// Small pictures of the floor: a running time, a share against what it is meant to be, a curve, how full somebody is. Used by the floor's screen.
import { useSyncExternalStore } from "react";
import type { Predicted } from "#contract/routing.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { curveMs, floor, type Sample } from "#web/state/floor.ts";
import { span, standing } from "#web/state/spans.ts";
import { useStore } from "#web/state/store.ts";
import { number, t } from "#web/state/words.ts";

const watchSeconds = (heard: () => void): (() => void) => {
  const ticking = setInterval(heard, 1_000);
  return () => clearInterval(ticking);
};
const wholeSeconds = (): number => Math.floor(performance.now() / 1_000);

/** A time that ran for so many seconds when the floor was read, and runs on. */
export const Running = ({ seconds }: { readonly seconds: number }) => {
  const second = useSyncExternalStore(watchSeconds, wholeSeconds);
  const receivedMs = useStore(floor, (known) => known.receivedMs);
  return <span className="floor-time">{span(seconds + Math.max(0, second - receivedMs / 1_000))}</span>;
};

/** Since an instant of the server's clock. */
export const RunningSince = ({ since, at }: { readonly since: string; readonly at: string }) => (
  <Running seconds={Math.max(0, (Date.parse(at) - Date.parse(since)) / 1_000)} />
);

/** A service level with a sign beside its colour: met or missed. */
export const Share = ({
  share,
  target,
  of,
}: {
  readonly share: number | null;
  readonly target: number;
  readonly of: number;
}) => {
  const stands = standing(share, target);
  if (share === null || stands === null)
    return (
      <span className="floor-share" title={t("floor.noneAnswered")}>
        <span aria-hidden>–</span>
        <span className="quietly">{t("floor.noneAnswered")}</span>
      </span>
    );
  return (
    <span className="floor-share" data-standing={stands} title={t("floor.shareOf", { count: of, target })}>
      <Icon name={stands === "met" ? "check" : "warning"} size="small" label={t(`floor.${stands}`)} />
      {t("floor.percent", { share: number(Math.round(share)) })}
    </span>
  );
};

/** What who comes now would be told. */
export const Interval = ({ predicted }: { readonly predicted: Predicted | null }) =>
  predicted === null ? (
    <span title={t("floor.notPredicted")}>
      <span aria-hidden>–</span>
      <span className="quietly">{t("floor.notPredicted")}</span>
    </span>
  ) : (
    <span className="floor-time" title={t(`floor.predictedBy.${predicted.by}`)}>
      {span(predicted.low)}–{span(predicted.high)}
    </span>
  );

const [wide, high] = [120, 28];

/** How many waited in the last half hour, as far as this window has looked. Its numbers stand beside it. */
export const Curve = ({ samples, nowMs }: { readonly samples: readonly Sample[]; readonly nowMs: number }) => {
  const most = Math.max(4, ...samples.map(({ waiting }) => waiting));
  const x = (atMs: number): string => (wide * (1 - (nowMs - atMs) / curveMs)).toFixed(1);
  const y = (waiting: number): string => (high - 1 - ((high - 3) * waiting) / most).toFixed(1);
  // In steps: between two looks it is as it was.
  const path = samples
    .map(
      ({ atMs, waiting }, index) =>
        `${index === 0 ? "M" : "H"}${x(atMs)}${index === 0 ? ` ${y(waiting)}` : `V${y(waiting)}`}`,
    )
    .join("");
  return (
    <svg className="floor-curve" viewBox={`0 0 ${wide} ${high}`} preserveAspectRatio="none" aria-hidden>
      <path className="floor-curve-ground" d={`M0 ${high - 0.5}H${wide}`} />
      {samples.length > 1 ? <path d={path} /> : null}
    </svg>
  );
};

/** Of so many predictions so many held; the line stands where eight of ten would be. */
export const Calibration = ({ judged, inside }: { readonly judged: number; readonly inside: number }) => {
  if (judged < 1) return <span className="floor-calibration">{t("floor.notJudged")}</span>;
  const share = (100 * inside) / judged;
  return (
    <span className="floor-calibration">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
        <path className="floor-bar-ground" d="M0 4H100" />
        <path className="floor-bar" d={`M0 4H${share.toFixed(1)}`} />
        <path className="floor-bar-aim" d="M80 0V8" />
      </svg>
      {t("floor.calibration", { share: number(Math.round(share)), count: Math.round(judged) })}
    </span>
  );
};

/** How many of somebody's hundred parts are taken. */
export const Load = ({ load }: { readonly load: number }) => (
  <span className="floor-load" data-full={load >= 100 || undefined}>
    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
      <path className="floor-bar-ground" d="M0 4H100" />
      {load > 0 ? <path className="floor-bar" d={`M0 4H${Math.min(100, load)}`} /> : null}
    </svg>
    <span aria-hidden>{number(Math.round(load))}</span>
    <span className="quietly">{t("floor.load", { load: number(Math.round(load)) })}</span>
  </span>
);
