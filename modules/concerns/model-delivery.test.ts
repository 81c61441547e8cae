// When deliveries are tried again, when they are given up, what receipts say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import { deliveryState } from "#contract/concerns.ts";
import { afterReceipt, isHard, judge, pauseMs } from "#modules/concerns/model-delivery.ts";

const now = new Date("2026-03-02T09:00:00.000Z");
const far = "2026-03-07T09:00:00.000Z";

void test("pauses grow and honour what the provider asks, up to a day", () => {
  for (let attempts = 1; attempts < 40; attempts += 1)
    assert.ok(pauseMs(attempts + 1, null) >= pauseMs(attempts, null));
  assert.equal(pauseMs(1, null), 60_000);
  assert.equal(pauseMs(1, 3_600_000), 3_600_000);
  assert.equal(pauseMs(1, 10 * 86_400_000), 86_400_000);
});

void test("every answer of a provider has one meaning", () => {
  const delivery = { attempts: 1, giveUpAt: far };
  assert.deepEqual(
    judge({ kind: "accepted", providerId: "p", detail: "ok", refused: [] }, delivery, now).state,
    "sent",
  );
  const part = judge(
    { kind: "accepted", providerId: null, detail: "ok", refused: [{ recipient: "a@b", code: "5.1.1", detail: "no" }] },
    delivery,
    now,
  );
  assert.deepEqual([part.state, part.bad, part.reopens], ["sent", true, true]);
  assert.equal(judge({ kind: "refused", code: "5.7.1", detail: "" }, delivery, now).state, "failed");
  assert.deepEqual(
    [
      judge({ kind: "unknown", detail: "" }, delivery, now).state,
      judge({ kind: "unknown", detail: "" }, delivery, now).nextTryAt,
    ],
    ["unknown", null],
  );
  const later = judge({ kind: "tryLater", afterMs: null, code: "4.2.0", detail: "" }, delivery, now);
  assert.deepEqual([later.state, later.nextTryAt], ["waiting", "2026-03-02T09:01:00.000Z"]);
  assert.equal(
    judge(
      { kind: "tryLater", afterMs: null, code: "4.2.0", detail: "" },
      { attempts: 1, giveUpAt: now.toISOString() },
      now,
    ).state,
    "failed",
  );
});

void test("whoever could not begin for reasons of our own has used up no try, and waits a moment only, however often it happens", () => {
  for (const attempts of [1, 2, 3, 9]) {
    const again = judge({ kind: "notTried" }, { attempts, giveUpAt: far }, now);
    assert.deepEqual(
      [again.state, again.nextTryAt, again.uncounted, again.bad],
      ["waiting", "2026-03-02T09:00:05.000Z", true, false],
    );
  }
  const over = judge({ kind: "notTried" }, { attempts: 1, giveUpAt: now.toISOString() }, now);
  assert.deepEqual([over.state, over.reason?.code, over.reopens], ["failed", "gaveUp", true]);
});

void test("only what says that the address is bad closes it", () => {
  for (const code of ["5.1.1", "5.1.10", "5.2.1", "550"]) assert.ok(isHard(code, "550 no such user"), code);
  for (const code of [null, "5.2.2", "5.7.1", "4.4.7", "5.3.4", "552", "5.0.0", "noChannel"])
    assert.ok(!isHard(code, "550 no such user"), String(code));
});

// A relay with one wrong setting said 5.1.8 or "550 relaying denied" to every mail, and every customer answered that day was closed, in all brands.
void test("what is said of our own address, our relay or our standing closes nobody", () => {
  for (const code of ["5.1.7", "5.1.8"]) assert.ok(!isHard(code, "550 bad sender address"), code);
  for (const words of [
    "550 relaying denied",
    "550 relay not permitted",
    "553 sorry, that domain isn't in my list of allowed rcpthosts",
    "550 Sender verify failed",
    "553 <service@kabel.example>: Sender address rejected: not logged in",
    "550 Access denied",
    "550 blocked by our policy",
    "550 your IP has a poor reputation",
  ])
    for (const code of ["550", "553", "5.1.0"]) assert.ok(!isHard(code, words), `${code} ${words}`);
});

void test("receipts move forwards only; nothing wakes what was taken back", () => {
  const order = ["held", "waiting", "sending", "unknown", "sent", "delivered", "read"];
  fc.assert(
    fc.property(
      fc.constantFrom(...deliveryState.options),
      fc.constantFrom("delivered" as const, "read" as const, "delayed" as const, "failed" as const),
      (state, receipt) => {
        const next = afterReceipt(state, { state: receipt });
        if (state === "withdrawn" || state === "held") return next === null;
        if (next === null || next === "failed") return true;
        return order.indexOf(next) >= order.indexOf(state);
      },
    ),
  );
  assert.equal(afterReceipt("delivered", { state: "failed" }), "failed");
});

void test("what we say of an end is a reason of ours, what the provider said stays its own", () => {
  const now = new Date("2026-03-01T00:00:00Z");
  const delivery = { attempts: 7, giveUpAt: "2026-03-01T00:00:01Z" };
  const said = { kind: "tryLater", afterMs: null, code: "4.2.2", detail: "452 4.2.2 mailbox full" } as const;
  const last = judge(said, delivery, now);
  assert.deepEqual(
    [last.state, last.reason, last.code, last.detail],
    ["failed", { code: "gaveUp", facts: { count: 7 } }, "4.2.2", "452 4.2.2 mailbox full"],
  );
  const lost = judge({ kind: "unknown", reason: { code: "noAnswer", facts: {} }, detail: "" }, delivery, now);
  assert.deepEqual([lost.reason?.code, lost.detail], ["noAnswer", ""]);
  assert.equal(judge({ kind: "refused", code: "5.7.1", detail: "no" }, delivery, now).reason, null);
});
