// The metrics page says what was counted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetrics } from "#platform/metrics.ts";

test("counters, gauges and times come out in Prometheus' text format", async () => {
  const metrics = createMetrics({ withProcess: false });
  const stored = metrics.counter("mails_stored_total", "Mails stored", ["how"]);
  stored.add({ how: "door" });
  stored.add({ how: "door" }, 2);
  metrics.counter("mails_stored_total", "Mails stored", ["how"]).add({ how: "follow" });
  let open = 3;
  metrics.gauge("sockets", "Open sockets", () => open);
  metrics.histogram("call_seconds", "Calls", ["route"], [0.1, 1]).observe(0.5, { route: "/a" });
  open = 4;
  const text = await metrics.text();
  for (const line of [
    'draht_mails_stored_total{how="door"} 3',
    'draht_mails_stored_total{how="follow"} 1',
    "draht_sockets 4",
    'draht_call_seconds_bucket{le="1",route="/a"} 1',
    'draht_call_seconds_bucket{le="0.1",route="/a"} 0',
  ])
    assert.ok(text.includes(line), `${line} in\n${text}`);
  assert.match(metrics.contentType, /^text\/plain/);
});

test("numbers by label are asked for when somebody looks; what cannot be told has no value", async () => {
  const metrics = createMetrics({ withProcess: false });
  let tell: () => Promise<Record<string, number>> = async () => ({ held: 2, waiting: 0 });
  metrics.gauges("outbox", "Deliveries", "state", () => tell());
  assert.match(await metrics.text(), /^draht_outbox\{state="held"\} 2$/m);
  tell = async () => ({ waiting: 1 });
  const less = await metrics.text();
  assert.ok(less.includes('draht_outbox{state="waiting"} 1') && !less.includes("held"));
  tell = () => Promise.reject(new Error("away"));
  assert.doesNotMatch(await metrics.text(), /^draht_outbox\{/m);
});

test("the process's own numbers are there when asked for, and a bad name is refused", async () => {
  const metrics = createMetrics({ withProcess: true });
  assert.match(await metrics.text(), /draht_process_resident_memory_bytes \d+/);
  assert.throws(() => metrics.counter("Bad-Name", ""));
});
