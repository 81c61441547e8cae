// Offers that ring: cards over the desk that take neither the screen nor the caret, the most urgent first, each with why it is mine and how long it stays;
// and what ran out. The same in every window of mine. Called by the shell.
import { useEffect, useRef, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { WorkRow } from "#contract/routing.ts";
import { command } from "#web/commands/commands.ts";
import { shownKeys } from "#web/commands/keys.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { KindMark } from "#web/kit/KindMark.tsx";
import { mac } from "#web/kit/platform.ts";
import { useTick } from "#web/kit/useTick.ts";
import { ring } from "#web/shell/ring.ts";
import { becauseWords } from "#web/state/because.ts";
import { livingCalls } from "#web/state/applyCalls.ts";
import { useCalls } from "#web/state/calls.ts";
import { callbackWords, numberWords } from "#web/state/callWords.ts";
import { deskState } from "#web/state/desk.ts";
import { nameWords } from "#web/state/names.ts";
import { hasRouting, queueName, routingBook } from "#web/state/routingBook.ts";
import { telephone } from "#web/state/softphoneNow.ts";
import { announce } from "#web/state/spoken.ts";
import { useStore } from "#web/state/store.ts";
import { ringTitle } from "#web/state/title.ts";
import {
  accept,
  answered,
  bePresent,
  decline,
  myWork,
  offerSound,
  ranOut,
  ringing,
  setWorkUi,
  workUi,
} from "#web/state/work.ts";
import { leftOf, offerKey, offersOf, spokenSeconds } from "#web/state/workParts.ts";
import { number, t } from "#web/state/words.ts";
import { lengthWords } from "#web/state/workWords.ts";

const sameOffers = (a: readonly WorkRow[], b: readonly WorkRow[]): boolean =>
  a.map(offerKey).join() === b.map(offerKey).join();

export const Offers = () => {
  const done = useStore(answered, (now) => now);
  const routed = useStore(routingBook, hasRouting);
  const offers = useStore(myWork, (now) => offersOf(now, done), sameOffers);
  const missed = useStore(ranOut, (now) => now);
  useRinging(routed ? offers : none);
  if (!routed || (offers.length === 0 && missed === null)) return null;
  const [first, ...more] = offers;
  return (
    <section className="offers" aria-label={t("routing.offers")}>
      {missed === null ? null : <RanOut row={missed} />}
      {first ? <Offer key={offerKey(first)} row={first} first /> : null}
      {more.slice(0, 2).map((row) => (
        <Offer key={offerKey(row)} row={row} first={false} />
      ))}
      {more.length > 2 ? <p className="offers-more">{t("routing.offer.more", { count: more.length - 2 })}</p> : null}
    </section>
  );
};

const none: readonly WorkRow[] = [];

/** Says each offer once, rings when that is wanted, and puts the first into the window's title. */
const useRinging = (offers: readonly WorkRow[]): void => {
  const rung = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const fresh = offers.filter((row) => !rung.current.has(offerKey(row)));
    rung.current = new Set(offers.map(offerKey));
    const [first] = offers;
    ringTitle.set(first ? titleOf(first) : null);
    if (fresh.length === 0) return;
    const { book } = routingBook.get();
    announce(
      fresh
        .map((row) =>
          t("routing.offer.spoken", {
            kind: t(`routing.kinds.${row.kind}`),
            name: nameWords(row.customerName),
            subject: row.subject,
            queue: queueName(book, row.queueId),
            accept: keysOf("work.accept"),
            decline: keysOf("work.decline"),
            seconds: lengthWords(leftOf(row, book, Date.now()).seconds),
          }),
        )
        .join(" "),
    );
    // Calls ring by themselves, until they are answered (useBell.ts).
    if (offerSound.get() && fresh.some(({ kind }) => kind !== "voice" && kind !== "callback")) ring();
  }, [offers]);
  useEffect(() => () => ringTitle.set(null), []);
};

const titleOf = (row: WorkRow): string =>
  t("routing.offer.title", { kind: t(`routing.kinds.${row.kind}`), name: nameWords(row.customerName) });

const keysOf = (id: string): string => shownKeys(command(id).keys[0] ?? "", mac).join(" ");

