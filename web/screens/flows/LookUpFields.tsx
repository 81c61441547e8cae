// The form of a look-up: which service is asked for what, and what of its answer is kept. Called by StepForm.
import { useState } from "react";
import { Link } from "@tanstack/react-router";
import { flowMost, type FlowStep } from "#contract/flows.ts";
import { Button } from "#web/kit/Button.tsx";
import { Choose, LongField } from "#web/kit/Field.tsx";
import { Amount, Line, Several, TextFields, ValueField } from "#web/screens/flows/Fields.tsx";
import type { ChangeStep } from "#web/screens/flows/StepForm.tsx";
import { useEditing, useServices } from "#web/screens/flows/useEditing.ts";
import { noText, valuesOf } from "#web/state/flowSteps.ts";
import { pointersIn } from "#web/state/flowPointers.ts";
import { t } from "#web/state/words.ts";

type LookUp = Extract<FlowStep, { do: "lookUp" }>;
type Pairs = Readonly<Record<string, string>>;

export const LookUpFields = ({ step, change }: { readonly step: LookUp; readonly change: ChangeStep<LookUp> }) => {
  const { draft } = useEditing();
  const services = (useServices().data ?? []).map((service) => service.name);
  const all = services.includes(step.service) ? services : [...services, step.service];
  const names = valuesOf(draft);
  return (
    <>
      <Choose
        label={t("flowEditor.service")}
        value={step.service}
        choices={all.map((id) => ({
          id,
          label: id,
          ...(services.includes(id) ? {} : { detail: t("flowEditor.serviceGone") }),
        }))}
        onChange={(service) => change((now) => ({ ...now, service }))}
      />
      {services.length === 0 ? (
        <p className="field-hint">
          {t("flowEditor.noServices")} <Link to="/admin/flow-services">{t("flowServices.title")}</Link>
        </p>
      ) : null}
      <div className="pair">
        <Choose
          label={t("flowEditor.method")}
          value={step.method}
          choices={[
            { id: "GET", label: t("flowEditor.methods.get") },
            { id: "POST", label: t("flowEditor.methods.post") },
          ]}
          onChange={(method) =>
            change(({ body: was, ...now }) =>
              method === "POST" ? { ...now, method, body: was ?? {} } : { ...now, method },
            )
          }
        />
        <Amount
          label={t("flowEditor.timeout")}
          value={step.timeoutMs / 1_000}
          least={0.1}
          most={30}
          isWhole={false}
          onChange={(seconds) =>
            change((now) => ({ ...now, timeoutMs: Math.round((seconds ?? 3) * 1_000) }), "timeout")
          }
        />
      </div>
      <Line
        label={t("flowEditor.path")}
        hint={t("flowEditor.pathHint", { example: `/lines/{${names[0] ?? "customerNumber"}}` })}
        value={step.path}
        holds={(text) => text.length <= 1_000}
        fault=""
        onChange={(path) => change((now) => ({ ...now, path }), "path")}
      />
      <PairsField
        title={t("flowEditor.query")}
        pairs={step.query ?? {}}
        set={(query, about) =>
          change(({ query: _was, ...now }) => (Object.keys(query).length === 0 ? now : { ...now, query }), about)
        }
      />
      {step.method === "POST" ? (
        <PairsField
          title={t("flowEditor.body")}
          pairs={step.body ?? {}}
          set={(body, about) => change((now) => ({ ...now, body }), about)}
        />
      ) : null}
      <Several
        title={t("flowEditor.takes")}
        items={step.takes}
        most={flowMost.takes}
        add={t("flowEditor.addTake")}
        removeLabel={(place) => t("flowEditor.removeTake", { place })}
        onAdd={() => change((now) => ({ ...now, takes: [...now.takes, { pointer: "/", into: "answer" }] }))}
        onChange={(takes) => change((now) => ({ ...now, takes }))}
        item={(take, index) => {
          const put = (part: Partial<typeof take>, about?: string): void =>
            change((now) => ({ ...now, takes: now.takes.with(index, { ...take, ...part }) }), about);
          return (
            <div className="pair">
              <Line
                label={t("flowEditor.pointer")}
                hint={t("flowEditor.pointerHint")}
                value={take.pointer}
                holds={(text) => (text === "" || text.startsWith("/")) && text.length <= 200}
                fault={t("flowEditor.noPointer")}
                onChange={(pointer) => put({ pointer }, `${index}.pointer`)}
              />
              <ValueField label={t("flowEditor.into")} value={take.into} onChange={(into) => put({ into })} />
            </div>
          );
        }}
      />
      <FromExample
        take={(takes) =>
          change((now) => ({
            ...now,
            takes: [
              ...now.takes,
              ...takes.filter(({ pointer }) => !now.takes.some((one) => one.pointer === pointer)),
            ].slice(0, flowMost.takes),
          }))
        }
      />
      {step.patience === undefined ? (
        <div>
          <Button icon="plus" onPress={() => change((now) => ({ ...now, patience: noText }))}>
            {t("flowEditor.addPatience")}
          </Button>
        </div>
      ) : (
        <>
          <TextFields
            label={t("flowEditor.patience")}
            text={step.patience}
            onChange={(patience, about) => change((now) => ({ ...now, patience }), about)}
          />
          <div>
            <Button look="quiet" icon="close" onPress={() => change(({ patience: _was, ...now }) => now)}>
              {t("flowEditor.withoutPatience")}
            </Button>
          </div>
        </>
      )}
    </>
  );
};

