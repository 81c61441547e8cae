// Where a flow is written: the canvas or the outline, and beside it the step, how it begins, what is wrong, the try, the numbers, the versions.
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Button as AriaButton, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { ActionMenu } from "#web/kit/Menu.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";
import { Empty, Failed, Waiting } from "#web/kit/States.tsx";
import { Findings } from "#web/screens/flows/Findings.tsx";
import { FlowForm } from "#web/screens/flows/FlowForm.tsx";
import { Numbers, useNumbers, type Span } from "#web/screens/flows/Numbers.tsx";
import { Outline } from "#web/screens/flows/Outline.tsx";
import { saveFile } from "#web/screens/flows/saveFile.ts";
import { StepForm } from "#web/screens/flows/StepForm.tsx";
import { TryPanel } from "#web/screens/flows/TryPanel.tsx";
import { useEditing, useKnown } from "#web/screens/flows/useEditing.ts";
import { flowKeyHelp, useFlowKeys } from "#web/screens/flows/useFlowKeys.ts";
import { Publish, Versions, type Looked } from "#web/screens/flows/Versions.tsx";
import { exitWords, stepName } from "#web/screens/flows/words.ts";
import { onEvents } from "#web/state/desk.ts";
import { afterWhich, besides, isFull, sameExit, stepOf } from "#web/state/flowEdit.ts";
import {
  addStep,
  changeFlow,
  choose,
  chooseExit,
  connect,
  flowChangedElsewhere,
  flowEditor,
  keepMine,
  openFlow,
  redo,
  takeTheirs,
  undo,
  type Editing,
} from "#web/state/flowEditor.ts";
import { fileOf } from "#web/state/flowFiles.ts";
import { countedSteps } from "#web/state/flowNumbers.ts";
import { exitsOf, stepIcons, stepKinds } from "#web/state/flowSteps.ts";
import { flowTry, stepOfTry, waysOfTry } from "#web/state/flowTry.ts";
import { problemWords } from "#web/state/problems.ts";
import { useStore } from "#web/state/store.ts";
import { toast } from "#web/state/toasts.ts";
import { t } from "#web/state/words.ts";
import "#web/screens/flows/flows.css";

const Canvas = lazy(async () => ({ default: (await import("#web/screens/flows/Canvas.tsx")).Canvas }));

export const FlowPage = () => {
  const { flow: id = "" }: { readonly flow?: string } = useParams({ strict: false });
  const opened = useStore(flowEditor, (now) => now);
  const queries = useQueryClient();
  useEffect(() => {
    const close = openFlow(id);
    return () => {
      close();
      void queries.invalidateQueries({ queryKey: ["flows"] });
    };
  }, [id, queries]);
  useEffect(
    () =>
      onEvents((events) => {
        if (events.some(({ kind }) => kind.startsWith("flow."))) void flowChangedElsewhere();
      }),
    [],
  );
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      const now = flowEditor.get();
      if (now !== null && now.flow !== null && now.keeping !== "kept") event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, []);
  if (opened === null) return <Waiting rows={3} />;
  if (opened.flow === null)
    return (
      <div className="page">
        <Failed problem={opened.problem} retry={() => void openFlow(id)} />
        <p className="flow-center">
          <Link to="/admin/flows">{t("admin.flows")}</Link>
        </p>
      </div>
    );
  return <Editor key={opened.flow.id} />;
};

const tabs = ["outline", "step", "flow", "findings", "try", "numbers", "versions"] as const;
type TabName = (typeof tabs)[number];

const narrow = matchMedia("(width < 760px)");
/** There is no room for a canvas. */
const useNarrow = (): boolean =>
  useSyncExternalStore(
    (heard) => {
      narrow.addEventListener("change", heard);
      return () => narrow.removeEventListener("change", heard);
    },
    () => narrow.matches,
  );

