// A mail as its sender drew it, in a frame that has no origin and runs no script. Remote pictures only when asked for.
import { useEffect, useRef, useState } from "react";
import type { CSSProperties, RefObject } from "react";
import type { Message } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { useStore } from "#web/state/store.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

/** The browser gives a frame the height of its document by itself. */
const measures = CSS.supports("frame-sizing", "content-height");

/** A document that has not come by then is shown as it comes, and measured anew when it has. Milliseconds. */
const patienceMs = 1_000;
/** How long a width has to stand before the document is measured anew for it. Milliseconds. */
const restMs = 250;

/**
 * The page cannot look into the frame (it is a stranger), and nothing in it may run to tell. Where the browser itself gives a
 * frame the height of its document (frame-sizing, agreed to by a meta tag of server/frames.ts), that is its height; it does so
 * while the document loads, so another width loads it again. Elsewhere the height is the server's estimate, and the frame
 * scrolls and can be drawn larger at its corner. Both end at a most, until all is asked for.
 */
export const MailFrame = ({ html, title }: { readonly html: NonNullable<Message["html"]>; readonly title: string }) => {
  const [pictures, setPictures] = useState(false);
  const whole = useStore(ui, (now) => now.wholeMails);
  const frame = useRef<HTMLIFrameElement>(null);
  const [cut, setCut] = useState(false);
  /** Which loading of the document this is, and the height that keeps its place until it has come. */
  const [turn, setTurn] = useState({ number: 0, place: "var(--mail-estimate)", patient: false });
  const [come, setCome] = useState(-1);
  const { place, hasKeys } = useKeysInside();
  const source = pictures ? `${html.url}${html.url.includes("?") ? "&" : "?"}images=1` : html.url;
  const again = (patient: boolean): void => {
    const height = frame.current?.offsetHeight;
    setTurn(({ number }) => ({ number: number + 1, place: `${height ?? 0}px`, patient }));
  };

  useEffect(() => {
    const box = frame.current;
    if (!box) return undefined;
    const patience = turn.patient ? undefined : setTimeout(() => setCome(turn.number), patienceMs);
    let rest: ReturnType<typeof setTimeout> | undefined;
    let measuredFor = box.offsetWidth;
    const watcher = new ResizeObserver(() => {
      if (!ui.get().wholeMails) setCut(box.offsetHeight >= Number.parseFloat(getComputedStyle(box).maxHeight));
      clearTimeout(rest);
      if (!measures || box.offsetWidth === measuredFor) return;
      rest = setTimeout(() => {
        measuredFor = box.offsetWidth;
        again(false);
      }, restMs);
    });
    watcher.observe(box);
    return () => {
      clearTimeout(patience);
      clearTimeout(rest);
      watcher.disconnect();
    };
  }, [turn]);

  return (
    <div className="mail" ref={place}>
      {html.remoteImages && !pictures ? (
        <p className="mail-pictures">
          <Icon name="image" size="small" />
          <span>{t("concerns.picturesBlocked")}</span>
          <Button
            look="quiet"
            onPress={() => {
              setPictures(true);
              again(false);
            }}
          >
            {t("concerns.showPictures")}
          </Button>
        </p>
      ) : null}
      <div
        className="mail-place"
        data-coming={come < turn.number || undefined}
        style={{ "--mail-lines": html.lines, "--mail-place": turn.place } as CSSProperties}
      >
        <iframe
          key={turn.number}
          ref={frame}
          className="mail-frame"
          title={title}
          src={source}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
          loading="lazy"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a part that scrolls must be reachable by keyboard (WCAG 2.1.1)
          tabIndex={0}
          data-whole={whole || undefined}
          onLoad={() => (measures && come >= turn.number && !turn.patient ? again(true) : setCome(turn.number))}
        />
      </div>
      {hasKeys ? (
        <div className="mail-keys">
          <output>{t("concerns.keysInMail")}</output>
          <Button
            icon="keyboard"
            onPress={() => place.current?.closest<HTMLElement>(".thread")?.focus({ preventScroll: true })}
          >
            {t("concerns.keysBack")}
          </Button>
        </div>
      ) : null}
      {cut || whole ? (
        <Button look="quiet" icon={whole ? "up" : "expand"} keys="V" onPress={() => setUi({ wholeMails: !whole })}>
          {t(whole ? "concerns.frameLess" : "concerns.frameWhole")}
        </Button>
      ) : null}
    </div>
  );
};

/**
 * Does the frame have the keys? What is pressed then goes to a document in which nothing may run, so the desk hears nothing of it. Giving the focus
 * back by itself would take selecting and copying away; so it is said, with the way back: the button, which Tab leads to as well, or any press
 * beside the mail.
 */
const useKeysInside = (): { readonly place: RefObject<HTMLDivElement | null>; readonly hasKeys: boolean } => {
  const place = useRef<HTMLDivElement>(null);
  const [hasKeys, setHasKeys] = useState(false);
  useEffect(() => {
    let frame = 0;
    // A frame that takes the focus says nothing; the window loses it, and which element has it is known a moment later.
    const look = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        const now = document.activeElement;
        setHasKeys(now?.matches(".mail-frame, .mail-keys *") === true && place.current?.contains(now) === true);
      });
    };
    addEventListener("blur", look);
    addEventListener("focus", look);
    document.addEventListener("focusin", look);
    document.addEventListener("focusout", look);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("blur", look);
      removeEventListener("focus", look);
      document.removeEventListener("focusin", look);
      document.removeEventListener("focusout", look);
    };
  }, []);
  return { place, hasKeys };
};
