// The services that flows may ask: connected, tried and disconnected here. Values of secret headers are written and never shown again.
import { useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { z } from "zod";
import { flows as endpoints, type Service, type ServiceInput } from "#contract/flow-endpoints.ts";
import { AdminEntries } from "#web/kit/AdminEntries.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Field, Toggle } from "#web/kit/Field.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Empty, Unanswered } from "#web/kit/States.tsx";
import { Several } from "#web/screens/flows/Fields.tsx";
import { useServices } from "#web/screens/flows/useEditing.ts";
import { call } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { problemWords } from "#web/state/problems.ts";
import { toast } from "#web/state/toasts.ts";
import { t, words } from "#web/state/words.ts";
import "#web/screens/flows/flows.css";

export const AdminServices = () => {
  const asked = useServices();
  return (
    <AdminEntries
      title={t("flowServices.title")}
      add={t("flowServices.add")}
      change={t("flowServices.change")}
      entries={asked.data ?? []}
      empty={
        asked.data === undefined ? (
          <Unanswered asked={asked} rows={2} />
        ) : (
          <Empty icon="link" title={t("flowServices.none")}>
            {t("flowServices.noneHint")}
          </Empty>
        )
      }
      line={(service) => ({
        off: !service.on,
        content: (
          <>
            <Icon name="link" size="small" />
            <span className="entry-words">
              <strong>
                {service.name}
                {service.on ? "" : ` (${t("flowServices.off")})`}
              </strong>
              <small>{service.url}</small>
            </span>
          </>
        ),
      })}
      form={(service, close) => <ServiceForm service={service} close={close} />}
    >
      <p className="card-words">
        {t("flowServices.hint")} <Link to="/admin/flows">{t("admin.flows")}</Link>
      </p>
    </AdminEntries>
  );
};

const ServiceForm = ({ service, close }: { readonly service: Service | null; readonly close: () => void }) => {
  const queries = useQueryClient();
  const [name, setName] = useState(service?.name ?? "");
  const [url, setUrl] = useState(service?.url ?? "https://");
  const [headers, setHeaders] = useState<ServiceInput["headers"]>(service?.headers ?? []);
  const [on, setOn] = useState(service?.on ?? true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const fresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ["flow-services"] });
  const keep = async (): Promise<void> => {
    const body: ServiceInput = { name: name.trim(), url: url.trim(), headers, on };
    const outcome =
      service === null
        ? await call(endpoints.addService, { body })
        : await call(endpoints.changeService, { params: { id: service.id }, body });
    if (!outcome.ok) return setProblem(outcome.problem);
    toast(t("admin.kept", { name: body.name }));
    await fresh();
    close();
  };
  const remove = async (): Promise<void> => {
    if (service === null) return;
    const outcome = await call(endpoints.removeService, { params: { id: service.id } });
    if (!outcome.ok) return setProblem(outcome.problem);
    toast(t("admin.removed", { name: service.name }));
    await fresh();
    close();
  };
  const faultAt = (field: string): string | null =>
    problem?.field?.split(".").includes(field) ? problemWords(problem) : null;
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void keep()}
      isDisabled={name.trim() === "" || !isAddress(url.trim()) || !headers.every((header) => isHeader(header.name))}
      aside={
        service === null ? null : (
          <Button look="danger" icon="trash" onPress={() => void remove()}>
            {t("admin.remove")}
          </Button>
        )
      }
    >
      <Field
        label={t("flowServices.name")}
        hint={t("flowServices.nameHint")}
        value={name}
        fault={faultAt("name")}
        onChange={setName}
        maxLength={60}
        isRequired
        autoFocus
      />
      <Field
        label={t("flowServices.url")}
        hint={t("flowServices.urlHint")}
        value={url}
        fault={faultAt("url") ?? (url.length > 8 && !isAddress(url.trim()) ? t("flowServices.noUrl") : null)}
        onChange={setUrl}
        maxLength={500}
        isRequired
      />
      <Several
        title={t("flowServices.headers")}
        items={headers}
        most={10}
        add={t("flowServices.addHeader")}
        removeLabel={(place) => t("flowServices.removeHeader", { place })}
        onAdd={() => setHeaders([...headers, { name: "Authorization", secret: true, value: "" }])}
        onChange={setHeaders}
        item={(header, index, put) => (
          <>
            <div className="pair">
              <Field
                label={t("flowServices.headerName")}
                value={header.name}
                fault={isHeader(header.name) ? null : t("flowServices.noHeader")}
                onChange={(text) => put({ ...header, name: text })}
                maxLength={60}
              />
              <Field
                label={t("flowServices.headerValue")}
                type={header.secret ? "password" : "text"}
                autoComplete="off"
                hint={header.secret && service?.headers[index]?.secret ? t("flowServices.secretKeeps") : undefined}
                value={header.value ?? ""}
                onChange={(text) =>
                  // Left empty, a secret that is there stays.
                  put({ ...header, value: text === "" && header.secret && service !== null ? null : text })
                }
                maxLength={2_000}
              />
            </div>
            <Toggle
              label={t("flowServices.secret")}
              hint={t("flowServices.secretHint")}
              value={header.secret}
              onChange={(secret) => put({ ...header, secret, value: header.value ?? "" })}
            />
          </>
        )}
      />
      <Toggle label={t("flowServices.on")} value={on} onChange={setOn} />
      {service === null ? <p className="field-hint">{t("flowServices.tryLater")}</p> : <TryService service={service} />}
    </SheetForm>
  );
};

