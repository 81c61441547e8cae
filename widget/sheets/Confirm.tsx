/** @jsxImportSource preact */
// Shows by a code from a mail that the visitor reads at the address they gave. Called by main.tsx.
import { useEffect, useRef } from "preact/hooks";
import type english from "#locales/en.json";
import type { Session, View } from "#widget/chat/shapes.ts";
import { count, fill } from "#widget/words.ts";

export interface ConfirmProps {
  readonly session: Pick<Session, "sendCode" | "tryCode">;
  readonly view: Pick<View, "code" | "chats">;
  /** Null: there is no putting it off. */
  readonly later: (() => void) | null;
  readonly words: Pick<(typeof english)["widget"], "confirm">;
}

export const Confirm = ({ session, view, later, words }: ConfirmProps) => {
  const { code } = view;
  const { email } = view.chats;
  const inputRef = useRef<HTMLInputElement>(null);
  const isAsked = code !== null && code.state !== "offered";
  // Whoever asked for a code writes it next; after a wrong one they write it anew.
  useEffect(() => {
    if (isAsked) inputRef.current?.focus();
  }, [isAsked]);
  useEffect(() => {
    if (code?.state === "wrong") inputRef.current?.select();
  }, [code]);
  if (view.chats.proved) return <output class="saved">{code?.state === "proved" ? words.confirm.proved : ""}</output>;
  if (!isAsked)
    return (
      <div class="introduce">
        <p>{fill(words.confirm.why, { email })}</p>
        <div class="choices">
          <button type="button" class="strong" onClick={session.sendCode}>
            {words.confirm.send}
          </button>
          {later ? (
            <button type="button" class="quiet" onClick={later}>
              {words.confirm.later}
            </button>
          ) : null}
        </div>
      </div>
    );
  const wrong =
    code.state === "wrong"
      ? count(words.confirm.wrong, code.left ?? 0)
      : code.state === "over"
        ? words.confirm.over
        : code.state === "wait"
          ? words.confirm.wait
          : "";
  return (
    <form
      class="introduce"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const digits = (inputRef.current?.value ?? "").replaceAll(/\D/g, "").slice(0, 6);
        if (digits.length === 6) session.tryCode(digits);
        else inputRef.current?.focus();
      }}
    >
      <output>{fill(words.confirm.sent, { email })}</output>
      <label>
        {words.confirm.code}
        <input
          ref={inputRef}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={12}
          aria-invalid={wrong !== "" && code.state !== "wait"}
          aria-describedby={wrong === "" ? undefined : "draht-code"}
        />
      </label>
      <p class="wrong" id="draht-code" role="alert">
        {wrong}
      </p>
      <div class="choices">
        <button type="submit" class="strong">
          {words.confirm.check}
        </button>
        <button type="button" class="quiet" onClick={session.sendCode}>
          {words.confirm.again}
        </button>
      </div>
    </form>
  );
};
