/** @jsxImportSource preact */
// What the visitor can set: how they are reached, whether it sounds, and that this browser forgets them. Called by main.tsx.
import { useState } from "preact/hooks";
import type { Session, View } from "#widget/chat/shapes.ts";
import { fill } from "#widget/words.ts";
import type english from "#locales/en.json";
import { Confirm, type ConfirmProps } from "./Confirm.tsx";
import { Introduce, type IntroduceProps } from "./Introduce.tsx";
import { Move, type MoveProps } from "./Move.tsx";
import { Wish, type WishProps } from "./Wish.tsx";

export interface YouProps {
  readonly session: Session;
  readonly view: View;
  readonly sounds: boolean;
  readonly setSounds: (on: boolean) => void;
  readonly leave: () => void;
  readonly words: Pick<(typeof english)["widget"], "you"> &
    ConfirmProps["words"] &
    IntroduceProps["words"] &
    MoveProps["words"] &
    WishProps["words"];
}

export const You = ({ session, view, sounds, setSounds, leave, words }: YouProps) => {
  const [isSaved, setSaved] = useState(false);
  const { name, email, signed, proved, concerns, wish } = view.chats;
  const { moved } = view;
  const [isLeaving, setLeaving] = useState(false);
  return (
    <div class="body you">
      {signed ? (
        <p class="signed" dir="auto">
          {name === "" ? words.you.signedAnybody : fill(words.you.signed, { name })}
          {email === "" ? null : <span>{email}</span>}
        </p>
      ) : null}
      {signed && email !== "" && !isSaved ? null : (
        <Introduce
          name={name}
          email={email}
          isAway={false}
          later={null}
          save={(...said) => {
            session.introduce(...said);
            setSaved(true);
          }}
          words={words}
        />
      )}
      <output class="saved">{isSaved ? words.you.saved : ""}</output>
      {email === "" || (proved && view.code === null) ? null : (
        <Confirm session={session} view={view} later={null} words={words} />
      )}
      {email !== "" && concerns.length > 0 ? <Wish wish={wish} choose={session.wish} words={words} /> : null}
      {moved ? (
        <Move moved={moved} title={words.you.move} close={session.stay} words={words} />
      ) : concerns.length > 0 ? (
        <button type="button" class="quiet" onClick={session.moveOn}>
          {words.you.move}
        </button>
      ) : null}
      <label class="switch">
        <input type="checkbox" checked={sounds} onChange={({ currentTarget }) => setSounds(currentTarget.checked)} />
        {words.you.sounds}
      </label>
      <section class="leave">
        <p>{words.you.leaveWhy}</p>
        {isLeaving ? (
          <div class="choices">
            <button type="button" class="strong" onClick={leave}>
              {words.you.leaveSure}
            </button>
            <button type="button" class="quiet" onClick={() => setLeaving(false)}>
              {words.you.stay}
            </button>
          </div>
        ) : (
          <button type="button" class="quiet" onClick={() => setLeaving(true)}>
            {words.you.leave}
          </button>
        )}
      </section>
    </div>
  );
};
