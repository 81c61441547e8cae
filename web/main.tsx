// The desk's entry: asks who we are, then paints the page that fits.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "#web/shell/App.tsx";
import { begin } from "#web/state/session.ts";
import "#web/kit/tokens.css";
import "#web/kit/base.css";
import "#web/kit/chip.css";
import "#web/kit/page.css";
import "#web/kit/forced.css";

// A newer desk has been put in place of this one, so a part that was not loaded yet is gone: begin afresh.
addEventListener("vite:preloadError", () => location.reload());

const place = document.getElementById("root");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  void begin();
}
