// How addresses are compared, and when a message may name a customer.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "#test/chance.ts";
import { betterName, nameFor, normalise } from "#modules/customers/model.ts";

test("mail addresses: case folds, dots and tags stay, the domain becomes ASCII", () => {
  assert.equal(normalise("email", "  Anna.Berg+Kabel@Mail.EXAMPLE. "), "anna.berg+kabel@mail.example");
  assert.equal(normalise("email", "grüße@Bücher.example"), "grüße@xn--bcher-kva.example");
  assert.equal(normalise("email", '"Anna Berg"@mail.example'), '"anna berg"@mail.example');
  assert.equal(normalise("email", "x@[IPv6:2001:DB8::1]"), "x@[ipv6:2001:db8::1]");
  assert.notEqual(normalise("email", "a.b@mail.example"), normalise("email", "ab@mail.example"));
});

// A password reset of a well-known site went to a stranger because "ı" and the Kelvin sign fold to i and k.
test("no letter of another alphabet becomes one of ours in front of the @", () => {
  assert.equal(normalise("email", "mi\u212Ae@mail.example"), "mi\u212Ae@mail.example");
  assert.equal(normalise("email", "m\u0131ke@mail.example"), "m\u0131ke@mail.example");
  assert.equal(normalise("email", "MİKE@mail.example"), "mİke@mail.example");
});

test("what is no address is refused", () => {
  for (const value of [
    "",
    "   ",
    "anna",
    "@mail.example",
    "anna@",
    "a b@mail.example",
    "anna@mail example",
    "anna@mail.example\u0000",
    "anna@\u202Email.example",
    "an\u200Bna@mail.example",
    "a@b@mail.example",
    "anna@..",
    "anna@mail..example",
    `${"x".repeat(320)}@mail.example`,
    "anna@１２７.０.０.１",
    "anna@mail.example/path",
    "<anna@mail.example>",
    "anna@mail.example\nBcc: b@c.example",
  ])
    assert.equal(normalise("email", value), null, JSON.stringify(value));
});

test("telephone numbers", () => {
  assert.equal(normalise("phone", "+49 (0)30 / 123-456.78"), "+493012345678");
  assert.equal(normalise("phone", "0049 30 12345678"), "+493012345678");
  assert.equal(normalise("phone", "116117"), "116117");
  for (const value of ["12", "+49 30 call me", "+49+30 1234567", "1234567890123456"])
    assert.equal(normalise("phone", value), null, value);
  assert.equal(normalise("chat", " Visitor-7 "), "Visitor-7");
});

test("normalising twice changes nothing, whatever comes in", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.emailAddress(),
        fc.string({ unit: "binary" }),
        fc.tuple(fc.string(), fc.webUrl({ withFragments: true })).map(([a, b]) => `${a}@${b}`),
      ),
      (value) => {
        const once = normalise("email", value);
        if (once !== null) assert.equal(normalise("email", once), once);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("only a trusted sender names a customer who has no name yet", () => {
  assert.equal(betterName("anna@mail.example", "Anna@mail.example", "Anna Berg", "proved"), "Anna Berg");
  assert.equal(betterName("anna@mail.example", "anna@mail.example", "Anna Berg", "aligned"), "Anna Berg");
  for (const assurance of ["none", "failed"] as const)
    assert.equal(betterName("anna@mail.example", "anna@mail.example", "Mallory", assurance), null);
  assert.equal(betterName("Anna Berg", "anna@mail.example", "Mallory", "proved"), null);
  assert.equal(betterName("anna@mail.example", "anna@mail.example", null, "proved"), null);
  assert.equal(nameFor("  ", "anna@mail.example"), "anna@mail.example");
});
