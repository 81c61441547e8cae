// The examples of a page in docs/guide/, taken out of it as they stand there, so that tests run what readers copy. Used by test/journeys and test/screens.
import { readFile } from "node:fs/promises";

/** A block of code with what its fence calls it ("" where it says nothing). */
export interface Example {
  readonly language: string;
  readonly code: string;
}

/** All blocks of code of a page, in order. */
export const examplesOf = async (page: string): Promise<readonly Example[]> => {
  const text = await readFile(new URL(`../docs/guide/${page}`, import.meta.url), "utf8");
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = "", code = ""]) => ({ language, code }));
};

/** The one block that holds this text; fails when there is none, or several. */
export const exampleWith = (examples: readonly Example[], text: string): Example => {
  const [found, another] = examples.filter(({ code }) => code.includes(text));
  if (found === undefined || another !== undefined)
    throw new Error(`the page has ${another ? "several examples" : "no example"} with ${text}`);
  return found;
};
