/** @jsxImportSource preact */
// What is asked before the first words, as the administrator has set it, in the place of the field to write in. Called by main.tsx.
import { useEffect, useRef, useState } from "preact/hooks";
import type { AskedField, PreChatAnswers } from "#contract/prechat.ts";
import { isMailAddress } from "#lib/mailAddress.ts";
import type english from "#locales/en.json";

export interface PreChatProps {
  readonly asks: readonly AskedField[];
  /** What is known already. */
  readonly name: string;
  readonly email: string;
  readonly done: (name: string, email: string, answers: PreChatAnswers) => void;
  readonly words: Pick<(typeof english)["widget"], "ask" | "introduce">;
}

const most = { name: 100, email: 320, phone: 40, topic: 100, question: 200 } as const;
const modes = { name: "text", email: "email", phone: "tel", topic: "text", question: "text" } as const;
const fills = { name: "name", email: "email", phone: "tel", topic: "off", question: "off" } as const;

const textOf = (value: FormDataEntryValue | null): string => (typeof value === "string" ? value : "");

/** What is wrong with an answer, in words; empty: nothing. */
const faultOf = ({ id, isRequired }: AskedField, value: string, words: PreChatProps["words"]): string => {
  if (value === "") return isRequired ? words.ask.missing : "";
  return id === "email" && !isMailAddress(value) ? words.introduce.wrong : "";
};

export const PreChat = ({ asks, name, email, done, words }: PreChatProps) => {
  const formRef = useRef<HTMLFormElement>(null);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  // The keys belong to it when they are in the chat; on a phone the soft keyboard comes only when it is asked for.
  useEffect(() => {
    const form = formRef.current;
    const root = form?.getRootNode();
    if (root instanceof ShadowRoot && root.activeElement !== null && !matchMedia("(pointer: coarse)").matches)
      form?.querySelector<HTMLElement>("input, select")?.focus({ preventScroll: true });
  }, []);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = formRef.current;
    if (form === null) return;
    const said = new FormData(form);
    const valueOf = (id: AskedField["id"]): string => textOf(said.get(id)).trim().slice(0, most[id]);
    const found = Object.fromEntries(asks.map((asked) => [asked.id, faultOf(asked, valueOf(asked.id), words)]));
    setFaults(found);
    const wrong = asks.find(({ id }) => found[id] !== "");
    if (wrong) return form.querySelector<HTMLElement>(`[name=${wrong.id}]`)?.focus();
    const answers = { phone: valueOf("phone"), topic: valueOf("topic"), question: valueOf("question") };
    return done(valueOf("name") || name, valueOf("email") || email, answers);
  };
  return (
    <form class="introduce ask" ref={formRef} noValidate onSubmit={submit} aria-label={words.ask.title}>
      {asks.map((asked) => {
        const { id, isRequired, choices } = asked;
        const fault = faults[id] ?? "";
        const described = {
          "aria-invalid": fault !== "",
          "aria-describedby": fault === "" ? undefined : `draht-ask-${id}`,
        };
        return (
          <label key={id}>
            <span>
              {asked.label ?? words.ask[id]}
              {isRequired ? null : <i> {words.ask.optional}</i>}
            </span>
            {choices ? (
              <select name={id} required={isRequired} {...described}>
                <option value="">{words.ask.choose}</option>
                {choices.map((choice) => (
                  <option key={choice.id} value={choice.id}>
                    {choice.label}
                  </option>
                ))}
              </select>
            ) : (
              <input
                name={id}
                inputMode={modes[id]}
                maxLength={most[id]}
                required={isRequired}
                autoComplete={fills[id]}
                {...described}
              />
            )}
            {fault === "" ? null : (
              <span class="wrong" id={`draht-ask-${id}`} role="alert">
                {fault}
              </span>
            )}
          </label>
        );
      })}
      <div class="choices">
        <button type="submit" class="strong">
          {words.ask.go}
        </button>
      </div>
    </form>
  );
};
