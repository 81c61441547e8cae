// Sets of queues to begin with are ones that the server keeps; lengths of time come back as they were; a refusal finds its field.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal } from "#contract/errors.ts";
import { routingBook } from "#contract/routing-book.ts";
import de from "#locales/de.json" with { type: "json" };
import { judgeBook, queueFor } from "#modules/routing/model-book.ts";
import { fc } from "#test/chance.ts";
import { bookWith, idOf } from "#test/routing-book.ts";
import type { Problem } from "#web/state/client.ts";
import { faultIn, inUnit, movedBy, placeWords, secondsIn, secondsWords } from "#web/state/routingDraft.ts";
import { presetNames, withPreset } from "#web/state/routingPresets.ts";
import { speak } from "#web/state/words.ts";

speak("de", de);

const team = { id: idOf<never>(7), name: "Technik" };
const known = {
  teamIds: new Set([team.id]),
  topicIds: new Set<string>(),
  brandIds: new Set<string>(),
  channelIds: new Set<string>(),
  tierIds: new Set<string>(),
};
const mail = {
  brandId: "b",
  topicId: null,
  channelKind: "email",
  priority: "normal",
  language: "de",
  teamId: null,
  tierId: null,
};

test("every set is a book that the server keeps as it is, and in it everything finds a queue", () => {
  for (const preset of presetNames)
    for (const channelKinds of [[], ["email"], ["email", "webchat"]] as const)
      for (const teams of [[], [team]]) {
        const setting = { newId: () => crypto.randomUUID(), channelKinds, teams };
        const book = withPreset(bookWith([], { skills: [] }), preset, setting);
        assert.deepEqual(judgeBook(routingBook.parse(book), known), book, preset);
        const chat = queueFor(book, { ...mail, channelKind: "webchat" }, new Map());
        const [first] = book.queues;
        assert.ok(queueFor(book, mail, new Map()) !== null);
        if (preset !== "one" && channelKinds.length === 2) assert.equal(chat, first?.id);
        if (preset === "byTeam" && teams.length > 0) {
          const theirs = book.queues.find(({ id }) => id === queueFor(book, { ...mail, teamId: team.id }, new Map()));
          assert.deepEqual([theirs?.name, theirs?.teamIds], ["Technik", [team.id]]);
        }
        const again = withPreset(book, preset, setting);
        assert.deepEqual([again.skills, again.reasons], [book.skills, book.reasons], "nothing twice");
        assert.ok(!isRefusal(judgeBook(again, known)));
      }
});

test("a length of time is shown in its largest whole unit and read back as it was", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 604_800 }), (seconds) => {
      const { count, unit } = inUnit(seconds);
      assert.equal(secondsIn(String(count), unit), seconds);
    }),
  );
  assert.deepEqual(
    [inUnit(5_400), inUnit(86_400), inUnit(0)],
    [
      { count: 90, unit: "minute" },
      { count: 1, unit: "day" },
      { count: 0, unit: "second" },
    ],
  );
  assert.deepEqual(
    ["1,5", "0.5", "", "-1", "x", "0.333"].map((typed) => secondsIn(typed, "minute")),
    [90, 30, null, null, null, null],
  );
  assert.equal(secondsWords(90), "1 Min. 30 s");
});

test("one moves up or down, and at the end stays", () => {
  assert.deepEqual(movedBy(["a", "b", "c"], 1, -1), ["b", "a", "c"]);
  assert.deepEqual(movedBy(["a", "b", "c"], 1, 1), ["a", "c", "b"]);
  assert.deepEqual(movedBy(["a", "b", "c"], 0, -1), ["a", "b", "c"]);
  assert.deepEqual(movedBy(["a", "b", "c"], 2, 1), ["a", "b", "c"]);
});

test("a refusal is about the part of the book that its field names, and no other", () => {
  const problem = (field: string | null): Problem => ({ code: "routingSteps", facts: {}, field, requestId: "" });
  const one = problem("book.queues.1.steps.0.afterSeconds");
  assert.equal(faultIn(one, "queues.1"), "steps.0.afterSeconds");
  assert.equal(faultIn(problem("book.queues.1"), "queues.1"), "");
  assert.equal(faultIn(one, "queues.10"), null);
  assert.equal(faultIn(problem("book.queues.10.name"), "queues.1"), null);
  assert.equal(faultIn(null, "queues.1"), null);
  assert.equal(faultIn(problem(null), "queues.1"), null);
  const book = withPreset(bookWith([]), "one", { newId: () => crypto.randomUUID(), channelKinds: [], teams: [] });
  assert.equal(placeWords(book, problem("book.queues.0.name")), book.queues[0]?.name);
  assert.equal(placeWords(book, problem("book.skills.0.name")), "");
});
