// The canvas of a flow: steps as nodes, ways as lines between them. Loaded on its own, since it brings React Flow and dagre; called by the editor.
import { useEffect, useMemo, useRef, useState } from "react";
import {
  Background,
  Handle,
  MarkerType,
  MiniMap,
  Panel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type AriaLabelConfig,
  type Edge,
  type Node,
  type NodeChange,
  type NodeProps,
  type ReactFlowInstance,
} from "@xyflow/react";
import type { FlowDocument, FlowFinding, FlowStep } from "#contract/flows.ts";
import { IconButton } from "#web/kit/Button.tsx";
import { Icon } from "#web/kit/Icon.tsx";
import { laidOut, placesOf } from "#web/screens/flows/layout.ts";
import { exitWords, findingWords, stepName, stepWords } from "#web/screens/flows/words.ts";
import { moved, stepOf, type ExitOf } from "#web/state/flowEdit.ts";
import { thickness, type CountedStep } from "#web/state/flowNumbers.ts";
import { heightOf, nodeSize } from "#web/state/flowShape.ts";
import { exitsOf, stepIcons, type ExitKey } from "#web/state/flowSteps.ts";
import { number, t } from "#web/state/words.ts";
import "@xyflow/react/dist/base.css";
import "#web/screens/flows/canvas.css";

/** What is shown on the canvas besides the steps. */
export interface Shown {
  readonly findings: readonly FlowFinding[];
  readonly chosen: readonly string[];
  readonly exit: ExitOf | null;
  /** Where a try stands, and the ways it took ("step/exit"); null: nothing is tried. */
  readonly tried: { readonly at: string | null; readonly ways: ReadonlySet<string> } | null;
  readonly numbers: readonly CountedStep[] | null;
  /** A step that shall be seen; a new object asks anew. */
  readonly reveal: { readonly id: string } | null;
}

/** What is done on it; null: it can only be looked at. */
export interface Doing {
  readonly choose: (ids: readonly string[]) => void;
  readonly chooseExit: (exit: ExitOf) => void;
  readonly connect: (step: string, key: ExitKey, to: string | null) => void;
  readonly change: (change: (document: FlowDocument) => FlowDocument, about: string | null) => void;
  /** A way was drawn into nothing: what shall stand there is asked. */
  readonly addAfter: (exit: ExitOf) => void;
}

interface Content extends Record<string, unknown> {
  readonly document: FlowDocument;
  readonly step: FlowStep;
  readonly shown: Shown;
  readonly isLoose: boolean;
  readonly chooseExit: ((exit: ExitOf) => void) | null;
}
type StepNode = Node<Content, "step">;

export const Canvas = (props: {
  readonly document: FlowDocument;
  readonly shown: Shown;
  readonly doing: Doing | null;
}) => (
  <ReactFlowProvider>
    <Drawing {...props} />
  </ReactFlowProvider>
);

