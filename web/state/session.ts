// Who sits at this desk and how it shall look; called by the entry, the shell and the preferences screen.
import { agents } from "#contract/agents.ts";
import { settings } from "#contract/settings.ts";
import type { Me, Preferences } from "#contract/agents.ts";
import type { PublicSettings } from "#contract/settings.ts";
import { call, setCsrf, whenSignedOut } from "#web/state/client.ts";
import type { Outcome } from "#web/state/client.ts";
import { loadWords } from "#web/state/loadWords.ts";
import { createStore } from "#web/state/store.ts";
import type { Language } from "#web/state/words.ts";

/** What is known about the session. "unknown" until the first answers are in. */
export type Session =
  | { readonly kind: "unknown" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "setUp"; readonly settings: PublicSettings; readonly language: Language }
  | {
      readonly kind: "signedOut";
      readonly settings: PublicSettings;
      readonly language: Language;
      readonly ended: boolean;
    }
  | { readonly kind: "signedIn"; readonly settings: PublicSettings; readonly me: Me; readonly language: Language };

export const session = createStore<Session>({ kind: "unknown" });

/** Who sits here; null: nobody is signed in. */
export const signedInAs = (): string | null => {
  const now = session.get();
  return now.kind === "signedIn" ? now.me.agent.id : null;
};

/** Asks the server who we are, and loads the words of the right language. */
export const begin = async (): Promise<void> => {
  const language = browserLanguage();
  watchContrast();
  const [facts, me] = await Promise.all([call(settings.public, {}), call(agents.me, {}), loadWords(language)]);
  if (!facts.ok) return session.set({ kind: "unreachable" });
  if (me.ok) return signedIn(facts.value, me.value);
  session.set(
    facts.value.needsSetUp
      ? { kind: "setUp", settings: facts.value, language }
      : { kind: "signedOut", settings: facts.value, language, ended: false },
  );
};

/** Begins a session; the result tells why not. */
export const signIn = async (email: string, password: string): Promise<Outcome<Me>> => {
  const outcome = await call(agents.signIn, { body: { email, password } });
  const now = session.get();
  if (outcome.ok && now.kind === "signedOut") await signedIn(now.settings, outcome.value);
  return outcome;
};

/** Ends the session and forgets everything by loading the page afresh. */
export const signOut = async (): Promise<void> => {
  await call(agents.signOut, {});
  location.assign("/");
};

/** Speaks the other language on the pages before sign-in. */
export const switchLanguage = async (language: Language): Promise<void> => {
  await loadWords(language);
  session.set((now) => (now.kind === "signedOut" || now.kind === "setUp" ? { ...now, language } : now));
};

/**
 * Keeps some preferences on the server and looks and speaks accordingly at once. One after the other: each is laid over what the one before has
 * brought, so that two quick ones both hold. Null when nobody is signed in any more.
 */
export const changePreferences = (part: Partial<Preferences>): Promise<Outcome<Me> | null> => {
  keeping = keeping.then(() => keepPreferences(part));
  return keeping;
};

let keeping: Promise<Outcome<Me> | null> = Promise.resolve(null);

const keepPreferences = async (part: Partial<Preferences>): Promise<Outcome<Me> | null> => {
  const before = session.get();
  if (before.kind !== "signedIn") return null;
  const outcome = await call(agents.changePreferences, { body: { ...before.me.preferences, ...part } });
  const now = session.get();
  if (outcome.ok && now.kind === "signedIn") await signedIn(now.settings, outcome.value);
  return outcome;
};

whenSignedOut(() => {
  const now = session.get();
  if (now.kind === "signedIn")
    session.set({ kind: "signedOut", settings: now.settings, language: now.language, ended: true });
});

const signedIn = async (facts: PublicSettings, me: Me): Promise<void> => {
  setCsrf(me.csrf);
  await loadWords(me.preferences.language);
  look(me.preferences);
  session.set({ kind: "signedIn", settings: facts, me, language: me.preferences.language });
};

const browserLanguage = (): Language =>
  navigator.languages
    .find((tag) => /^(de|en)\b/i.test(tag))
    ?.toLowerCase()
    .startsWith("de")
    ? "de"
    : "en";

const look = (preferences: Preferences): void => {
  const { dataset } = document.documentElement;
  dataset["theme"] = preferences.theme;
  dataset["density"] = preferences.density;
  contrastChosen = preferences.contrast;
  showContrast();
};

let contrastChosen: Preferences["contrast"] = "system";
let contrastAsked: MediaQueryList | null = null;

/** More contrast when it was chosen or the machine asks for it, which may change its mind at any time. */
const watchContrast = (): void => {
  if (contrastAsked === null) {
    contrastAsked = matchMedia("(prefers-contrast: more)");
    contrastAsked.addEventListener("change", showContrast);
  }
  showContrast();
};

const showContrast = (): void => {
  const more = contrastChosen === "more" || contrastAsked?.matches === true;
  document.documentElement.dataset["contrast"] = more ? "more" : "normal";
};
