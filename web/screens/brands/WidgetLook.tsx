// How the chat's widget will look with a channel's settings, by day and by night, and whether its words can be read. Called by SettingsField.tsx.
import { accentContrast, isColour, leastContrast, lookOf, readableAccent } from "#lib/colours.ts";
import type { Daytime } from "#lib/colours.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { language, t } from "#web/state/words.ts";
import "#web/screens/brands/look.css";

export interface WidgetLookProps {
  readonly look: Readonly<Record<string, unknown>>;
  /** Sets one of its values. */
  readonly set: (name: string, value: string) => void;
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

export const WidgetLook = ({ look, set }: WidgetLookProps) => {
  const [accent, night] = [textOf(look["accent"]), textOf(look["accentNight"])];
  if (!isColour(accent) || (night !== "" && !isColour(night)))
    return <p className="field-hint">{t("widgetLook.none")}</p>;
  const place = { "data-corners": textOf(look["corners"]), "data-side": textOf(look["side"]) };
  return (
    <div className="look">
      <Shown at="day" accent={accent} place={place} take={(colour) => set("accent", colour)} />
      <Shown
        at="night"
        accent={night === "" ? readableAccent(accent, "night") : night}
        place={place}
        take={(colour) => set("accentNight", colour)}
      />
    </div>
  );
};

const Shown = ({
  at,
  accent,
  place,
  take,
}: {
  readonly at: Daytime;
  readonly accent: string;
  readonly place: object;
  readonly take: (colour: string) => void;
}) => {
  const contrast = accentContrast(accent, at);
  const ratio = (value: number): string => value.toLocaleString(language(), { maximumFractionDigits: 1 });
  const better = readableAccent(accent, at);
  const style = Object.fromEntries(
    Object.entries(lookOf(accent, at)).map(([name, colour]) => [
      `--look-${name.replace(/[A-Z]/, (sign) => `-${sign.toLowerCase()}`)}`,
      colour,
    ]),
  );
  return (
    <div className="look-one">
      <div className="look-widget" aria-hidden style={style} {...place}>
        <div className="look-panel">
          <p className="look-head">{t("widgetLook.head")}</p>
          <p className="look-theirs">{t("widgetLook.theirs")}</p>
          <p className="look-mine">{t("widgetLook.mine")}</p>
        </div>
        <span className="look-button">
          <Icon name="chat" />
        </span>
      </div>
      <output className={contrast < leastContrast ? "field-fault" : "field-hint"}>
        {t(contrast < leastContrast ? `widgetLook.${at}Faint` : `widgetLook.${at}Fine`, {
          contrast: ratio(Math.floor(contrast * 10) / 10),
          least: ratio(leastContrast),
        })}
      </output>
      {contrast < leastContrast ? (
        <Button onPress={() => take(better)}>{t("widgetLook.take", { colour: better })}</Button>
      ) : null}
    </div>
  );
};