const Editor = () => {
  const editing = useEditing();
  const { draft, chosen, exit, findings } = editing;
  const isNarrow = useNarrow();
  const [tab, setTab] = useState<TabName>(isNarrow ? "outline" : draft.steps.length === 0 ? "flow" : "step");
  const [isCanvas, setCanvas] = useState(true);
  const [isAdding, setAdding] = useState(false);
  const [isPublishing, setPublishing] = useState(false);
  const [looked, setLooked] = useState<Looked | null>(null);
  const [span, setSpan] = useState<Span>({ days: 30, version: null });
  const [reveal, setReveal] = useState<{ readonly id: string } | null>(null);
  const turns = useStore(flowTry, (now) => now.turns);
  const asked = useNumbers(editing.flow.id, span, tab === "numbers");
  const step = stepOf(draft, chosen[0] ?? null);
  const shownTab = tab === "outline" && !isNarrow ? "step" : tab;
  const open = (id: string | null): void => {
    if (id === null) return setTab("flow");
    choose([id]);
    setReveal({ id });
    setTab("step");
  };
  const press = (ids: readonly string[]): void => {
    choose(ids);
    if (ids.length > 0 && tab !== "numbers" && !isNarrow) setTab("step");
  };
  useFlowKeys({
    add: () => setAdding(true),
    leaveStep: () => {
      if (isNarrow) setTab("outline");
    },
    canvas: () => setCanvas((was) => !was),
    go: setTab,
  });
  const document = looked?.document ?? draft;
  const numbers = tab === "numbers" && asked.data ? countedSteps(document, asked.data) : null;
  const tried = tab === "try" && turns.length > 0 ? { at: stepOfTry(turns), ways: waysOfTry(turns) } : null;
  const outline = (
    <Outline
      document={draft}
      findings={findings}
      chosen={chosen}
      lit={tried?.at ?? null}
      numbers={numbers}
      choose={choose}
      chooseExit={chooseExit}
      open={open}
    />
  );
  return (
    <div className="flow-page">
      <Head
        editing={editing}
        adding={{ isOpen: isAdding, set: setAdding }}
        opened={() => setTab("step")}
        canvas={isNarrow ? null : { isOn: isCanvas, set: setCanvas }}
        findings={() => setTab("findings")}
        publish={() => setPublishing(true)}
      />
      <Conflict editing={editing} />
      <div className="flow-body" data-tab={shownTab}>
        {isNarrow ? null : (
          <main className="flow-main">
            {looked === null ? null : <LookedAt looked={looked} back={() => setLooked(null)} />}
            {document.steps.length === 0 ? (
              <Empty icon="split" title={t("flowEditor.empty")}>
                <p>{t("flowEditor.emptyHint")}</p>
                <Button look="primary" icon="plus" onPress={() => setAdding(true)}>
                  {t("flowEditor.addFirst")}
                </Button>
              </Empty>
            ) : isCanvas || looked !== null ? (
              <Suspense fallback={<Waiting rows={3} />}>
                <Canvas
                  key={looked === null ? "draft" : `version ${looked.number}`}
                  document={document}
                  shown={{
                    findings: looked === null ? findings : [],
                    chosen: looked === null ? chosen : [],
                    exit,
                    tried,
                    numbers,
                    reveal: looked === null ? reveal : null,
                  }}
                  doing={
                    looked !== null
                      ? null
                      : {
                          choose: press,
                          chooseExit: (way) => {
                            chooseExit(way);
                            if (tab !== "numbers") setTab("step");
                          },
                          connect,
                          change: changeFlow,
                          addAfter: (way) => {
                            chooseExit(way);
                            setAdding(true);
                          },
                        }
                  }
                />
              </Suspense>
            ) : (
              <div className="flow-outline-box">{outline}</div>
            )}
          </main>
        )}
        <Tabs
          className="flow-panel"
          selectedKey={shownTab}
          onSelectionChange={(key) => {
            const chosenTab = tabs.find((one) => one === key);
            if (chosenTab) setTab(chosenTab);
          }}
        >
          <TabList className="flow-tabs" aria-label={t("flowEditor.panel")}>
            {tabs
              .filter((one) => one !== "outline" || isNarrow)
              .map((one) => (
                <Tab key={one} id={one} className="flow-tab">
                  {t(`flowEditor.tabs.${one}`)}
                  {one === "findings" && findings.length > 0 ? (
                    <span
                      className="flow-tab-count"
                      data-level={findings.some(({ level }) => level === "error") ? "error" : "warning"}
                    >
                      {findings.length}
                    </span>
                  ) : null}
                </Tab>
              ))}
          </TabList>
          <TabPanel id="outline" className="flow-tab-panel">
            {draft.steps.length === 0 ? <p className="card-words">{t("flowEditor.emptyHint")}</p> : outline}
          </TabPanel>
          <TabPanel id="step" className="flow-tab-panel">
            {step === undefined ? <NoStep /> : <StepForm key={step.id} step={step} />}
          </TabPanel>
          <TabPanel id="flow" className="flow-tab-panel">
            <FlowForm />
          </TabPanel>
          <TabPanel id="findings" className="flow-tab-panel">
            <Findings open={open} />
          </TabPanel>
          <TabPanel id="try" className="flow-tab-panel">
            <TryPanel />
          </TabPanel>
          <TabPanel id="numbers" className="flow-tab-panel">
            <Numbers
              span={span}
              set={setSpan}
              open={(id) => {
                choose([id]);
                setReveal({ id });
              }}
            />
          </TabPanel>
          <TabPanel id="versions" className="flow-tab-panel">
            <Versions looked={looked} look={setLooked} />
            {looked !== null && isNarrow ? (
              <div className="flow-looked-narrow">
                <LookedAt looked={looked} back={() => setLooked(null)} />
                <Outline
                  document={looked.document}
                  findings={[]}
                  chosen={[]}
                  lit={null}
                  numbers={null}
                  choose={() => undefined}
                  chooseExit={() => undefined}
                  open={() => undefined}
                />
              </div>
            ) : null}
          </TabPanel>
        </Tabs>
      </div>
      <Sheet title={t("flowVersions.publish")} isOpen={isPublishing} onClose={() => setPublishing(false)}>
        {isPublishing ? <Publish close={() => setPublishing(false)} /> : null}
      </Sheet>
    </div>
  );
};

