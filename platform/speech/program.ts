// What programs of others are started with. Called by the speakers and listeners beside this file that start one, and by whoever looks for one.
import { delimiter, isAbsolute, join } from "node:path";
import { constants } from "node:fs";
import { access } from "node:fs/promises";

/** Nothing of ours: only that texts are UTF-8. */
export const environmentOfPrograms: Readonly<Record<string, string>> = { LC_ALL: "C.UTF-8" };

/** Where a program is: of a path that path, of a name the first of the search path's folders that has it; null: not on this machine. */
export const whereIs = async (name: string, searchPath: string): Promise<string | null> => {
  const runnable = (path: string): Promise<boolean> =>
    access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
  if (isAbsolute(name)) return (await runnable(name)) ? name : null;
  const file = process.platform === "win32" ? `${name}.exe` : name;
  for (const folder of searchPath.split(delimiter))
    if (isAbsolute(folder) && (await runnable(join(folder, file)))) return join(folder, file);
  return null;
};
