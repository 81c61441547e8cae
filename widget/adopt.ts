// The styles of a part that is fetched by itself, in the widget's own root. Called by emoji/main.tsx and sheets/main.tsx.

/** Gives how to make a sheet hold where a place is, once. */
export const adopt = (css: string): ((place: HTMLElement) => void) => {
  let sheet: CSSStyleSheet | null = null;
  return (place) => {
    const root = place.getRootNode();
    if (sheet === null) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
    }
    if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(sheet))
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  };
};
