// What the form of a channel asks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { askedFields, channelFields, startSettings } from "./channelForm.ts";

test("the number of days is asked only while mail of the last days is wanted", () => {
  const imap = channelFields.email.find(({ name }) => name === "imap");
  assert.ok(imap?.kind === "group");
  const start = startSettings(imap.fields);
  const asked = (from: unknown): boolean =>
    askedFields(imap.fields, { ...start, from }).some(({ name }) => name === "days");
  assert.equal(start["from"], "now");
  assert.deepEqual([asked("now"), asked("days"), asked("everything")], [false, true, false]);
  assert.equal(askedFields(imap.fields, start).length, imap.fields.length - 1, "all the others are asked always");
});
