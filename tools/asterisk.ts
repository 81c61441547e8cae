// `npm run asterisk -- settings.json FOLDER`: writes the files by which an operator's Asterisk is ours (docs/guide/telephone.md), or says what is wrong in the settings.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asteriskFiles, asteriskSetup } from "#channels/phone/asterisk/config.ts";

const [from, folder] = process.argv.slice(2);
if (from === undefined || folder === undefined) {
  process.stderr.write("npm run asterisk -- settings.json FOLDER (docs/guide/telephone.md says what stands in it)\n");
  process.exit(2);
}
const read = (): unknown => {
  try {
    return JSON.parse(readFileSync(from, "utf8"));
  } catch (error) {
    process.stderr.write(`${from}: ${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(1);
  }
};
const setup = asteriskSetup.safeParse(read());
if (!setup.success) {
  for (const { path, message } of setup.error.issues) process.stderr.write(`${path.join(".") || from}: ${message}\n`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const files = Object.entries(asteriskFiles(setup.data));
// Two of them hold passwords: who runs Asterisk reads them, nobody else.
for (const [name, text] of files) writeFileSync(join(folder, name), text, { mode: 0o640 });
process.stdout.write(`${files.length} files are in ${folder}\n`);
