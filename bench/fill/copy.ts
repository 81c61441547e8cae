// COPY … FROM STDIN over the pg client: the fastest way of rows into PostgreSQL. Used by fill.ts.
import type { Client } from "pg";

/** A column's value: text, number, boolean, null, a list (a text[] or uuid[]), or anything else as JSON. */
export type Value = string | number | boolean | null | readonly (string | number)[] | { readonly json: unknown };

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const escaped = (text: string): string =>
  /[\\\n\r\t]/.test(text) ? text.replace(/[\\\n\r\t]/g, (letter) => escapes[letter] ?? letter) : text;
const element = (value: string | number): string =>
  typeof value === "number" || /^[\w.@-]+$/.test(value) ? String(value) : `"${value.replace(/["\\]/g, "\\$&")}"`;

const written = (value: Value): string => {
  if (value === null) return "\\N";
  if (typeof value === "string") return escaped(value);
  if (typeof value !== "object") return String(value);
  return escaped("json" in value ? JSON.stringify(value.json) : `{${value.map(element).join(",")}}`);
};

/** One row as a line of COPY's text format. */
export const line = (values: readonly Value[]): string => `${values.map(written).join("\t")}\n`;

interface Connection {
  readonly query: (text: string) => void;
  readonly sendCopyFromChunk: (chunk: Buffer) => void;
  readonly endCopyFrom: () => void;
}

/** Sends lines into a table; resolves when they are in. */
export const copyInto = (
  client: Client,
  table: string,
  columns: readonly string[],
  lines: readonly string[],
): Promise<void> =>
  new Promise((resolve, reject) => {
    if (lines.length === 0) return resolve();
    let failed: Error | null = null;
    const nothing = (): void => {};
    // What pg asks of a query that is not one of its own.
    client.query({
      submit: (connection: Connection) => {
        connection.query(`COPY ${table} (${columns.join(", ")}) FROM STDIN`);
      },
      handleCopyInResponse: (connection: Connection) => {
        for (let at = 0; at < lines.length; at += 500)
          connection.sendCopyFromChunk(Buffer.from(lines.slice(at, at + 500).join("")));
        connection.endCopyFrom();
      },
      handleError: (error: Error) => {
        failed = error;
        reject(new Error(`COPY ${table}: ${error.message} ${(error as { where?: string }).where ?? ""}`));
      },
      handleReadyForQuery: () => {
        if (failed === null) resolve();
      },
      handleCommandComplete: nothing,
      handleRowDescription: nothing,
      handleDataRow: nothing,
      handlePortalSuspended: nothing,
      handleEmptyQuery: nothing,
      handleCopyData: nothing,
    } as never);
  });
