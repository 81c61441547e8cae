// A recording's loudness as a drawing. Pure; called by Recording.tsx.

/** Bars from the middle upwards (-1) or downwards (1): levels from 0 to 100 over 200 units of width; `half` units high at most. What is silent stays visible as a hair. */
export const wavePath = (levels: readonly number[], half: number, way: -1 | 1): string => {
  const width = 200 / Math.max(1, levels.length);
  return levels
    .map((level, place) => {
      const height = Math.max(0.4, (Math.min(100, Math.max(0, level)) / 100) * (half - 1));
      const x = round(place * width);
      return `M${x} ${half}h${round(width * 0.7)}v${round(way * height)}h${round(-width * 0.7)}z`;
    })
    .join("");
};

const round = (value: number): number => Math.round(value * 100) / 100;
