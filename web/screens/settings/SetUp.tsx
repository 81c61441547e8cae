// First run: the first admin and the first brand. Refused by the server ever after.
import { useState } from "react";
import { settings } from "#contract/settings.ts";
import { Button } from "#web/kit/Button.tsx";
import { Choose, Field } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { Doorstep } from "#web/kit/Doorstep.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { begin, signIn } from "#web/state/session.ts";
import { language, t } from "#web/state/words.ts";

/** The shortest password the contract lets through. */
const leastPassword = 10;

export const SetUp = () => {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [brandName, setBrandName] = useState("");
  const [speaks, setSpeaks] = useState(language());
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const short = password !== "" && password.length < leastPassword;
  const run = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    const outcome = await call(settings.setUp, { body: { name, email, password, brandName, language: speaks } });
    if (!outcome.ok) {
      setBusy(false);
      return setProblem(outcome.problem);
    }
    await begin();
    await signIn(email, password);
    setBusy(false);
  };
  return (
    <Doorstep title={t("setUp.title")} words={t("setUp.words")}>
      <form
        className="form"
        onSubmit={(submit) => {
          submit.preventDefault();
          if (!short) void run();
        }}
      >
        <Field
          label={t("setUp.brand")}
          hint={t("setUp.brandHint")}
          value={brandName}
          onChange={setBrandName}
          isRequired
          autoFocus
          maxLength={100}
        />
        <Field label={t("setUp.name")} value={name} onChange={setName} isRequired autoComplete="name" maxLength={100} />
        <Field
          label={t("signIn.email")}
          type="email"
          value={email}
          onChange={setEmail}
          isRequired
          autoComplete="username"
        />
        <Field
          label={t("signIn.password")}
          type="password"
          value={password}
          onChange={setPassword}
          isRequired
          autoComplete="new-password"
          hint={t("setUp.passwordHint", { count: leastPassword })}
          fault={short ? t("setUp.passwordShort", { count: leastPassword }) : null}
        />
        <Choose
          label={t("setUp.language")}
          value={speaks}
          choices={[
            { id: "de", label: t("languages.de") },
            { id: "en", label: t("languages.en") },
          ]}
          onChange={setSpeaks}
        />
        {problem ? (
          <p className="form-problem" role="alert">
            <Icon name="warning" /> {problemWords(problem)}
          </p>
        ) : null}
        <Button look="primary" type="submit" isDisabled={busy}>
          {t("setUp.begin")}
        </Button>
      </form>
    </Doorstep>
  );
};
