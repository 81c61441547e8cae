// Chooses a flow and sends it into the open concern, to where its customer wrote last. Called by ConcernPane; opened by a command.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ConcernRow } from "#contract/concerns.ts";
import { flows } from "#contract/flow-endpoints.ts";
import { Choose } from "#web/kit/Field.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Failed, Waiting } from "#web/kit/States.tsx";
import { callOrThrow, Refused, type Problem } from "#web/state/client.ts";
import { sendFlow } from "#web/state/concernFlows.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { setUi, ui } from "#web/state/ui.ts";
import { t } from "#web/state/words.ts";

export const FlowSheet = ({ concern }: { readonly concern: ConcernRow }) => {
  const isOpen = useStore(ui, (now) => now.sendingFlow);
  const close = (): void => setUi({ sendingFlow: false });
  return (
    <Sheet title={t("flowCards.sendTitle")} isOpen={isOpen} onClose={close}>
      {isOpen ? <Sending concern={concern} close={close} /> : null}
    </Sheet>
  );
};

const Sending = ({ concern, close }: { readonly concern: ConcernRow; readonly close: () => void }) => {
  const { id } = concern;
  const [key] = useState(() => crypto.randomUUID());
  const [chosen, setChosen] = useState<string | null>(null);
  const [language, setLanguage] = useState<"de" | "en" | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setSending] = useState(false);
  const found = useQuery({
    queryKey: ["sendableFlows", id],
    gcTime: 0,
    retry: false,
    queryFn: ({ signal }) => callOrThrow(flows.sendable, { params: { id } }, signal),
  });
  if (found.error instanceof Refused)
    return <Failed problem={found.error.problem} retry={() => void found.refetch()} />;
  if (!found.data) return <Waiting rows={2} />;
  const flow = found.data.find(({ flowId }) => flowId === chosen) ?? found.data[0];
  if (flow === undefined) return <p className="flow-none">{t("flowCards.none")}</p>;
  const spoken = language ?? flow.languages.find((one) => one === concern.language) ?? flow.languages[0] ?? "de";
  const send = async (): Promise<void> => {
    setSending(true);
    const outcome = await sendFlow(id, key, flow.flowId, spoken);
    setSending(false);
    if (!outcome.ok) return setProblem(outcome.problem);
    void toast(t("flowCards.sent", { name: flow.name }));
    close();
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keepWords={t("flowCards.send")}
      keepIcon="send"
      isDisabled={isSending}
      keep={() => void send()}
    >
      <Choose
        label={t("flowCards.which")}
        value={flow.flowId}
        choices={found.data.map(({ flowId, name }) => ({ id: flowId as string, label: name }))}
        onChange={setChosen}
      />
      {flow.languages.length < 2 ? null : (
        <Choose
          label={t("flowCards.language")}
          value={spoken}
          choices={flow.languages.map((one) => ({ id: one, label: t(`flowCards.languages.${one}`) }))}
          onChange={setLanguage}
        />
      )}
    </SheetForm>
  );
};
