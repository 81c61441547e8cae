// The frame of the pages before the desk: the mark, a title, one card, the choice of language.
import type { ReactNode } from "react";
import { switchLanguage } from "#web/state/session.ts";
import { language, t } from "#web/state/words.ts";
import "#web/kit/doorstep.css";

export const Doorstep = ({
  title,
  words,
  children,
}: {
  readonly title: string;
  readonly words: string;
  readonly children: ReactNode;
}) => (
  <main className="doorstep">
    <div className="doorstep-card">
      <svg className="doorstep-wire" viewBox="0 0 120 28" aria-hidden>
        <path d="M2 20c14 0 14-14 28-14s12 14 26 14 12-14 26-14 10 8 18 8" />
        <circle cx="104" cy="14" r="4" />
      </svg>
      <h1>{title}</h1>
      <p className="doorstep-words">{words}</p>
      {children}
    </div>
    <p className="doorstep-languages">
      {(["de", "en"] as const).map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={language() === one}
          onClick={() => void switchLanguage(one)}
        >
          {t(`languages.${one}`)}
        </button>
      ))}
    </p>
  </main>
);
