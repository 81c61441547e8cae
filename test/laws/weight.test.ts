// What every process of ours would carry for nothing is not loaded: docs/decisions/0262-no-fetch-at-rest.md.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Which of Node's own modules with this name are there when a process has loaded these. */
const loadedBy = (modules: readonly string[], name: string): string[] => {
  const program = `${modules.map((each) => `await import(${JSON.stringify(each)});`).join("")}
    console.log(JSON.stringify(process.moduleLoadList.filter((each) => each.includes(${JSON.stringify(name)})))); process.exit();`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: root,
    encoding: "utf8",
  });
  return JSON.parse(said) as string[];
};

const fetchItself = "deps/undici/undici";

test("neither the server nor a reading process loads fetch, which none of them uses at rest", () => {
  assert.deepEqual(loadedBy(["#server/start.ts", "#server/demo/demo.ts", "#channels/index.ts"], fetchItself), []);
  assert.deepEqual(loadedBy(["node:http"], fetchItself).length, 1, "it would be seen");
});
