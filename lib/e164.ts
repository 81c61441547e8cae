// Numbers of telephones: what somebody typed as E.164 (ITU-T), and the hours of the day where a number is. Called by whoever dials, and by whoever keeps numbers.

/** Country codes of one and two digits (ITU-T E.164, annex to Operational Bulletin 1114); all others have three. */
const short = new Set(
  "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(
    " ",
  ),
);

/** Where no 0 stands before a number at home: the number is the same from everywhere (1, 30, 34, 45 …), or something else does (7: 8, 36: 06). */
const prefixes: Readonly<Record<string, string>> = {
  "1": "1", "7": "8", "30": "", "34": "", "36": "06", "39": "", "45": "", "47": "", "48": "", "351": "", "352": "", "356": "", "357": "", "370": "0",
  "371": "", "372": "", "377": "", "378": "", "379": "", "420": "", "423": "", "65": "", "852": "", "853": "", "52": "", "53": "0", "57": "0",
}; // prettier-ignore

/** The country code of a number in E.164, without its plus; null: it is none. */
export const countryOf = (number: string): string | null => {
  const digits = /^\+([1-9]\d{3,14})$/.exec(number)?.[1];
  if (digits === undefined) return null;
  const found = [1, 2].map((length) => digits.slice(0, length)).find((code) => short.has(code));
  return found ?? digits.slice(0, 3);
};

/**
 * A number as somebody typed it in E.164 ("+4930123456"); null: it can be none. One without a country is one of the same country as `home` (a number in E.164): its 0, or whatever stands
 * before numbers there, goes. "00" and "011" (from North America) lead abroad. Spaces, brackets, points, slashes and hyphens say nothing; "(0)" is the 0 that falls away abroad. Letters and
 * extensions are no part of a number. Whether anybody has it is known by calling it.
 */
export const e164Of = (typed: string, home: string | null): string | null => {
  const bare = typed
    .replace(/^tel:/i, "")
    .replace(/\(0\)/g, "")
    .replace(/[\s./()\u00a0\u2010-\u2015\u2212-]/g, "");
  if (!/^\+?\d{3,20}$/.test(bare)) return null;
  const country = home === null ? null : countryOf(home);
  const whole = bare.startsWith("+") ? bare : abroad(bare, country);
  return whole !== null && /^\+[1-9]\d{3,14}$/.test(whole) ? whole : null;
};

const abroad = (bare: string, country: string | null): string | null => {
  if (country === "1" && bare.startsWith("011")) return `+${bare.slice(3)}`;
  if (country !== "1" && bare.startsWith("00")) return `+${bare.slice(2)}`;
  if (country === null) return null;
  const prefix = prefixes[country] ?? "0";
  // Within North America the 1 may be left out; elsewhere a number without its 0 has no area and is not known from here.
  if (prefix !== "" && bare.startsWith(prefix) && !(country === "1" && bare.length === 10))
    return `+${country}${bare.slice(prefix.length)}`;
  return prefix === "" || country === "1" ? `+${country}${bare}` : null;
};

/** Zones of countries; where there are several, the first and the last by the sun. Countries that are missing are where the caller says. */
const zones: Readonly<Record<string, readonly string[]>> = {
  "1": ["America/New_York", "America/Los_Angeles"], "7": ["Europe/Kaliningrad", "Asia/Kamchatka"], "20": ["Africa/Cairo"], "27": ["Africa/Johannesburg"],
  "30": ["Europe/Athens"], "31": ["Europe/Amsterdam"], "32": ["Europe/Brussels"], "33": ["Europe/Paris"], "34": ["Europe/Madrid", "Atlantic/Canary"],
  "36": ["Europe/Budapest"], "39": ["Europe/Rome"], "40": ["Europe/Bucharest"], "41": ["Europe/Zurich"], "43": ["Europe/Vienna"], "44": ["Europe/London"],
  "45": ["Europe/Copenhagen"], "46": ["Europe/Stockholm"], "47": ["Europe/Oslo"], "48": ["Europe/Warsaw"], "49": ["Europe/Berlin"],
  "52": ["America/Cancun", "America/Tijuana"], "54": ["America/Argentina/Buenos_Aires"], "55": ["America/Noronha", "America/Rio_Branco"],
  "56": ["America/Santiago"], "57": ["America/Bogota"], "60": ["Asia/Kuala_Lumpur"], "61": ["Australia/Sydney", "Australia/Perth"], "63": ["Asia/Manila"],
  "64": ["Pacific/Auckland"], "65": ["Asia/Singapore"], "66": ["Asia/Bangkok"], "81": ["Asia/Tokyo"], "82": ["Asia/Seoul"], "84": ["Asia/Ho_Chi_Minh"],
  "86": ["Asia/Shanghai"], "90": ["Europe/Istanbul"], "91": ["Asia/Kolkata"], "92": ["Asia/Karachi"], "98": ["Asia/Tehran"], "351": ["Europe/Lisbon"],
  "352": ["Europe/Luxembourg"], "353": ["Europe/Dublin"], "354": ["Atlantic/Reykjavik"], "358": ["Europe/Helsinki"], "359": ["Europe/Sofia"],
  "370": ["Europe/Vilnius"], "371": ["Europe/Riga"], "372": ["Europe/Tallinn"], "380": ["Europe/Kyiv"], "381": ["Europe/Belgrade"], "385": ["Europe/Zagreb"],
  "386": ["Europe/Ljubljana"], "420": ["Europe/Prague"], "421": ["Europe/Bratislava"], "423": ["Europe/Vaduz"], "852": ["Asia/Hong_Kong"],
  "971": ["Asia/Dubai"], "972": ["Asia/Jerusalem"],
}; // prettier-ignore

/** The zones in which a number may be; `otherwise`: where nothing is known of its country. */
export const zonesOf = (number: string, otherwise: string): readonly string[] => {
  const country = countryOf(number);
  return (country === null ? undefined : zones[country]) ?? [otherwise];
};

/** What a clock shows there: "7:30" as hours with a fraction of 60. */
export const hourIn = (zone: string, now: Date): { readonly hour: number; readonly minute: number } => {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(now);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return { hour: of("hour"), minute: of("minute") };
};