const Drawing = ({
  document,
  shown,
  doing,
}: {
  readonly document: FlowDocument;
  readonly shown: Shown;
  readonly doing: Doing | null;
}) => {
  const [dragged, setDragged] = useState<ReadonlyMap<string, { readonly x: number; readonly y: number }>>(new Map());
  const places = useMemo(() => placesOf(document), [document]);
  const reached = useMemo(() => reachedIn(document), [document]);
  const chooseExit = doing?.chooseExit ?? null;
  const nodes = document.steps.map((step): StepNode => {
    const [width, height] = [nodeSize.width, heightOf(step)];
    return {
      id: step.id,
      type: "step",
      position: dragged.get(step.id) ?? places.get(step.id) ?? { x: 0, y: 0 },
      width,
      height,
      measured: { width, height },
      handles: handlesOf(step),
      selected: shown.chosen.includes(step.id),
      data: { document, step, shown, isLoose: !reached.has(step.id), chooseExit },
      ariaLabel: nodeWords(document, step, shown, !reached.has(step.id)),
      className: shown.tried?.at === step.id ? "is-lit" : "",
    };
  });
  const edges = edgesOf(document, shown);
  const onNodesChange = (changes: readonly NodeChange<StepNode>[]): void => {
    if (doing === null) return;
    const chosen = new Set(shown.chosen);
    const [going, gone] = [new Map(dragged), new Map<string, { x: number; y: number }>()];
    for (const change of changes) {
      if (change.type === "select") {
        if (change.selected) chosen.add(change.id);
        else chosen.delete(change.id);
      }
      if (change.type === "position") {
        const at = change.position ?? dragged.get(change.id);
        if (at === undefined) continue;
        if (change.dragging) going.set(change.id, at);
        else gone.set(change.id, at);
      }
    }
    if (changes.some(({ type }) => type === "select")) doing.choose([...chosen]);
    if (gone.size > 0) {
      setDragged(new Map());
      // One that was moved by hand lets all stay where they are.
      doing.change((now) => moved(now, new Map([...places, ...going, ...gone])), "places");
    } else if (going.size > 0) setDragged(going);
  };
  const keyOf = (step: string | null, handle: string | null | undefined): ExitKey | null => {
    const from = stepOf(document, step);
    return from === undefined ? null : (exitsOf(from).find(({ id }) => id === handle)?.key ?? null);
  };
  return (
    <ReactFlow<StepNode, Edge>
      className="flow-canvas"
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      onNodesChange={onNodesChange}
      onConnect={({ source, sourceHandle, target }) => {
        const key = keyOf(source, sourceHandle);
        if (doing && key) doing.connect(source, key, target);
      }}
      onConnectEnd={(_event, { isValid, fromHandle, toNode }) => {
        const key = keyOf(fromHandle?.nodeId ?? null, fromHandle?.id);
        if (doing && key && isValid !== true && toNode === null && fromHandle?.type === "source")
          doing.addAfter({ step: fromHandle.nodeId, key });
      }}
      onReconnect={(edge, { source, sourceHandle, target }) => {
        const [was, key] = [keyOf(edge.source, edge.sourceHandle), keyOf(source, sourceHandle)];
        if (!doing || !was || !key) return;
        if (edge.source !== source || edge.sourceHandle !== sourceHandle) doing.connect(edge.source, was, null);
        doing.connect(source, key, target);
      }}
      onEdgeClick={(_event, edge) => {
        const key = keyOf(edge.source, edge.sourceHandle);
        if (doing && key) doing.chooseExit({ step: edge.source, key });
      }}
      onPaneClick={() => doing?.choose([])}
      nodesDraggable={doing !== null}
      nodesConnectable={doing !== null}
      edgesReconnectable={doing !== null}
      edgesFocusable={false}
      deleteKeyCode={null}
      minZoom={0.15}
      maxZoom={2}
      onInit={(view) => showFirst(view, document.start)}
      ariaLabelConfig={ariaWords()}
    >
      <Background gap={20} />
      <Tools document={document} doing={doing} shown={shown} />
      {document.steps.length > 4 ? (
        <MiniMap
          pannable
          zoomable
          position="bottom-right"
          nodeClassName={({ id }) => (shown.chosen.includes(id) ? "is-chosen" : "")}
        />
      ) : null}
    </ReactFlow>
  );
};

const fitting = { padding: 0.12, maxZoom: 1 } as const;
/** Smaller than this nobody reads it. */
const leastReadable = 0.6;

/** The whole where it can be read; else where it begins. */
const showFirst = (view: ReactFlowInstance<StepNode>, start: string | null): void => {
  void view.fitView(fitting);
  const first = view.getNode(start ?? "");
  if (view.getZoom() >= leastReadable || first === undefined) return;
  const { y } = view.getNodesBounds(view.getNodes());
  void view.setViewport({
    zoom: leastReadable,
    x: (24 - first.position.x) * leastReadable,
    y: (24 - Math.min(first.position.y, Math.max(y, first.position.y - 240))) * leastReadable,
  });
};

