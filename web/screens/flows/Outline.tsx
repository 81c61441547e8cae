// A flow as a tree in words: the same steps and ways as on the canvas, for keys, for voices and for phones. Called by the editor.
import { useEffect, useMemo, useRef, useState } from "react";
import type { KeyboardEvent } from "react";
import type { FlowDocument, FlowFinding } from "#contract/flows.ts";
import { Icon } from "#web/kit/Icon.tsx";
import { exitWords, findingWords, stepName, stepWords } from "#web/screens/flows/words.ts";
import { type ExitOf } from "#web/state/flowEdit.ts";
import type { CountedStep } from "#web/state/flowNumbers.ts";
import { outlineOf, type OutlineLine } from "#web/state/flowShape.ts";
import { stepIcons } from "#web/state/flowSteps.ts";
import { number, t } from "#web/state/words.ts";

export const Outline = ({
  document,
  findings,
  chosen,
  lit,
  numbers,
  choose,
  chooseExit,
  open,
}: {
  readonly document: FlowDocument;
  readonly findings: readonly FlowFinding[];
  readonly chosen: readonly string[];
  readonly lit: string | null;
  readonly numbers: readonly CountedStep[] | null;
  readonly choose: (ids: readonly string[]) => void;
  readonly chooseExit: (exit: ExitOf | null) => void;
  readonly open: (id: string) => void;
}) => {
  const lines = useMemo(() => outlineOf(document), [document]);
  const [at, setAt] = useState<string | null>(null);
  const tree = useRef<HTMLUListElement>(null);
  const wanted = chosen[0] ?? null;
  // What was chosen or added elsewhere is where the cursor stands.
  const cursor = lines.some(({ id }) => id === at) ? at : (wanted ?? lines[0]?.id ?? null);
  const hadFocus = useRef(false);
  const [wantedBefore, setWantedBefore] = useState<string | null>(null);
  if (wanted !== wantedBefore) {
    setWantedBefore(wanted);
    if (wanted !== null && at !== wanted && at?.startsWith(`${wanted}/`) !== true) setAt(wanted);
  }
  useEffect(() => {
    if (hadFocus.current) tree.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [cursor]);
  const go = (line: OutlineLine | undefined): void => {
    if (line === undefined) return;
    hadFocus.current = true;
    setAt(line.id);
    if (line.kind === "step") choose([line.id]);
    if (line.kind === "exit") chooseExit({ step: line.step.id, key: line.exit.key });
  };
  const act = (line: OutlineLine): void => {
    if (line.kind === "step") open(line.id);
    if (line.kind === "exit") {
      // Opens what it leads to; without that the form of its step, where that is said.
      open(line.step.id);
      chooseExit({ step: line.step.id, key: line.exit.key });
    }
    if (line.kind === "jump") go(lines.find(({ id }) => id === line.to.id));
  };
  const pressed = (press: KeyboardEvent): void => {
    const index = lines.findIndex(({ id }) => id === cursor);
    const line = lines[index];
    if (line === undefined || press.ctrlKey || press.metaKey || press.altKey) return;
    if (press.key === "ArrowDown") go(lines[index + 1]);
    else if (press.key === "ArrowUp") go(lines[index - 1]);
    else if (press.key === "Home") go(lines[0]);
    else if (press.key === "End") go(lines.at(-1));
    else if (press.key === "ArrowLeft") go(lines.slice(0, index).findLast(({ level }) => level < line.level));
    else if (press.key === "ArrowRight") go((lines[index + 1]?.level ?? 0) > line.level ? lines[index + 1] : undefined);
    else if (press.key === "Enter" || press.key === " ") act(line);
    else return;
    press.preventDefault();
    press.stopPropagation();
  };
  return (
    <ul
      ref={tree}
      role="tree"
      className="flow-outline"
      aria-label={t("flowEditor.outline")}
      onKeyDown={pressed}
      onFocus={() => (hadFocus.current = true)}
      onBlur={(left) => {
        if (!left.currentTarget.contains(left.relatedTarget)) hadFocus.current = false;
      }}
    >
      {lines.map((line) => (
        <Row
          key={line.id}
          line={line}
          document={document}
          findings={line.kind === "step" ? findings.filter(({ step }) => step === line.id) : []}
          isAt={line.id === cursor}
          isChosen={line.kind === "step" && chosen.includes(line.id)}
          isLit={line.kind === "step" && line.id === lit}
          counted={numbers}
          press={() => {
            go(line);
            act(line);
          }}
        />
      ))}
    </ul>
  );
};

const Row = ({
  line,
  document,
  findings,
  isAt,
  isChosen,
  isLit,
  counted,
  press,
}: {
  readonly line: OutlineLine;
  readonly document: FlowDocument;
  readonly findings: readonly FlowFinding[];
  readonly isAt: boolean;
  readonly isChosen: boolean;
  readonly isLit: boolean;
  readonly counted: readonly CountedStep[] | null;
  readonly press: () => void;
}) => {
  const isWrong = findings.some(({ level }) => level === "error");
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the tree hears the keys of all its lines
    <li
      role="treeitem"
      aria-level={line.level}
      aria-selected={isChosen}
      aria-current={isLit ? "step" : undefined}
      tabIndex={isAt ? 0 : -1}
      className="flow-line"
      data-kind={line.kind}
      data-level={Math.min(line.level, 8)}
      data-lit={isLit || undefined}
      onClick={press}
    >
      <LineWords line={line} document={document} />
      {counted === null ? null : <Counted line={line} counted={counted} />}
      {findings.length === 0 ? null : (
        <span className="flow-line-level" data-level={isWrong ? "error" : "warning"}>
          <Icon
            name="warning"
            size="small"
            label={findings.map((finding) => findingWords(document, finding)).join(". ")}
          />
        </span>
      )}
    </li>
  );
};