/** The bar above: how the draft stands, what can be done. */
const Head = ({
  editing,
  adding,
  opened,
  canvas,
  findings: showFindings,
  publish,
}: {
  readonly editing: Editing;
  readonly adding: { readonly isOpen: boolean; readonly set: (isOpen: boolean) => void };
  readonly opened: () => void;
  readonly canvas: { readonly isOn: boolean; readonly set: (isOn: boolean) => void } | null;
  readonly findings: () => void;
  readonly publish: () => void;
}) => {
  const navigate = useNavigate();
  const known = useKnown();
  const { flow, draft, past, keeping, findings, name } = editing;
  const errors = findings.filter(({ level }) => level === "error").length;
  const after = afterWhich(draft, editing.chosen, editing.exit);
  const from = stepOf(draft, after?.step ?? null);
  const way = after && from ? exitsOf(from).find(({ key }) => sameExit(key, after.key)) : undefined;
  const addWords =
    from && way
      ? t("flowEditor.addAfter", { step: stepName(draft, from), exit: exitWords(draft, from, way) })
      : t("flowEditor.add");
  const isUnpublished = flow.published === null;
  return (
    <header className="flow-head">
      <IconButton icon="back" label={t("admin.flows")} onPress={() => void navigate({ to: "/admin/flows" })} />
      <h1>{name}</h1>
      <output className="flow-keeping" data-keeping={keeping}>
        {t(`flowEditor.keeping.${keeping}`)}
      </output>
      <div className="flow-head-buttons">
        {canvas === null ? null : (
          <IconButton
            icon="list"
            label={t("flowEditor.outline")}
            keys="v"
            pressed={!canvas.isOn}
            onPress={() => canvas.set(!canvas.isOn)}
          />
        )}
        <IconButton
          icon="undo"
          label={t("flowEditor.undo")}
          keys="Ctrl+Z"
          isDisabled={past.before.length === 0}
          onPress={undo}
        />
        <IconButton
          icon="redo"
          label={t("flowEditor.redo")}
          keys="Ctrl+Y"
          isDisabled={past.after.length === 0}
          onPress={redo}
        />
        <IconButton
          icon="download"
          label={t("flowList.export")}
          onPress={() => saveFile(`${editing.key}.json`, fileOf(draft))}
        />
        <ActionMenu
          label={addWords}
          placement="bottom end"
          focusFirst
          isOpen={adding.isOpen}
          onOpenChange={adding.set}
          trigger={
            <AriaButton className="button" aria-label={addWords} isDisabled={isFull(draft)}>
              <Icon name="plus" />
              <span className="button-words">{t("flowEditor.add")}</span>
            </AriaButton>
          }
          entries={stepKinds.map((kind) => ({
            id: kind,
            label: t(`flowEditor.kinds.${kind}`),
            icon: stepIcons[kind],
            run: () => {
              if (addStep(kind, after, known, besides(draft, after))) opened();
              else toast(t("flowEditor.full"), { tone: "failed" });
            },
          }))}
        />
        {errors > 0 ? (
          <button type="button" id="flow-why" className="flow-why" onClick={showFindings}>
            <Icon name="warning" size="small" /> {t("flowEditor.errors", { count: errors })}
          </button>
        ) : null}
        <Button
          look="primary"
          isDisabled={errors > 0 || !editing.isChecked || keeping === "conflict" || draft.steps.length === 0}
          onPress={publish}
          {...(errors > 0 ? { "aria-describedby": "flow-why" } : {})}
        >
          {t(isUnpublished ? "flowVersions.publish" : "flowVersions.publishAgain")}
        </Button>
      </div>
    </header>
  );
};

