// A mail as its sender drew it, in a frame that has no origin and runs no script. Remote pictures only when asked for.
import { useState } from "react";
import type { Message } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { t } from "#web/state/words.ts";

/**
 * The frame cannot be measured (it is a stranger), so its height follows the server's count of lines between a
 * least and a most; it scrolls, can be drawn larger at its corner, and opens to its whole estimated height.
 */
export const MailFrame = ({ html, title }: { readonly html: NonNullable<Message["html"]>; readonly title: string }) => {
  const [pictures, setPictures] = useState(false);
  const [whole, setWhole] = useState(false);
  const source = pictures ? `${html.url}${html.url.includes("?") ? "&" : "?"}images=1` : html.url;
  const wanted = `calc(var(--mail-line) * ${Math.min(html.lines + 3, 600)})`;
  return (
    <div className="mail">
      {html.remoteImages && !pictures ? (
        <p className="mail-pictures">
          <Icon name="image" size="small" />
          <span>{t("concerns.picturesBlocked")}</span>
          <Button look="quiet" onPress={() => setPictures(true)}>
            {t("concerns.showPictures")}
          </Button>
        </p>
      ) : null}
      <iframe
        className="mail-frame"
        title={title}
        src={source}
        sandbox="allow-popups allow-popups-to-escape-sandbox"
        referrerPolicy="no-referrer"
        loading="lazy"
        style={{ height: whole ? wanted : `clamp(var(--mail-least), ${wanted}, var(--mail-most))` }}
      />
      {html.lines > 26 ? (
        <Button look="quiet" icon={whole ? "up" : "expand"} onPress={() => setWhole(!whole)}>
          {t(whole ? "concerns.frameLess" : "concerns.frameWhole")}
        </Button>
      ) : null}
    </div>
  );
};
