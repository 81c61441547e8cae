/** @jsxImportSource preact */
// How the visitor is called and where an answer reaches them: asked once beside the talk, and always to be changed. Called by Thread.tsx and You.tsx.
import { useRef, useState } from "preact/hooks";
import { isMailAddress } from "#lib/mailAddress.ts";
import { words } from "./speech.ts";

export interface IntroduceProps {
  readonly name: string;
  readonly email: string;
  readonly save: (name: string, email: string) => void;
  /** Null: there is no putting it off. */
  readonly later: (() => void) | null;
}

export const Introduce = ({ name, email, save, later }: IntroduceProps) => {
  const [isWrong, setWrong] = useState(false);
  const nameRef = useRef<HTMLInputElement>(null);
  const mailRef = useRef<HTMLInputElement>(null);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const address = mailRef.current?.value.trim() ?? "";
    if (address !== "" && !isMailAddress(address)) {
      setWrong(true);
      mailRef.current?.focus();
      return;
    }
    setWrong(false);
    save(nameRef.current?.value.trim().slice(0, 100) ?? "", address);
  };
  return (
    <form class="introduce" noValidate onSubmit={submit}>
      <label>
        {words().introduce.name}
        <input ref={nameRef} name="name" defaultValue={name} maxLength={100} autoComplete="name" />
      </label>
      <label>
        {words().introduce.email}
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
          {words().introduce.wrong}
        </p>
      ) : null}
      <div class="choices">
        <button type="submit" class="strong">
          {words().introduce.save}
        </button>
        {later ? (
          <button type="button" class="quiet" onClick={later}>
            {words().introduce.later}
          </button>
        ) : null}
      </div>
    </form>
  );
};
