// Places of a flow's steps on the canvas: nothing lies over anything else, ways go to the right, and the same flow looks the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowDocument } from "#contract/flows.ts";
import { laidOut, placesOf } from "#web/screens/flows/layout.ts";
import { added, emptyDocument, type ExitOf } from "#web/state/flowEdit.ts";
import { heightOf, nodeSize } from "#web/state/flowShape.ts";
import { exitsOf, stepKinds } from "#web/state/flowSteps.ts";

/** A flow that grows at every open way until it has so many steps. */
const grown = (size: number): FlowDocument => {
  let document = emptyDocument;
  let open: (ExitOf | null)[] = [null];
  while (document.steps.length < size && open.length > 0) {
    const [after = null, ...rest] = open;
    const kind = document.steps.length === 0 ? "ask" : (stepKinds[document.steps.length % stepKinds.length] ?? "say");
    const made = added(document, kind, after, { services: ["x"], brandId: "x" });
    assert.ok(made);
    document = made.document;
    const step = document.steps.at(-1);
    open = [...rest, ...(step ? exitsOf(step).map(({ key }) => ({ step: step.id, key })) : [])];
  }
  return document;
};

test("forty steps: no two overlap, what comes after stands further right, twice the same", () => {
  const document = grown(40);
  const places = laidOut(document);
  const boxes = document.steps.map((step) => {
    const { x, y } = places.get(step.id) ?? assert.fail();
    return { id: step.id, left: x, right: x + nodeSize.width, top: y, bottom: y + heightOf(step) };
  });
  for (const [n, a] of boxes.entries())
    for (const b of boxes.slice(n + 1))
      assert.ok(
        a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top,
        `${a.id} lies over ${b.id}`,
      );
  for (const step of document.steps)
    for (const { to } of exitsOf(step))
      if (to !== null) assert.ok((places.get(to)?.x ?? 0) > (places.get(step.id)?.x ?? 0), `${step.id} > ${to}`);
  assert.deepEqual([...laidOut(document)], [...places]);
});

test("places of the writer's own stand; one that has none gets one", () => {
  const document = grown(3);
  const [first, ...rest] = document.steps;
  assert.ok(first);
  const placed = { ...document, steps: [{ ...first, place: { x: -7, y: 3 } }, ...rest] };
  assert.deepEqual(placesOf(placed).get(first.id), { x: -7, y: 3 });
  assert.equal(placesOf(placed).size, 3);
});