const PairsField = ({
  title,
  pairs,
  set,
}: {
  readonly title: string;
  readonly pairs: Pairs;
  readonly set: (pairs: Record<string, string>, about?: string) => void;
}) => {
  const items = Object.entries(pairs);
  const put = (entries: readonly (readonly [string, string])[], about?: string): void =>
    set(Object.fromEntries(entries), about);
  return (
    <Several
      title={title}
      items={items}
      most={20}
      add={t("flowEditor.addPair")}
      removeLabel={(place) => t("flowEditor.removePair", { place, of: title })}
      onAdd={() => {
        let n = 1;
        while (pairs[`name${n}`] !== undefined) n += 1;
        put([...items, [`name${n}`, ""]]);
      }}
      onChange={(entries) => put(entries)}
      item={([name, value], index) => (
        <div className="pair">
          <Line
            label={t("flowEditor.pairName")}
            value={name}
            holds={(text) => text !== "" && text.length <= 60 && (text === name || pairs[text] === undefined)}
            fault={t("flowEditor.noPairName")}
            onLeave
            onChange={(text) => put(items.with(index, [text, value]))}
          />
          <Line
            label={t("flowEditor.pairValue")}
            value={value}
            holds={(text) => text.length <= 1_000}
            fault=""
            onChange={(text) => put(items.with(index, [name, text]), `${title}.${index}`)}
          />
        </div>
      )}
    />
  );
};

/** An answer that the service gave once is pasted; what is in it can be taken with a press. */
const FromExample = ({ take }: { readonly take: (takes: { pointer: string; into: string }[]) => void }) => {
  const [text, setText] = useState("");
  const found = pointersIn(text);
  return (
    <details className="flow-more">
      <summary>{t("flowEditor.fromExample")}</summary>
      <div className="flow-form">
        <LongField
          mono
          rows={4}
          label={t("flowEditor.exampleAnswer")}
          value={text}
          maxLength={20_000}
          fault={text.trim() !== "" && found === null ? t("flowEditor.file.noJson") : null}
          onChange={setText}
        />
        {found === null ? null : (
          <ul className="flow-pointers">
            {found.map((one) => (
              <li key={one.pointer}>
                <Button icon="plus" onPress={() => take([{ pointer: one.pointer, into: one.into }])}>
                  {`${one.pointer} = ${one.shown}`}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </details>
  );
};
