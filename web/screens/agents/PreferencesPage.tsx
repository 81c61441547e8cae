// How the desk shall be for me: language, look, signature, mail, password. Every change is kept at once.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { agents } from "#contract/agents.ts";
import type { Preferences } from "#contract/agents.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Choose, Field, LongField, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { problemWords, tellProblem } from "#web/state/problems.ts";
import { changePreferences, session } from "#web/state/session.ts";
import { createStore, useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

/** A signature that is typed and not yet kept; it outlives the new painting of everything in another language. */
const typedSignature = createStore<{ readonly agentId: string; readonly text: string } | null>(null);

export const PreferencesPage = () => {
  const me = useStore(session, (now) => (now.kind === "signedIn" ? now.me : null));
  const navigate = useNavigate();
  const unkept = useStore(typedSignature, (now) => now);
  if (!me) return null;
  const { preferences } = me;
  const signature = unkept?.agentId === me.agent.id ? unkept.text : preferences.signature;
  const setSignature = (text: string): void => typedSignature.set({ agentId: me.agent.id, text });
  const keep = async (part: Partial<Preferences>): Promise<void> => {
    const outcome = await changePreferences(part);
    if (outcome === null) return;
    if (outcome.ok) toast(t("preferences.kept"), { seconds: 2 });
    else tellProblem(outcome.problem);
  };
  return (
    <div className="page">
      <header className="page-head">
        <IconButton icon="back" label={t("kit.backToDesk")} onPress={() => void navigate({ to: "/desk" })} />
        <h1>{t("preferences.title")}</h1>
      </header>
      <div className="page-body">
        <section className="card">
          <h2>{t("preferences.look")}</h2>
          <div className="pair">
            <Choose
              label={t("preferences.language")}
              value={preferences.language}
              choices={[
                { id: "de", label: t("languages.de") },
                { id: "en", label: t("languages.en") },
              ]}
              onChange={(language) => void keep({ language })}
            />
            <Choose
              label={t("preferences.theme")}
              value={preferences.theme}
              choices={[
                { id: "system", label: t("preferences.themes.system") },
                { id: "light", label: t("preferences.themes.light") },
                { id: "dark", label: t("preferences.themes.dark") },
              ]}
              onChange={(theme) => void keep({ theme })}
            />
            <Choose
              label={t("preferences.contrast")}
              value={preferences.contrast}
              choices={[
                { id: "system", label: t("preferences.contrasts.system") },
                { id: "more", label: t("preferences.contrasts.more") },
              ]}
              onChange={(contrast) => void keep({ contrast })}
            />
            <Choose
              label={t("preferences.density")}
              value={preferences.density}
              choices={[
                { id: "comfortable", label: t("preferences.densities.comfortable") },
                { id: "compact", label: t("preferences.densities.compact") },
              ]}
              onChange={(density) => void keep({ density })}
            />
            <Choose
              label={t("preferences.afterwards")}
              value={preferences.afterwards}
              choices={[
                { id: "next", label: t("preferences.afterwardsChoices.next") },
                { id: "stay", label: t("preferences.afterwardsChoices.stay") },
              ]}
              onChange={(afterwards) => void keep({ afterwards })}
            />
          </div>
        </section>
        <section className="card">
          <h2>{t("preferences.mail")}</h2>
          <LongField
            label={t("preferences.signature")}
            hint={t("preferences.signatureHint")}
            value={signature}
            onChange={setSignature}
            maxLength={2000}
            rows={4}
          />
          <div className="form-foot">
            <Button isDisabled={signature === preferences.signature} onPress={() => void keep({ signature })}>
              {t("kit.keep")}
            </Button>
          </div>
          <Toggle
            label={t("preferences.notify")}
            hint={t("preferences.notifyHint", { email: me.email })}
            value={preferences.notifyByMail}
            onChange={(notifyByMail) => void keep({ notifyByMail })}
          />
          <Toggle
            label={t("preferences.followed")}
            hint={t("preferences.followedHint")}
            value={preferences.followedByMail}
            onChange={(followedByMail) => void keep({ followedByMail })}
          />
        </section>
        <Password />
      </div>
    </div>
  );
};

const Password = () => {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (): Promise<void> => {
    const outcome = await call(agents.changePassword, { body: { current, next } });
    setProblem(outcome.ok ? null : outcome.problem);
    if (!outcome.ok) return;
    setCurrent("");
    setNext("");
    toast(t("preferences.passwordChanged"));
  };
  return (
    <form
      className="card"
      onSubmit={(submit) => {
        submit.preventDefault();
        void run();
      }}
    >
      <h2>{t("preferences.password")}</h2>
      <p className="card-words">{t("preferences.passwordHint")}</p>
      <div className="pair">
        <Field
          label={t("preferences.current")}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          isRequired
        />
        <Field
          label={t("preferences.next")}
          type="password"
          autoComplete="new-password"
          value={next}
          onChange={setNext}
          isRequired
        />
      </div>
      <div className="form-foot">
        {problem ? (
          <p className="form-problem" role="alert">
            <Icon name="warning" /> {problemWords(problem)}
          </p>
        ) : null}
        <Button type="submit" isDisabled={current === "" || next === ""}>
          {t("preferences.changePassword")}
        </Button>
      </div>
    </form>
  );
};
