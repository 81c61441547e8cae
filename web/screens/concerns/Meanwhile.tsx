// A line in the composer: who has answered, and whether the customer has written, since this answer was begun; and before sending over a
// colleague's answer, the question. Called by the composer.
import { useEffect, useState } from "react";
import type { Message } from "#contract/concerns.ts";
import { Button } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import type { Opened } from "#web/state/apply.ts";
import type { Draft } from "#contract/concerns.ts";
import { deskState } from "#web/state/desk.ts";
import { beginAnswer, begunAfter, endAnswer, saidSince } from "#web/state/meanwhile.ts";
import { nameWords } from "#web/state/names.ts";
import { useStore } from "#web/state/store.ts";
import { compose } from "#web/state/ui.ts";
import { listed, t } from "#web/state/words.ts";
import "#web/screens/concerns/schedule.css";

/** What was said since the answer in the composer was begun. `isWritten`: something stands there. */
export const useSaidSince = (opened: Opened, draft: Draft | undefined, isWritten: boolean) => {
  const { id } = opened.concern.row;
  const after = useStore(begunAfter, (all) => all[id]);
  const me = useStore(deskState, (now) => now.me);
  useEffect(() => {
    if (isWritten) beginAnswer(id, opened.messages, draft);
    else endAnswer(id);
    // oxlint-disable-next-line react/exhaustive-deps -- only the beginning counts, not what comes after it
  }, [id, isWritten]);
  return saidSince(opened.messages, isWritten ? after : undefined, me);
};

export const MeanwhileLine = ({
  said: { answered, written },
  asks,
  keys,
  sendAnyway,
}: {
  readonly said: ReturnType<typeof useSaidSince>;
  /** Sending was asked for, and the colleague's answer has to be known first. */
  readonly asks: boolean;
  readonly keys: string;
  readonly sendAnyway: () => void;
}) => {
  /** What was looked at needs no line any more. */
  const [shownTo, setShownTo] = useState(0);
  const isNew = (message: Message): boolean => asks || message.seq > shownTo;
  const news = [...answered.filter(isNew), ...(asks ? [] : written.filter(isNew))].toSorted((a, b) => a.seq - b.seq);
  const [first] = news;
  const names = (of: readonly Message[]): { readonly names: string; readonly count: number } => {
    const all = [
      ...new Set(of.filter((message) => news.includes(message)).map((message) => nameWords(message.author.name))),
    ];
    return { names: listed(all), count: all.length };
  };
  const [colleagues, customers] = [names(answered), names(written)];
  const sentences = [
    ...(colleagues.count > 0 ? [t("composer.meanwhile.answered", colleagues)] : []),
    ...(customers.count > 0 ? [t("composer.meanwhile.written", customers)] : []),
    ...(asks ? [t("composer.meanwhile.again", { keys })] : []),
  ];
  const show = (): void => {
    document.querySelector(`[data-message="${first?.id ?? ""}"]`)?.scrollIntoView({ block: "start" });
    setShownTo(news.at(-1)?.seq ?? 0);
    compose("reply");
  };
  return (
    // It stands there before it says anything, so that a screen reader hears it change.
    <div className="meanwhile" aria-live={asks ? "assertive" : "polite"}>
      {first === undefined ? null : (
        <div className="scheduled" data-warn={asks || undefined}>
          <p>
            <Icon name={asks ? "warning" : "reply"} size="small" />
            <span>{sentences.join(" ")}</span>
          </p>
          <div className="scheduled-actions">
            <Button look="quiet" icon="up" onPress={show}>
              {t("composer.meanwhile.show")}
            </Button>
            {asks ? (
              <Button look="quiet" icon="send" onPress={sendAnyway}>
                {t("composer.meanwhile.sendAnyway")}
              </Button>
            ) : null}
          </div>
        </div>
      )}
    </div>
  );
};
