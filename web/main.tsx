// The desk's entry: asks who we are, then paints the page that fits.
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "#web/shell/App.tsx";
import { begin } from "#web/state/session.ts";
import "#web/kit/tokens.css";
import "#web/kit/base.css";
import "#web/kit/chip.css";
import "#web/kit/page.css";

const place = document.getElementById("root");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
  void begin();
}
