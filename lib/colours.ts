// Colours of the chat widget as numbers: how well a brand's own colour can be read there, by day and by night, and the nearest one that can. Pure; called by
// channels/webchat/settings.ts, which refuses what cannot be read, by server/chat-site.ts and by the desk's form, so that all say the same.

/** Red, green and blue, each from 0 to 1, as screens have them (sRGB, gamma-encoded). */
type Rgb = readonly [number, number, number];
/** Lightness (0 to 1) and two axes of colour: OKLab, Björn Ottosson 2020, as CSS Color 4 section 9 has it. */
type Lab = readonly [number, number, number];

/** When the widget is looked at: it has a light and a dark scheme. */
export type Daytime = "day" | "night";

/** WCAG 2.2, criterion 1.4.3 (AA): of words to what is behind them, at least. */
export const leastContrast = 4.5;

/** What a picker shows where nothing is chosen. */
export const noColour = "#000000";

/** Is it a colour as a form takes it: "#" and six hexadecimal digits? */
export const isColour = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const encoded = (value: number): number => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** Of a colour that `isColour`. */
const rgbOf = (colour: string): Rgb => {
  const part = (from: number): number => Number.parseInt(colour.slice(from, from + 2), 16) / 255;
  return [part(1), part(3), part(5)];
};

const hexOf = (colour: Rgb): string =>
  `#${colour
    .map((value) =>
      Math.round(Math.min(1, Math.max(0, value)) * 255)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

const labOf = (colour: Rgb): Lab => {
  const [r, g, b] = [linear(colour[0]), linear(colour[1]), linear(colour[2])];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
};

const fromLab = ([lightness, a, b]: Lab): Rgb => {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
};

/** Lightness, chroma and hue in degrees, as a style sheet's oklch() has them. */
const lch = (lightness: number, chroma: number, hue: number): Rgb => {
  const angle = (hue * Math.PI) / 180;
  return fromLab([lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)]);
};

/** color-mix(in oklab, first share, second). */
const mixed = (first: Rgb, second: Rgb, share: number): Rgb => {
  const [a, b] = [labOf(first), labOf(second)];
  const at = (index: 0 | 1 | 2): number => a[index] * share + b[index] * (1 - share);
  return fromLab([at(0), at(1), at(2)]);
};

const luminance = (colour: Rgb): number => {
  const [r, g, b] = colour.map((value) => linear(Math.min(1, Math.max(0, value))));
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
};

/** From 1 to 21, as WCAG 2.2 defines it. */
const contrast = (one: Rgb, other: Rgb): number => {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};

/** What an accent stands on and beside, as widget/tokens.css and widget/chat/tokens.css have it (a test compares them): oklch triples. */
export const widgetColours = {
  day: {
    surface: [1, 0, 0],
    theirs: [1, 0, 0],
    hover: [0.945, 0.008, 220],
    ink: [0.245, 0.018, 230],
    onAccent: [1, 0, 0],
  },
  night: {
    surface: [0.225, 0.013, 230],
    theirs: [0.275, 0.014, 230],
    hover: [0.3, 0.016, 230],
    ink: [0.935, 0.006, 220],
    onAccent: [0.2, 0.03, 220],
  },
} as const;

/** Shares of the accent in what the widget mixes of it. */
const shares = { soft: 0.14, pressed: 0.88, mine: 0.34, head: 0.16 };

/** The worst contrast that words get where this accent is used: on it, in it, and on what is mixed of it. `accent`: one that `isColour`. */
export const accentContrast = (accent: string, at: Daytime): number => {
  const of = rgbOf(accent);
  const around = widgetColours[at];
  const [surface, theirs, hover, ink, onAccent] = [
    around.surface,
    around.theirs,
    around.hover,
    around.ink,
    around.onAccent,
  ].map(([lightness, chroma, hue]) => lch(lightness, chroma, hue)) as [Rgb, Rgb, Rgb, Rgb, Rgb];
  return Math.min(
    ...[surface, theirs, hover, mixed(of, surface, shares.soft)].map((behind) => contrast(of, behind)),
    contrast(onAccent, of),
    contrast(onAccent, mixed(of, ink, shares.pressed)),
    at === "day" ? contrast(onAccent, of) : contrast(ink, mixed(of, surface, shares.mine)),
  );
};

const fits = (colour: Rgb): boolean => colour.every((value) => value >= -0.0005 && value <= 1.0005);

/** A colour of that lightness and hue which screens have: with less chroma where it must. */
const within = (lightness: number, a: number, b: number): Rgb => {
  for (let share = 1; share > 0; share -= 0.05) {
    const colour = fromLab([lightness, a * share, b * share]);
    if (fits(colour)) return colour;
  }
  return fromLab([lightness, 0, 0]);
};

/** The nearest colour of the same hue that can be read there: the same when it can, else darker by day and lighter by night. `accent`: one that `isColour`. */
export const readableAccent = (accent: string, at: Daytime): string => {
  if (accentContrast(accent, at) >= leastContrast) return accent.toLowerCase();
  const [lightness, a, b] = labOf(rgbOf(accent));
  const step = at === "day" ? -0.005 : 0.005;
  for (let next = lightness + step; next > 0 && next < 1; next += step) {
    const colour = hexOf(within(next, a, b));
    if (accentContrast(colour, at) >= leastContrast) return colour;
  }
  return at === "day" ? noColour : "#ffffff";
};

/** What the widget shows with this accent, as colours to paint with: its own and what it mixes of the accent. `accent`: one that `isColour`. */
export const lookOf = (
  accent: string,
  at: Daytime,
): Readonly<
  Record<"surface" | "theirs" | "ink" | "accent" | "onAccent" | "head" | "onHead" | "mine" | "onMine", string>
> => {
  const of = rgbOf(accent);
  const [surface, theirs, ink, onAccent] = (["surface", "theirs", "ink", "onAccent"] as const).map((name) => {
    const [lightness, chroma, hue] = widgetColours[at][name];
    return lch(lightness, chroma, hue);
  }) as [Rgb, Rgb, Rgb, Rgb];
  const [behind, words, on] = [surface, hexOf(ink), hexOf(onAccent)];
  const isDay = at === "day";
  return {
    surface: hexOf(behind),
    theirs: hexOf(theirs),
    ink: words,
    accent: hexOf(of),
    onAccent: on,
    head: isDay ? hexOf(of) : hexOf(mixed(of, behind, shares.head)),
    onHead: isDay ? on : words,
    mine: isDay ? hexOf(of) : hexOf(mixed(of, behind, shares.mine)),
    onMine: isDay ? on : words,
  };
};
