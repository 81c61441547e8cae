// Takes a merge apart: says what goes back, and asks what nobody can tell. Called by MergeSheets.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { merging } from "#contract/merging.ts";
import type { UndoChoices } from "#contract/merging.ts";
import { Choose } from "#web/kit/Field.tsx";
import { SheetForm } from "#web/kit/SheetForm.tsx";
import { Unanswered } from "#web/kit/States.tsx";
import { callOrThrow } from "#web/state/client.ts";
import type { Problem } from "#web/state/client.ts";
import { partName, partWords, takeApart } from "#web/state/merging.ts";
import { nameWords } from "#web/state/names.ts";
import { t } from "#web/state/words.ts";

export const Apart = ({ mergeId, close }: { readonly mergeId: string; readonly close: () => void }) => {
  const asked = useQuery({
    queryKey: ["apart", mergeId],
    queryFn: ({ signal }) => callOrThrow(merging.undoing, { params: { id: mergeId } }, signal),
    staleTime: 0,
  });
  const [choices, setChoices] = useState<UndoChoices>({ parts: {}, addresses: {}, concerns: {} });
  const [problem, setProblem] = useState<Problem | null>(null);
  const undoing = asked.data;
  if (undoing === undefined) return <Unanswered asked={asked} rows={4} />;
  const { merge, addresses, parts, added, begun } = undoing;
  const names = { kept: nameWords(merge.kept.name), gone: nameWords(merge.gone.name) };
  const sides = (["kept", "gone"] as const).map((id) => ({ id, label: names[id] }));
  const keep = async (): Promise<void> => {
    const wrong = await takeApart(merge, choices);
    if (wrong === null) close();
    else setProblem(wrong);
  };
  return (
    <SheetForm
      problem={problem}
      close={close}
      keep={() => void keep()}
      keepWords={t("customers.merging.apart")}
      keepIcon="undo"
      isReady={parts.length + added.length + begun.length === 0}
    >
      <p className="apart-title">{t("customers.merging.apartTitle", names)}</p>
      <p>
        {addresses.length === 0
          ? t("customers.merging.goesBackNothing", { name: names.gone })
          : t("customers.merging.goesBack", { name: names.gone, addresses: addresses.map(nameWords).join(", ") })}
      </p>
      {parts.length > 0 ? (
        <fieldset className="apart-group">
          <legend>{t("customers.merging.chooseParts")}</legend>
          {parts.map(({ part, now }, index) => (
            <Choose
              focus={index === 0}
              key={part}
              label={`${partName(part)}: ${partWords(part, now)}`}
              value={choices.parts[part] ?? "kept"}
              choices={[...sides, { id: "both" as const, label: t("customers.merging.both") }]}
              onChange={(whose) => setChoices((all) => ({ ...all, parts: { ...all.parts, [part]: whose } }))}
            />
          ))}
        </fieldset>
      ) : null}
      {added.length > 0 ? (
        <fieldset className="apart-group">
          <legend>{t("customers.merging.chooseAdded")}</legend>
          {added.map(({ id, value }, index) => (
            <Choose
              focus={parts.length + index === 0}
              key={id}
              label={nameWords(value)}
              value={choices.addresses[id] ?? "kept"}
              choices={sides}
              onChange={(whose) => setChoices((all) => ({ ...all, addresses: { ...all.addresses, [id]: whose } }))}
            />
          ))}
        </fieldset>
      ) : null}
      {begun.length > 0 ? (
        <fieldset className="apart-group">
          <legend>{t("customers.merging.chooseBegun")}</legend>
          {begun.map(({ id, number, subject }, index) => (
            <Choose
              focus={parts.length + added.length + index === 0}
              key={id}
              label={`#${number} ${subject}`}
              value={choices.concerns[id] ?? "kept"}
              choices={sides}
              onChange={(whose) => setChoices((all) => ({ ...all, concerns: { ...all.concerns, [id]: whose } }))}
            />
          ))}
        </fieldset>
      ) : null}
    </SheetForm>
  );
};
