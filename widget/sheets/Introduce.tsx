/** @jsxImportSource preact */
// How the visitor is called and where an answer reaches them: asked once beside the talk, and always to be changed. Called by main.tsx.
import { useRef, useState } from "preact/hooks";
import { isMailAddress } from "#lib/mailAddress.ts";
import type english from "#locales/en.json";

export interface IntroduceProps {
  readonly name: string;
  readonly email: string;
  /** Nobody answers now: a number is asked, too. */
  readonly isAway: boolean;
  readonly save: (name: string, email: string, phone: string) => void;
  /** Null: there is no putting it off. */
  readonly later: (() => void) | null;
  readonly words: Pick<(typeof english)["widget"], "ask" | "introduce">;
}

export const Introduce = ({ name, email, isAway, save, later, words }: IntroduceProps) => {
  const [isWrong, setWrong] = useState(false);
  // What is asked stays while it is filled in, also when somebody comes.
  const [asksPhone] = useState(isAway);
  const nameRef = useRef<HTMLInputElement>(null);
  const mailRef = useRef<HTMLInputElement>(null);
  const phoneRef = useRef<HTMLInputElement>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const address = mailRef.current?.value.trim() ?? "";
    if (address !== "" && !isMailAddress(address)) {
      setWrong(true);
      mailRef.current?.focus();
      return;
    }
    setWrong(false);
    save(nameRef.current?.value.trim().slice(0, 100) ?? "", address, phoneRef.current?.value.trim().slice(0, 40) ?? "");
  };
  return (
    <>
      <p>{asksPhone ? words.introduce.away : words.introduce.why}</p>
      <form class="introduce" noValidate onSubmit={submit}>
        <label>
          {words.introduce.name}
          <input ref={nameRef} name="name" defaultValue={name} maxLength={100} autoComplete="name" />
        </label>
        <label>
          {words.introduce.email}
          <input
            ref={mailRef}
            name="email"
            type="email"
            inputMode="email"
            defaultValue={email}
            maxLength={320}
            autoComplete="email"
            aria-invalid={isWrong}
            aria-describedby={isWrong ? "draht-wrong" : undefined}
          />
        </label>
        {isWrong ? (
          <p class="wrong" id="draht-wrong" role="alert">
            {words.introduce.wrong}
          </p>
        ) : null}
        {asksPhone ? (
          <label>
            {words.ask.phone}
            <input ref={phoneRef} name="phone" type="tel" inputMode="tel" maxLength={40} autoComplete="tel" />
          </label>
        ) : null}
        <div class="choices">
          <button type="submit" class="strong">
            {words.introduce.save}
          </button>
          {later ? (
            <button type="button" class="quiet" onClick={later}>
              {words.introduce.later}
            </button>
          ) : null}
        </div>
      </form>
    </>
  );
};
