// The first page anybody sees. In the demo world its people can be signed in with one press.
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { PublicSettings } from "#contract/settings.ts";
import { Button } from "#web/kit/Button.tsx";
import { Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { Doorstep } from "#web/kit/Doorstep.tsx";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { signIn } from "#web/state/session.ts";
import { t, words } from "#web/state/words.ts";

export const SignIn = ({ settings, ended }: { readonly settings: PublicSettings; readonly ended: boolean }) => {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const enter = async (withEmail: string, withPassword: string): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const outcome = await signIn(withEmail, withPassword);
    setBusy(false);
    if (!outcome.ok) setProblem(outcome.problem);
  };
  return (
    <Doorstep title={t("signIn.title")} words={ended ? t("signIn.ended") : t("signIn.words")}>
      <form
        className="form"
        onSubmit={(submit) => {
          submit.preventDefault();
          void enter(email, password);
        }}
      >
        <Field
          label={t("signIn.email")}
          type="email"
          name="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
          isRequired
          autoFocus
        />
        <Field
          label={t("signIn.password")}
          type="password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          isRequired
        />
        {problem ? (
          <p className="form-problem" role="alert">
            <Icon name="warning" /> {problemWords(problem)}
          </p>
        ) : null}
        <Button look="primary" type="submit" isDisabled={busy}>
          {t(busy ? "signIn.busy" : "signIn.enter")}
        </Button>
      </form>
      {settings.demo && settings.demoLogins.length > 0 ? (
        <section className="demo-logins">
          <h2>{t("signIn.demo")}</h2>
          <ul className="entries">
            {settings.demoLogins.map((one) => (
              <li key={one.email}>
                <AriaButton className="entry" isDisabled={busy} onPress={() => void enter(one.email, one.password)}>
                  <Face name={one.name} />
                  <span className="entry-words">
                    <strong>{one.name}</strong>
                    <small>{words(`roles.${one.role}`) ?? one.role}</small>
                  </span>
                  <Icon name="right" size="small" />
                </AriaButton>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </Doorstep>
  );
};
