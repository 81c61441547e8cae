/** @jsxImportSource preact */
// The open chat: one talk, the list of them, or what the visitor can set; below them the field to write in. Called by main.tsx.
import { useEffect, useRef, useState } from "preact/hooks";
import type { SiteGreeting } from "#contract/chat.ts";
import type { AskedField, PreChatAnswers } from "#contract/prechat.ts";
import type { Word } from "#widget/identity.ts";
import type { Memory } from "#widget/memory.ts";
import { fill } from "#widget/words.ts";
import { concernOf, unread, unreadOf, waitingIn, type Chats, type Talk } from "./chats.ts";
import { Composer } from "./Composer.tsx";
import { Concerns } from "./Concerns.tsx";
import { Header } from "./Header.tsx";
import type { Session, View } from "./session.ts";
import { Sheet } from "./Sheet.tsx";
import { clock, words } from "./speech.ts";
import { Text } from "./Text.tsx";
import { Thread } from "./Thread.tsx";

/** What of the chat is on the screen; null: what suits the visitor best. */
type Screen =
  | { readonly kind: "list" }
  | { readonly kind: "you" }
  | { readonly kind: "talk"; readonly talk: Talk }
  | null;

export interface AppProps {
  readonly session: Session;
  readonly memory: Memory;
  readonly drafts: Memory;
  readonly newId: () => string;
  readonly isShown: boolean;
  readonly sounds: boolean;
  readonly setSounds: (on: boolean) => void;
  readonly close: (() => void) | null;
  /** Calls the brand at that channel. */
  readonly call: (channel: string) => void;
  /** Says again whose page it is: what the site said (`word`), or null: nobody's. */
  readonly identify: (word: Word | null) => void;
  readonly word: Word | null;
  readonly leave: () => void;
  readonly now: () => number;
  /** What led here last; undefined: nothing. */
  readonly greeting: SiteGreeting | undefined;
}

/** A break that mends itself at once is none. */
const lostAfterMs = 2_500;

const keptTalk = (memory: Memory): Screen => {
  const kept = memory.read("talk");
  return kept === null ? null : { kind: "talk", talk: JSON.parse(kept) as Talk };
};

/** What is shown to somebody who has chosen nothing: their one concern, the list of several, or the beginning of one. */
const best = (view: View, fresh: Talk): Exclude<Screen, null> => {
  const { concerns } = view.chats;
  const waits = concerns.filter((concern) => unreadOf(view.chats, concern) > 0);
  const one = concerns.length === 1 ? concerns[0] : waits.length === 1 ? waits[0] : undefined;
  if (one) return { kind: "talk", talk: { concernId: one.id, thread: one.id } };
  return concerns.length > 1 ? { kind: "list" } : { kind: "talk", talk: fresh };
};

const isThere = (view: View, screen: Screen): boolean =>
  screen?.kind !== "talk" ||
  screen.talk.concernId === null ||
  !view.isGreeted ||
  view.chats.concerns.some(({ id }) => id === screen.talk.concernId);

const useView = (session: Session): View => {
  const [view, setView] = useState(session.view);
  useEffect(() => {
    setView(session.view());
    return session.watch(() => setView(session.view()));
  }, [session]);
  return view;
};

/** Whether the page is looked at. */
const useVisible = (): boolean => {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const look = (): void => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return isVisible;
};

/** What is known already is not asked again. */
const isSaid = (chats: Chats, id: AskedField["id"]): boolean =>
  (id === "name" && chats.name !== "") || (id === "email" && chats.email !== "");

/** Something that is so and has been for a while. */
const useLasting = (is: boolean, ms: number): boolean => {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!is) return setLasts(false);
    const timer = setTimeout(() => setLasts(true), ms);
    return () => clearTimeout(timer);
  }, [is, ms]);
  return is && lasts;
};

