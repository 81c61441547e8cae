// Keeps of an inline style only what cannot load, cover or move anything. Used by html.ts.

const properties = new Set(
  (
    "color background-color font font-family font-size font-style font-weight font-variant line-height letter-spacing text-align text-decoration text-indent text-transform vertical-align white-space word-break word-wrap overflow-wrap direction " +
    "margin margin-top margin-right margin-bottom margin-left padding padding-top padding-right padding-bottom padding-left " +
    "border border-top border-right border-bottom border-left border-color border-style border-width border-collapse border-spacing border-radius " +
    "border-top-color border-top-style border-top-width border-right-color border-right-style border-right-width border-bottom-color border-bottom-style border-bottom-width border-left-color border-left-style border-left-width " +
    "width min-width max-width height min-height max-height display list-style list-style-type table-layout"
  ).split(" "),
);
const functions = new Set(["rgb", "rgba", "hsl", "hsla"]);
const displays = new Set(["block", "inline", "inline-block", "none", "table", "table-row", "table-cell", "list-item"]);
const layout = /^(?:margin|text-indent)/;

/**
 * The declarations of an allow-list with plain values, as one string; empty when none is left. Drops whatever holds url(),
 * a backslash, a comment, "@", "expression", any function but colours, "!important", and negative offsets.
 */
export function cleanStyle(style: string): string {
  if (style.length > 4_000 || style.includes("\\") || style.includes("/*") || style.includes("@")) return "";
  let kept = "";
  for (const declaration of style.split(";")) {
    const colon = declaration.indexOf(":");
    if (colon < 1) continue;
    const property = declaration.slice(0, colon).trim().toLowerCase();
    if (!properties.has(property)) continue;
    const value = declaration.slice(colon + 1).trim();
    if (value === "" || value.length > 200 || !/^[\w\s#%.,()'"äöüß+-]+$/i.test(value)) continue;
    const calls = value.match(/[\w-]*\(/g);
    if (calls !== null && !calls.every((call) => functions.has(call.slice(0, -1).toLowerCase()))) continue;
    if (layout.test(property) && value.includes("-")) continue;
    if (property === "display" && !displays.has(value.toLowerCase())) continue;
    if ((value.split("'").length & 1) === 0 || (value.split('"').length & 1) === 0) continue;
    kept += `${kept === "" ? "" : ";"}${property}:${value.replaceAll('"', "'")}`;
  }
  return kept;
}
