// Which page the session asks for: sign-in, first-run set-up, or the desk in the agent's language.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { I18nProvider } from "react-aria-components";
import { Failed } from "#web/kit/States.tsx";
import { Toasts } from "#web/kit/Toasts.tsx";
import { SignIn } from "#web/screens/agents/SignIn.tsx";
import { SetUp } from "#web/screens/settings/SetUp.tsx";
import { queries, router } from "#web/shell/routes.tsx";
import { beginDesk, endDesk } from "#web/state/desk.ts";
import { begin, session } from "#web/state/session.ts";
import { useStore } from "#web/state/store.ts";

export const App = () => {
  const now = useStore(session, (all) => all);
  const me = now.kind === "signedIn" ? now.me.agent.id : null;
  useEffect(() => {
    if (me === null) return undefined;
    void beginDesk(me);
    return () => {
      endDesk();
      queries.clear();
    };
  }, [me]);

  if (now.kind === "unknown") return null;
  if (now.kind === "unreachable")
    return <Failed problem={{ code: "offline", facts: {}, field: null, requestId: "" }} retry={() => void begin()} />;
  return (
    // The key paints everything anew when the language changes: words are looked up while painting.
    <I18nProvider key={now.language} locale={now.language === "de" ? "de-DE" : "en-GB"}>
      <QueryClientProvider client={queries}>
        {now.kind === "setUp" ? (
          <SetUp />
        ) : now.kind === "signedOut" ? (
          <SignIn settings={now.settings} ended={now.ended} />
        ) : (
          <RouterProvider router={router} />
        )}
        <Toasts />
      </QueryClientProvider>
    </I18nProvider>
  );
};