const Offer = ({ row, first }: { readonly row: WorkRow; readonly first: boolean }) => {
  const book = useStore(routingBook, (now) => now.book);
  const agents = useStore(deskState, (state) => state.agents);
  const declining = useStore(workUi, (now) => now.declining === row.id);
  const why = row.because === null ? null : becauseWords(row.because, { agents, book, whose: null });
  const name = nameWords(row.customerName);
  return (
    <article className="offer" aria-label={titleOf(row)} data-first={first || undefined}>
      <header className="offer-head">
        <span className="offer-kind">
          <KindMark kind={row.kind} silent />
        </span>
        <span className="offer-words">
          <strong dir="auto">{name}</strong>
          <span className="offer-subject" dir="auto">
            {row.subject} <span className="offer-number">#{row.number}</span>
          </span>
        </span>
      </header>
      <p className="offer-facts">
        <span>{t(`routing.kinds.${row.kind}`)}</span>
        <span>{queueName(book, row.queueId)}</span>
        <Waits since={row.arrivedAt} />
      </p>
      <OfferedCall row={row} />
      {why === null ? null : (
        <details className="offer-why">
          <summary>
            <Icon name="right" size="small" />
            <span>{why.short}</span>
          </summary>
          <ul>
            {why.all.slice(1).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </details>
      )}
      <Left row={row} />
      {declining ? (
        <Decline row={row} />
      ) : (
        <div className="offer-foot">
          <Button
            look={first ? "primary" : "plain"}
            onPress={() => void accept(row)}
            {...(first ? { keys: keysOf("work.accept") } : {})}
          >
            {t("routing.offer.accept")}
          </Button>
          <Button
            look="quiet"
            onPress={() => setWorkUi({ declining: row.id })}
            {...(first ? { keys: keysOf("work.decline") } : {})}
          >
            {t("routing.offer.decline")}
          </Button>
        </div>
      )}
    </article>
  );
};

/** Of a call: by which number, and what hinders taking it in this window. */
const OfferedCall = ({ row }: { readonly row: WorkRow }) => {
  const call = useCalls((all) => livingCalls(all).find(({ concernId }) => concernId === row.concernId));
  const phone = useStore(telephone, (now) => now);
  if (row.kind !== "voice" && row.kind !== "callback") return null;
  const number = call?.callback?.number ?? call?.number ?? null;
  return (
    <>
      <p className="offer-call">
        <span>
          {number === null ? t(call?.by === "web" ? "calls.fromPage" : "calls.withheld") : numberWords(number)}
        </span>
        {call?.callback
          ? callbackWords(call.callback)
              .slice(1, 2)
              .map((line) => <span key={line}>{line}</span>)
          : null}
      </p>
      {phone.trouble === null ? null : (
        <p className="offer-call" data-tone="bad">
          <Icon name="warning" size="small" />
          <span>
            {t("calls.phone.trouble", { words: t(`calls.troubles.${phone.trouble}`) })}.{" "}
            {t(`calls.mend.${phone.trouble}`)}
          </span>
        </p>
      )}
    </>
  );
};

const Waits = ({ since }: { readonly since: string }) => {
  const now = useTick();
  return <span>{t("routing.offer.waits", { time: lengthWords((now - Date.parse(since)) / 1000) })}</span>;
};

/** How long it stays: a bar for the eye, words that change every ten seconds for who hears them. */
const Left = ({ row }: { readonly row: WorkRow }) => {
  const now = useTick();
  const book = useStore(routingBook, (all) => all.book);
  const { seconds, share } = leftOf(row, book, now);
  return (
    <div className="offer-left" data-near={seconds <= 5 || undefined}>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden>
        <rect width={share * 100} height="1" />
      </svg>
      <span aria-hidden>{t("routing.offer.left", { seconds: number(seconds) })}</span>
      <span className="quietly">{t("routing.offer.leftSpoken", { seconds: spokenSeconds(seconds) })}</span>
    </div>
  );
};

const codes = ["busy", "notMine", "breakSoon", "technical"] as const;

/** The reasons to decline: a few, by key, and one's own words. The caret comes here because it was asked for, and goes back where it was. */
const Decline = ({ row }: { readonly row: WorkRow }) => {
  const [own, setOwn] = useState("");
  const box = useRef<HTMLFieldSetElement>(null);
  const { id } = row;
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector("button")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [id]);
  useEffect(() => {
    const place = box.current;
    if (!place) return undefined;
    const pressed = (press: KeyboardEvent): void => {
      if (press.key === "Escape") setWorkUi({ declining: null });
      else {
        const code = press.target instanceof HTMLInputElement ? undefined : codes[Number(press.key) - 1];
        if (code === undefined) return;
        decline(row, code);
      }
      press.preventDefault();
      press.stopPropagation();
    };
    place.addEventListener("keydown", pressed);
    return () => place.removeEventListener("keydown", pressed);
  }, [row]);
  return (
    <fieldset ref={box} className="offer-decline">
      <legend>{t("routing.offer.declineWhy")}</legend>
      {codes.map((code, index) => (
        <AriaButton key={code} className="disposition" onPress={() => decline(row, code)}>
          <kbd aria-hidden>{index + 1}</kbd>
          <span>{t(`routing.declineReasons.${code}`)}</span>
        </AriaButton>
      ))}
      <form
        onSubmit={(submit) => {
          submit.preventDefault();
          if (own.trim() !== "") decline(row, own.trim());
        }}
      >
        <input
          className="field-input"
          aria-label={t("routing.offer.ownReason")}
          placeholder={t("routing.offer.ownReason")}
          maxLength={200}
          value={own}
          onChange={(typing) => setOwn(typing.target.value)}
        />
        <Button type="submit" isDisabled={own.trim() === ""}>
          {t("routing.offer.decline")}
        </Button>
      </form>
      <Button look="quiet" onPress={() => setWorkUi({ declining: null })}>
        {t("routing.offer.keep")}
      </Button>
    </fieldset>
  );
};

const RanOut = ({ row }: { readonly row: WorkRow }) => {
  const away = useStore(myWork, (now) => now?.presence.state === "away" && now.presence.reason === "noAnswer");
  const name = nameWords(row.customerName);
  const said = t("routing.offer.ranOut", { kind: t(`routing.kinds.${row.kind}`), name });
  useEffect(() => announce(`${said} ${t(away ? "routing.offer.nowAway" : "routing.offer.ranOutHint")}`), [said, away]);
  return (
    <article className="offer" data-over aria-label={said}>
      <header className="offer-head">
        <span className="offer-words">
          <strong>{said}</strong>
          <span>{t(away ? "routing.offer.nowAway" : "routing.offer.ranOutHint")}</span>
        </span>
        <IconButton icon="close" size="small" label={t("kit.dismiss")} onPress={() => ranOut.set(null)} />
      </header>
      {away && ringing().length === 0 ? (
        <div className="offer-foot">
          <Button onPress={() => bePresent("available")} keys={keysOf("work.available")}>
            {t("routing.commands.available")}
          </Button>
        </div>
      ) : null}
    </article>
  );
};
