// Tells German from English by their commonest words. Used by inbound.ts.

const german = new Set(
  "der die das und ist nicht ich sie wir ein eine einen für mit auf von zu im den dem des es auch wie bei nach aus aber noch nur oder hat habe haben wird werden kann können bitte danke leider mein meine ihr ihre ihnen sich dass wenn seit keine kein guten hallo sehr geehrte grüßen gruß freundlichen vielen dank möchte heute uns mich mir".split(
    " ",
  ),
);
const english = new Set(
  "the and is not i you we a an for with on of to in it that this as at by from but or has have had will would can could please thanks thank my your our are was were be been do does did if when no hello hi dear regards sincerely me us what there they which how just".split(
    " ",
  ),
);

/** "de" or "en" when at least 40 letters are there and one of the two clearly leads; otherwise null. Looks at the first 4,000 characters. */
export function languageOf(text: string): "de" | "en" | null {
  const start = text.slice(0, 4_000);
  const letters = start.match(/\p{L}/gu)?.length ?? 0;
  if (letters < 40) return null;
  let de = 0;
  let en = 0;
  for (const word of start.toLowerCase().match(/[a-zäöüß]+/g) ?? []) {
    if (german.has(word)) de += 1;
    if (english.has(word)) en += 1;
  }
  if (/[äöüß]/.test(start)) de += 1;
  if (de >= 2 && de >= en * 1.5) return "de";
  return en >= 2 && en >= de * 1.5 ? "en" : null;
}
