/** @jsxImportSource preact */
// What the visitor can set: how they are reached, whether it sounds, and that this browser forgets them. Called by App.tsx.
import { useState } from "preact/hooks";
import { fill } from "#widget/words.ts";
import { Confirm } from "./Confirm.tsx";
import { Introduce } from "./Introduce.tsx";
import type { Session, View } from "./session.ts";
import { Sheet } from "./Sheet.tsx";
import { words } from "./speech.ts";

export interface YouProps {
  readonly session: Session;
  readonly view: View;
  readonly save: Session["introduce"];
  readonly sounds: boolean;
  readonly setSounds: (on: boolean) => void;
  readonly leave: () => void;
}

export const You = ({ session, view, save, sounds, setSounds, leave }: YouProps) => {
  const [isSaved, setSaved] = useState(false);
  const { name, email, signed } = view.chats;
  const { moved } = view;
  const [isLeaving, setLeaving] = useState(false);
  return (
    <div class="body you">
      {signed ? (
        <p class="signed" dir="auto">
          {name === "" ? words().you.signedAnybody : fill(words().you.signed, { name })}
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
            save(...said);
            setSaved(true);
          }}
        />
      )}
      <output class="saved">{isSaved ? words().you.saved : ""}</output>
      {email === "" || (view.chats.proved && view.code === null) ? null : (
        <Confirm session={session} view={view} later={null} />
      )}
      {email !== "" && view.chats.concerns.length > 0 ? (
        <Sheet draw={(sheets, at) => sheets.showWish({ ...at, wish: view.chats.wish, choose: session.wish })} />
      ) : null}
      {moved ? (
        <Sheet draw={(sheets, at) => sheets.showMove({ ...at, moved, title: words().you.move, close: session.stay })} />
      ) : view.chats.concerns.length > 0 ? (
        <button type="button" class="quiet" onClick={session.moveOn}>
          {words().you.move}
        </button>
      ) : null}
      <label class="switch">
        <input type="checkbox" checked={sounds} onChange={({ currentTarget }) => setSounds(currentTarget.checked)} />
        {words().you.sounds}
      </label>
      <section class="leave">
        <p>{words().you.leaveWhy}</p>
        {isLeaving ? (
          <div class="choices">
            <button type="button" class="strong" onClick={leave}>
              {words().you.leaveSure}
            </button>
            <button type="button" class="quiet" onClick={() => setLeaving(false)}>
              {words().you.stay}
            </button>
          </div>
        ) : (
          <button type="button" class="quiet" onClick={() => setLeaving(true)}>
            {words().you.leave}
          </button>
        )}
      </section>
    </div>
  );
};