/** Zoom, the whole, tidied up; by buttons and by keys. */
const Tools = ({
  document,
  doing,
  shown,
}: {
  readonly document: FlowDocument;
  readonly doing: Doing | null;
  readonly shown: Shown;
}) => {
  const view = useReactFlow<StepNode>();
  const place = useRef<HTMLDivElement>(null);
  const wanted = shown.reveal?.id ?? shown.tried?.at ?? null;
  const asked = shown.reveal ?? wanted;
  useEffect(() => {
    const node = wanted === null ? undefined : view.getNode(wanted);
    const box = place.current?.closest(".react-flow")?.getBoundingClientRect();
    if (node === undefined || box === undefined) return;
    const [width, height] = [node.width ?? 0, node.height ?? 0];
    const from = view.flowToScreenPosition(node.position);
    const to = view.flowToScreenPosition({ x: node.position.x + width, y: node.position.y + height });
    if (from.x >= box.left && to.x <= box.right && from.y >= box.top && to.y <= box.bottom) return;
    void view.setCenter(node.position.x + width / 2, node.position.y + height / 2, {
      zoom: Math.max(view.getZoom(), 0.6),
    });
    // The place of a step may change with what is around it; it is looked for once when it is asked for.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [asked, view]);
  useEffect(() => {
    const pressed = (press: KeyboardEvent): void => {
      if (press.ctrlKey || press.metaKey || press.altKey || press.defaultPrevented) return;
      if (!(press.target instanceof HTMLElement) || press.target.closest("input, textarea, [role=dialog], [role=menu]"))
        return;
      if (press.key === "+") void view.zoomIn();
      else if (press.key === "-") void view.zoomOut();
      else if (press.key === "0") void view.fitView(fitting);
      else return;
      press.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [view]);
  return (
    <Panel position="bottom-left">
      <div ref={place} className="flow-tools" role="toolbar" aria-label={t("flowEditor.canvas.tools")}>
        <IconButton icon="plus" label={t("flowEditor.canvas.zoomIn")} keys="+" onPress={() => void view.zoomIn()} />
        <IconButton icon="minus" label={t("flowEditor.canvas.zoomOut")} keys="-" onPress={() => void view.zoomOut()} />
        <IconButton
          icon="expand"
          label={t("flowEditor.canvas.whole")}
          keys="0"
          onPress={() => void view.fitView(fitting)}
        />
        {doing === null ? null : (
          <IconButton
            icon="tidy"
            label={t("flowEditor.canvas.tidy")}
            isDisabled={document.steps.every(({ place: at }) => at === undefined)}
            onPress={() => {
              // Without places of its own every step stands where it is reckoned, also those that come later.
              doing.change(
                (now) => ({
                  ...now,
                  steps: now.steps.map((step) => {
                    const { place: _was, ...rest } = step;
                    return rest;
                  }),
                }),
                null,
              );
              const at = laidOut(document);
              void view.fitBounds(
                view.getNodesBounds(
                  view.getNodes().map((node) => ({ ...node, position: at.get(node.id) ?? node.position })),
                ),
                { padding: 0.12 },
              );
            }}
          />
        )}
      </div>
    </Panel>
  );
};

const handleSize = 10;

/** Where ways go in and out: known without measuring, so that lines are there at once. The style sheet puts them at the same places. */
const handlesOf = (step: FlowStep): NonNullable<StepNode["handles"]> => {
  const size = { width: handleSize, height: handleSize };
  return [
    {
      id: "in",
      type: "target",
      position: Position.Left,
      x: -handleSize / 2,
      y: nodeSize.head / 2 - handleSize / 2,
      ...size,
    },
    ...exitsOf(step).map(({ id }, index) => ({
      id,
      type: "source" as const,
      position: Position.Right,
      x: nodeSize.width - handleSize / 2,
      y: nodeSize.head + nodeSize.words + (index + 0.5) * nodeSize.exit - handleSize / 2,
      ...size,
    })),
  ];
};

const edgesOf = (document: FlowDocument, shown: Shown): Edge[] => {
  const counted = new Map<string, number>(
    shown.numbers?.flatMap(({ id, exits }) => exits.map(({ exit, count }) => [`${id}/${exit.id}`, count] as const)) ??
      [],
  );
  const most = Math.max(0, ...counted.values());
  return document.steps.flatMap((step) =>
    exitsOf(step).flatMap((exit): readonly Edge[] => {
      if (exit.to === null || exit.inherits || stepOf(document, exit.to) === undefined) return [];
      const id = `${step.id}/${exit.id}`;
      const count = counted.get(id) ?? 0;
      const isTaken = shown.tried?.ways.has(`${step.id}/${exit.counted}`) ?? false;
      return [
        {
          id,
          source: step.id,
          sourceHandle: exit.id,
          target: exit.to,
          targetHandle: "in",
          className: isTaken ? "is-taken" : "",
          markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: "var(--edge-strong)" },
          ...(shown.numbers === null
            ? {}
            : { label: number(count), style: { strokeWidth: thickness(count, most) }, data: { count } }),
        },
      ];
    }),
  );
};

/** The steps that something leads to from the start. */
const reachedIn = (document: FlowDocument): ReadonlySet<string> => {
  const seen = new Set<string>();
  const next = document.start === null ? [] : [document.start];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    const step = stepOf(document, id);
    if (step === undefined || seen.has(id)) continue;
    seen.add(id);
    for (const { to } of exitsOf(step)) if (to !== null) next.push(to);
  }
  return seen;
};

/** A step as it is spoken: what it is and says, what is wrong with it. */
const nodeWords = (document: FlowDocument, step: FlowStep, shown: Shown, isLoose: boolean): string =>
  [
    stepName(document, step),
    ...(document.start === step.id ? [t("flowEditor.isStart")] : []),
    ...(isLoose ? [t("flowEditor.isLoose")] : []),
    ...shown.findings.filter((finding) => finding.step === step.id).map((finding) => findingWords(document, finding)),
  ].join(". ");

const StepCard = ({ data, selected }: NodeProps<StepNode>) => {
  const { document, step, shown, isLoose, chooseExit } = data;
  const findings = shown.findings.filter((finding) => finding.step === step.id);
  const level = findings.some((finding) => finding.level === "error")
    ? "error"
    : findings.length > 0
      ? "warning"
      : undefined;
  const counts = shown.numbers?.find(({ id }) => id === step.id);
  const stopped = (counts?.left ?? 0) + (counts?.human ?? 0);
  return (
    <div className="flow-node" data-level={level} data-loose={isLoose || undefined} data-do={step.do}>
      <Handle id="in" type="target" position={Position.Left} className="flow-in" />
      <div className="flow-node-head">
        <Icon name={stepIcons[step.do]} size="small" />
        <span>{t(`flowEditor.kinds.${step.do}`)}</span>
        {document.start === step.id ? <small className="flow-node-start">{t("flowEditor.startMark")}</small> : null}
        {stopped > 0 ? (
          <small
            className="flow-node-stopped"
            title={t("flowEditor.stoppedHere", { left: counts?.left ?? 0, human: counts?.human ?? 0 })}
          >
            <Icon name="out" size="small" /> {number(stopped)}
          </small>
        ) : null}
        {level === undefined ? null : (
          <span
            className="flow-node-level"
            title={findings.map((finding) => findingWords(document, finding)).join("\n")}
          >
            <Icon name="warning" size="small" />
          </span>
        )}
      </div>
      <p className="flow-node-words" dir="auto">
        {stepWords(document, step)}
      </p>
      {exitsOf(step).map((exit) => {
        const isChosen =
          shown.exit?.step === step.id && exitsOf(step).find(({ key }) => sameKey(key, shown.exit))?.id === exit.id;
        return (
          <div key={exit.id} className="flow-exit" data-open={exit.to === null && !exit.toSomebody ? true : undefined}>
            {chooseExit === null ? (
              <span className="flow-exit-words">{exitWords(document, step, exit)}</span>
            ) : (
              <button
                type="button"
                className="flow-exit-words nodrag"
                tabIndex={selected ? 0 : -1}
                aria-pressed={isChosen}
                onClick={(press) => {
                  press.stopPropagation();
                  chooseExit({ step: step.id, key: exit.key });
                }}
              >
                {exitWords(document, step, exit)}
              </button>
            )}
            {exit.inherits ? <span aria-hidden>=</span> : null}
            {exit.toSomebody ? <Icon name="person" size="small" label={t("flowEditor.toSomebody")} /> : null}
            <Handle id={exit.id} type="source" position={Position.Right} className="flow-out" />
          </div>
        );
      })}
    </div>
  );
};

const sameKey = (key: ExitKey, exit: ExitOf | null): boolean =>
  exit !== null && JSON.stringify(key) === JSON.stringify(exit.key);

const nodeTypes = { step: StepCard };

const ariaWords = (): Partial<AriaLabelConfig> => ({
  "node.a11yDescription.default": t("flowEditor.canvas.nodeKeys"),
  "node.a11yDescription.keyboardDisabled": t("flowEditor.canvas.nodeKeys"),
  "node.a11yDescription.ariaLiveMessage": ({ x, y }) =>
    t("flowEditor.canvas.movedTo", { x: Math.round(x), y: Math.round(y) }),
  "edge.a11yDescription.default": "",
  "minimap.ariaLabel": t("flowEditor.canvas.miniMap"),
  "handle.ariaLabel": t("flowEditor.canvas.handle"),
});