/** Somebody else kept another draft, or it cannot be kept as it is: what can be done, without losing either. */
const Conflict = ({ editing }: { readonly editing: Editing }) => {
  const { keeping, problem } = editing;
  if (keeping === "failed" && problem !== null)
    return (
      <p className="flow-banner" role="alert">
        <Icon name="warning" />
        <span>
          {problemWords(problem)}
          {problem.field === null ? "" : ` (${problem.field})`}
        </span>
        <Button icon="undo" onPress={undo}>
          {t("flowEditor.undo")}
        </Button>
      </p>
    );
  if (keeping !== "conflict") return null;
  return (
    <div className="flow-banner" role="alert">
      <Icon name="people" />
      <span>{t("flowEditor.conflict")}</span>
      <Button onPress={() => void takeTheirs()}>{t("flowEditor.takeTheirs")}</Button>
      <Button onPress={() => void keepMine()}>{t("flowEditor.keepMine")}</Button>
    </div>
  );
};

/** No step is chosen: what can be done without a mouse. */
const NoStep = () => (
  <div className="flow-form">
    <p className="card-words">{t("flowEditor.chooseStep")}</p>
    <dl className="flow-keys">
      {flowKeyHelp.map(([keys, words]) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{t(`flowEditor.keys.${words}`)}</dd>
        </div>
      ))}
    </dl>
  </div>
);

const LookedAt = ({ looked, back }: { readonly looked: Looked; readonly back: () => void }) => (
  <p className="flow-banner" data-tone="calm">
    <Icon name="eye" />
    <span>{t("flowVersions.looking", { number: looked.number })}</span>
    <Button onPress={back}>{t("flowVersions.backToDraft")}</Button>
  </p>
);
