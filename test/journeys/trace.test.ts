// `npm run trace`: it really runs, says what was decided, and every place it names is in the source.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const trace = (...files: readonly string[]): Promise<{ stdout: string; stderr: string }> =>
  run(process.execPath, [join(root, "tools/trace.ts"), ...files]);

test("two mails are traced: the second finds the first's concern, and each step names a line that is there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "draht-trace-test-"));
  const mail = (id: string, more: string, text: string): string =>
    `From: Anna <anna@kunde.example>\r\nTo: service@kabel.example\r\nSubject: Bild\r\nMessage-ID: <${id}@kunde.example>\r\n${more}\r\n${text}\r\n`;
  const [first, second] = [join(folder, "1.eml"), join(folder, "2.eml")];
  await writeFile(first, mail("eins", "", "Das Bild ist schwarz."));
  await writeFile(second, mail("zwei", "References: <eins@kunde.example>\r\n", "Noch immer."));
  const { stdout } = await trace(first, second);
  const places = [...stdout.matchAll(/^ {3}([\w/-]+\.ts):(\d+)$/gm)].map(([, file = "", line = ""]) => ({
    file,
    line: Number(line),
  }));
  assert.equal(places.length, 16);
  for (const { file, line } of places) {
    const text = readFileSync(join(root, file), "utf8").split("\n")[line - 1] ?? "";
    assert.match(text, /\b(?:function|const)\b/, `${file}:${line}`);
  }
  assert.match(stdout, /decision +a new concern/);
  assert.match(stdout, /decision +into [0-9a-f-]{36}, by reference/);
  assert.match(stdout, /event \d+ +concern\.created/);
  assert.match(stdout, /list row +#\d+ Anna: Bild \(new\)/);
  assert.match(stdout, /messages +\["1 in Anna","2 in Anna"\]/);
  await rm(folder, { recursive: true });
});

test("a file that is not there is said in one sentence", async () => {
  await assert.rejects(trace("/nirgends/mail.eml"), (error: { stderr: string; code: number }) => {
    assert.match(error.stderr, /^\/nirgends\/mail\.eml cannot be read: .+\n$/);
    return error.code === 1;
  });
});
