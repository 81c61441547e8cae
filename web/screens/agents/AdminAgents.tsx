// Who works here: agents with their roles, teams and brands; adding and changing them.
import { useEffect, useState } from "react";
import { agents } from "#contract/agents.ts";
import type { Agent } from "#contract/agents.ts";
import { AdminEntries } from "#web/kit/AdminEntries.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Checks } from "#web/kit/Checks.tsx";
import { Choose, Field, Toggle } from "#web/kit/Field.tsx";
import { Face } from "#web/kit/Marks.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { call } from "#web/state/client.ts";
import type { CallInput, Problem } from "#web/state/client.ts";
import { deskState } from "#web/state/desk.ts";
import { mergeOne } from "#web/state/apply.ts";
import { problemWords, tellProblem } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";

type AgentInput = CallInput<typeof agents.create>["body"];

const fresh: AgentInput = {
  name: "",
  handle: "",
  email: "",
  role: "agent",
  active: true,
  teamIds: [],
  brandIds: [],
  password: "",
};

export const AdminAgents = () => {
  const all = useStore(deskState, (state) => state.agents);
  const teams = useStore(deskState, (state) => state.teams);
  const [teamName, setTeamName] = useState("");
  const addTeam = async (): Promise<void> => {
    const outcome = await call(agents.createTeam, { body: { name: teamName } });
    if (!outcome.ok) return tellProblem(outcome.problem);
    setTeamName("");
    deskState.set((state) => mergeOne(state, "teams", outcome.value));
  };
  return (
    <AdminEntries
      title={t("admin.agents")}
      add={t("admin.addAgent")}
      change={t("admin.changeAgent")}
      entries={all.toSorted((a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name))}
      line={(agent) => ({
        off: !agent.active,
        content: (
          <>
            <Face name={agent.name} />
            <span className="entry-words">
              <strong>{agent.name}</strong>
              <small>
                @{agent.handle}
                {agent.teamIds.length > 0
                  ? ` · ${agent.teamIds.map((id) => teams.find((team) => team.id === id)?.name ?? "").join(", ")}`
                  : ""}
              </small>
            </span>
            <span className="badge">{agent.active ? t(`roles.${agent.role}`) : t("admin.inactive")}</span>
          </>
        ),
      })}
      form={(agent, close) => <AgentForm agent={agent} close={close} />}
    >
      <section className="card">
        <h2>{t("admin.teams")}</h2>
        <p className="card-words">
          {teams.length > 0 ? teams.map((team) => team.name).join(" · ") : t("admin.noTeams")}
        </p>
        <form
          className="pair"
          onSubmit={(submit) => {
            submit.preventDefault();
            if (teamName.trim() !== "") void addTeam();
          }}
        >
          <Field label={t("admin.teamName")} value={teamName} onChange={setTeamName} maxLength={100} />
          <div className="form-foot">
            <Button type="submit" icon="plus" isDisabled={teamName.trim() === ""}>
              {t("admin.addTeam")}
            </Button>
          </div>
        </form>
      </section>
    </AdminEntries>
  );
};

const AgentForm = ({ agent, close }: { readonly agent: Agent | null; readonly close: () => void }) => {
  const { teams, brands } = useStore(
    deskState,
    (state) => state,
    (a, b) => a.teams === b.teams && a.brands === b.brands,
  );
  const [input, setInput] = useState<AgentInput>(
    agent
      ? {
          ...fresh,
          name: agent.name,
          handle: agent.handle,
          role: agent.role,
          active: agent.active,
          teamIds: agent.teamIds,
          password: null,
        }
      : fresh,
  );
  const [problem, setProblem] = useState<Problem | null>(null);
  const [ready, setReady] = useState(agent === null);
  const id = agent?.id ?? null;
  useEffect(() => {
    if (id === null) return;
    void call(agents.details, { params: { id } }).then((outcome) => {
      if (outcome.ok) setInput((now) => ({ ...now, email: outcome.value.email, brandIds: outcome.value.brandIds }));
      else setProblem(outcome.problem);
      setReady(outcome.ok);
      return undefined;
    });
  }, [id]);
  const set = (part: Partial<AgentInput>): void => setInput((now) => ({ ...now, ...part }));
  const keep = async (): Promise<void> => {
    const body = { ...input, password: input.password === "" ? null : input.password };
    const outcome =
      id === null ? await call(agents.create, { body }) : await call(agents.change, { params: { id }, body });
    if (!outcome.ok) return setProblem(outcome.problem);
    deskState.set((state) => mergeOne(state, "agents", outcome.value));
    toast(t("admin.kept", { name: outcome.value.name }));
    close();
  };
  return (
    <SheetForm problem={problem} close={close} keep={() => void keep()} isDisabled={!ready}>
      <div className="pair">
        <Field
          label={t("admin.name")}
          value={input.name}
          onChange={(name) => set({ name, ...(agent ? {} : { handle: handleFor(name) }) })}
          isRequired
          autoFocus
          maxLength={100}
          fault={problem?.field === "name" ? problemWords(problem) : null}
        />
        <Field
          label={t("admin.handle")}
          hint={t("admin.handleHint")}
          value={input.handle}
          onChange={(handle) => set({ handle })}
          isRequired
          fault={problem?.field === "handle" ? problemWords(problem) : null}
        />
      </div>
      <Field
        label={t("signIn.email")}
        type="email"
        value={input.email}
        onChange={(email) => set({ email })}
        isRequired
        fault={problem?.field === "email" ? problemWords(problem) : null}
      />
      <div className="pair">
        <Choose
          label={t("admin.role")}
          hint={t(`roleHints.${input.role}`)}
          value={input.role}
          choices={(["agent", "supervisor", "admin"] as const).map((one) => ({ id: one, label: t(`roles.${one}`) }))}
          onChange={(role) => set({ role })}
        />
        <Field
          label={t("signIn.password")}
          type="password"
          autoComplete="new-password"
          hint={agent ? t("admin.passwordKeeps") : undefined}
          value={input.password ?? ""}
          onChange={(password) => set({ password })}
          isRequired={agent === null}
          fault={problem?.field === "password" ? problemWords(problem) : null}
        />
      </div>
      {teams.length > 0 ? (
        <Checks
          title={t("admin.teams")}
          choices={teams.map((team) => ({ id: team.id, label: team.name }))}
          chosen={input.teamIds}
          onChange={(teamIds) => set({ teamIds })}
        />
      ) : null}
      {brands.length > 1 ? (
        <Checks
          title={t("admin.agentBrands")}
          choices={brands.map((brand) => ({ id: brand.id, label: brand.name }))}
          chosen={input.brandIds}
          onChange={(brandIds) => set({ brandIds })}
        />
      ) : null}
      <Toggle
        label={t("admin.active")}
        hint={t("admin.activeHint")}
        value={input.active}
        onChange={(active) => set({ active })}
      />
    </SheetForm>
  );
};

/** A handle made of a name: "Änne Groß" becomes "aenne.gross". */
const handleFor = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replaceAll("ä", "ae")
    .replaceAll("ö", "oe")
    .replaceAll("ü", "ue")
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]+/g, ".")
    .replaceAll(/^\.+|\.+$/g, "")
    .slice(0, 31);