const LineWords = ({ line, document }: { readonly line: OutlineLine; readonly document: FlowDocument }) => {
  switch (line.kind) {
    case "step":
      return (
        <>
          <Icon name={stepIcons[line.step.do]} size="small" />
          <span className="flow-line-words">
            <small>
              {t(`flowEditor.kinds.${line.step.do}`)}
              {document.start === line.id ? ` · ${t("flowEditor.startMark")}` : ""}
            </small>
            <span dir="auto">{stepWords(document, line.step)}</span>
          </span>
        </>
      );
    case "exit":
      return (
        <>
          <Icon name="right" size="small" />
          <span className="flow-line-words">
            <span>
              {exitWords(document, line.step, line.exit)}
              {line.exit.to !== null && !line.exit.inherits ? null : (
                <small>
                  {" "}
                  {t(
                    line.exit.inherits
                      ? "flowEditor.asOthers"
                      : line.exit.toSomebody
                        ? "flowEditor.toSomebody"
                        : "flowEditor.nowhere",
                  )}
                </small>
              )}
            </span>
          </span>
        </>
      );
    case "jump":
      return (
        <>
          <Icon name="undo" size="small" />
          <span className="flow-line-words">
            <span>{t("flowEditor.goesOnAt", { step: stepName(document, line.to) })}</span>
          </span>
        </>
      );
    case "loose":
      return <span className="flow-line-words">{t("flowEditor.loose")}</span>;
  }
};

const Counted = ({ line, counted }: { readonly line: OutlineLine; readonly counted: readonly CountedStep[] }) => {
  const step = line.kind === "step" || line.kind === "exit" ? counted.find(({ id }) => id === line.step.id) : undefined;
  const count = line.kind === "exit" ? step?.exits.find(({ exit }) => exit.id === line.exit.id)?.count : step?.through;
  return count === undefined ? null : <span className="flow-line-count">{number(count)}</span>;
};