/** Without a name or word in it, a question or a mark: below it, paths are asked. */
const isAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/u.test(url.protocol) && url.username === "" && url.search === "" && url.hash === "";
};
const isHeader = (text: string): boolean => /^[A-Za-z0-9-]{1,60}$/u.test(text);

type Tried = z.output<typeof endpoints.tryService.result>;

/** Asks the service as it is kept, once. */
const TryService = ({ service }: { readonly service: Service }) => {
  const [path, setPath] = useState("/");
  const [tried, setTried] = useState<Tried | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ask = async (): Promise<void> => {
    setAsking(true);
    setProblem(null);
    const outcome = await call(endpoints.tryService, { params: { id: service.id }, body: { path } });
    setAsking(false);
    if (outcome.ok) setTried(outcome.value);
    else setProblem(outcome.problem);
  };
  return (
    <fieldset className="fieldset flow-form">
      <legend>{t("flowServices.try")}</legend>
      <p className="field-hint">{t("flowServices.tryHint")}</p>
      <div className="flow-try-row">
        <Field
          label={t("flowServices.path")}
          value={path}
          onChange={setPath}
          maxLength={1_000}
          onEnter={() => void ask()}
        />
        <Button icon="play" isDisabled={isAsking} onPress={() => void ask()}>
          {t("flowServices.ask")}
        </Button>
      </div>
      <div aria-live="polite">
        {problem === null ? null : <p className="field-fault">{problemWords(problem)}</p>}
        {tried === null ? null : (
          <>
            <p className="flow-tried" data-became={tried.became}>
              <strong>{t(`flowServices.became.${tried.became}`)}</strong>
              {tried.status === null ? null : ` · ${t("flowServices.status", { status: String(tried.status) })}`}
              {tried.reason === null ? null : ` · ${words(`flows.lookUp.${tried.reason}`) ?? tried.reason}`}
            </p>
            {tried.body === "" ? null : (
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling part must be reachable by keyboard
              <pre className="flow-answer" tabIndex={0} aria-label={t("flowServices.answer")}>
                {prettyJson(tried.body)}
              </pre>
            )}
          </>
        )}
      </div>
    </fieldset>
  );
};

const prettyJson = (text: string): string => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
};