export const App = (props: AppProps) => {
  const { session, memory, drafts, newId, isShown, sounds, setSounds, close, call, now } = props;
  const view = useView(session);
  const { chats } = view;
  const [chosen, setChosen] = useState<Screen>(() => keptTalk(drafts) ?? keptTalk(memory));
  const [fresh, setFresh] = useState<Talk>(() => ({ concernId: null, thread: newId() }));
  const [given, setAnswers] = useState<{ readonly thread: string; readonly answers?: PreChatAnswers } | null>(null);
  const isVisible = useVisible();
  const isLost = useLasting(view.link === "lost" || view.link === "barred", lostAfterMs);
  const panelRef = useRef<HTMLElement>(null);

  const screen = chosen !== null && isThere(view, chosen) ? chosen : best(view, fresh);
  const talk = screen.kind === "talk" ? screen.talk : null;
  const concernId = talk && concernOf(chats, talk);
  const go = (next: Screen): void => {
    setChosen(next);
    drafts.forget("talk");
    if (next?.kind === "talk") memory.keep("talk", JSON.stringify(next.talk));
    else memory.forget("talk");
  };
  const begin = (greeting?: SiteGreeting): void => {
    const next = { concernId: null, thread: newId(), ...(greeting ? { greeting } : {}) };
    setFresh(next);
    if (!greeting) return go({ kind: "talk", talk: next });
    // Of who only looks nothing stays; what led here does from page to page.
    drafts.keep("talk", JSON.stringify(next));
    return setChosen({ kind: "talk", talk: next });
  };
  useEffect(() => {
    if (props.greeting) begin(props.greeting);
    // oxlint-disable-next-line react/exhaustive-deps -- a greeting leads here once
  }, [props.greeting]);

  // A new thing has become a concern: it stays on the screen, also through a reload.
  useEffect(() => {
    if (!talk || talk.concernId !== null || !concernId) return;
    const became = { ...talk, concernId };
    memory.keep("talk", JSON.stringify(became));
    // Whoever has gone elsewhere in the meantime stays there.
    setChosen((now) =>
      now === null || (now.kind === "talk" && now.talk.thread === became.thread) ? { kind: "talk", talk: became } : now,
    );
    // oxlint-disable-next-line react/exhaustive-deps -- becoming a concern happens once
  }, [concernId, talk?.thread]);
  useEffect(() => {
    session.here(isShown && isVisible);
  }, [session, isShown, isVisible]);

  // Before the first words about something new, and only when it is known that there is something to ask.
  const isBeginning =
    talk !== null && concernId === null && view.isGreeted && waitingIn(chats, view.outbox, talk).length === 0;
  const answered = given?.thread === talk?.thread ? given : null;
  const asks = isBeginning ? chats.asks.filter(({ id }) => !isSaid(chats, id)) : [];
  const asksFirst = asks.length > 0 && answered === null;
  // The keys belong to what has just come on the screen. On a phone the soft keyboard comes only when it is asked for.
  const place = `${screen.kind} ${talk?.thread ?? ""} ${asksFirst}`;
  useEffect(() => {
    if (!isShown) return;
    const field = matchMedia("(pointer: coarse)").matches
      ? null
      : panelRef.current?.querySelector<HTMLElement>(".ask input, .ask select, textarea");
    (field ?? panelRef.current)?.focus({ preventScroll: true });
  }, [isShown, place]);

  const concern = chats.concerns.find(({ id }) => id === concernId);
  // Before anything is written, and until somebody has answered.
  const { notices, line, isAway, waits } = chats.now;
  const isUnanswered = concernId
    ? chats.messages[concernId]?.every(({ by, automatic }) => automatic || by === "you")
    : talk;
  const soon = isUnanswered ? (concernId && waits[concernId]) || (isBeginning || isAway ? line.text : "") : "";
  const others = unread(chats) - (concern ? unreadOf(chats, concern) : 0);
  const subject = chats.concerns.length > 1 ? concern?.subject : undefined;
  const hasList = chats.concerns.length > 0;
  const back =
    screen.kind === "list" || (!hasList && screen.kind === "talk")
      ? null
      : hasList
        ? () => go({ kind: "list" })
        : () => go(null);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape meant for what is inside is caught on its way up
    <section
      ref={panelRef}
      class="panel"
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the element dialog would lie above the button that closes it
      role="dialog"
      aria-labelledby="draht-title"
      tabIndex={-1}
      hidden={!isShown}
      onKeyDown={(event) => {
        if (event.key === "Escape") close?.();
      }}
    >
      <Header
        brand={chats.brand}
        title={
          screen.kind === "list" ? words().concerns.title : screen.kind === "you" ? words().you.title : (subject ?? "")
        }
        back={back}
        elsewhere={others}
        call={chats.now.call && !view.isUnbelieved ? () => call(chats.now.call ?? "") : null}
        you={screen.kind === "you" || view.isUnbelieved ? null : () => go({ kind: "you" })}
        close={close}
      />
      <output class="line-state">
        {view.link === "full"
          ? fill(words().full, { seconds: Math.ceil(view.waitMs / 1_000) })
          : isLost
            ? words().lost
            : view.slowed
              ? view.slowed === "tooFast"
                ? words().refused.tooFast
                : words().slow
              : ""}
        {view.isUnkept ? ` ${words().unkept}` : ""}
      </output>
      <output class="line-state told">
        {notices.map((text) => (
          <Text key={text} text={text} />
        ))}
      </output>
      {soon ? (
        <p class="now" dir="auto">
          {fill(soon, { at: line.at === null ? "" : clock().soon(line.at, now()) })}
        </p>
      ) : null}
      <div class={`tell on-${screen.kind}`} />
      {view.isUnbelieved ? (
        <Sheet
          draw={(sheets, at) =>
            sheets.showUnbelieved({
              ...at,
              again: typeof props.word === "function" ? () => props.identify(props.word) : null,
              without: () => props.identify(null),
            })
          }
        />
      ) : screen.kind === "list" ? (
        <Concerns view={view} now={now()} open={(next) => go({ kind: "talk", talk: next })} begin={() => begin()} />
      ) : screen.kind === "you" ? (
        <Sheet
          draw={(sheets, at) =>
            sheets.showYou({
              ...at,
              session,
              view,
              sounds,
              setSounds,
              leave: () => {
                props.leave();
                begin();
              },
            })
          }
        />
      ) : (
        <>
          <Thread
            session={session}
            view={view}
            talk={screen.talk}
            now={now()}
            isSeen={isShown && isVisible}
            open={(next) => go({ kind: "talk", talk: next })}
          />
          {concern?.flow ? (
            <p class="flow">
              {(["human", "skip"] as const).map((press) =>
                press === "human" || concern.flow?.skips ? (
                  <button
                    key={press}
                    type="button"
                    class="link"
                    disabled={view.outbox.some((one) => one.press === press)}
                    onClick={() => session.say(screen.talk, words().flows[press], [], undefined, undefined, press)}
                  >
                    {words().flows[press]}
                  </button>
                ) : null,
              )}
            </p>
          ) : null}
          {asksFirst ? (
            <Sheet
              key={screen.talk.thread}
              draw={(sheets, at) =>
                sheets.showPreChat({
                  ...at,
                  asks,
                  name: chats.name,
                  email: chats.email,
                  done: (name, email, answers) => {
                    if (name !== chats.name || email !== chats.email) session.introduce(name, email);
                    memory.keep("asked", "1");
                    setAnswers({ thread: screen.talk.thread, answers });
                  },
                })
              }
              // What somebody wants to write comes first.
              failed={() => setAnswers({ thread: screen.talk.thread })}
            />
          ) : (
            <Composer
              key={`${view.person} ${screen.talk.thread}`}
              talk={screen.talk.thread}
              drafts={drafts}
              memory={memory}
              session={session}
              limits={chats.limits}
              say={(text, files) => {
                go(screen);
                session.say(screen.talk, text, files, undefined, answered?.answers);
              }}
              typing={(on) => {
                if (concernId) session.typing(concernId, on);
              }}
            />
          )}
        </>
      )}
    </section>
  );
};
