// An admin page that is a list: each entry opens in a sheet to be changed, a button adds one. Called by the admin pages.
import { useState } from "react";
import type { CSSProperties, ReactNode } from "react";
import { Button as AriaButton } from "react-aria-components";
import { AdminPage } from "#web/kit/AdminPage.tsx";
import { Button } from "#web/kit/Button.tsx";
import { Sheet } from "#web/kit/Sheet.tsx";

/** One line: `off` is shown quietly, `depth` places it in a tree. */
export interface AdminLine {
  readonly content: ReactNode;
  readonly off?: boolean;
  readonly depth?: number;
}

/** `form` is given the entry, or null for a new one; `empty` stands where there is none; children stand below the list. */
export const AdminEntries = <T extends { readonly id: string }>({
  title,
  add,
  change,
  entries,
  line,
  form,
  wide = false,
  empty = null,
  children,
}: {
  readonly title: string;
  readonly add: string;
  readonly change: string;
  readonly entries: readonly T[];
  readonly line: (entry: T) => AdminLine;
  readonly form: (entry: T | null, close: () => void) => ReactNode;
  readonly wide?: boolean;
  readonly empty?: ReactNode;
  readonly children?: ReactNode;
}) => {
  const [editing, setEditing] = useState<T | "new" | null>(null);
  const close = (): void => setEditing(null);
  return (
    <AdminPage
      title={title}
      action={
        <Button look="primary" icon="plus" onPress={() => setEditing("new")}>
          {add}
        </Button>
      }
    >
      {entries.length === 0 ? (
        empty
      ) : (
        <ul className="entries">
          {entries.map((entry) => {
            const { content, off, depth } = line(entry);
            return (
              <li key={entry.id}>
                <AriaButton
                  className="entry"
                  onPress={() => setEditing(entry)}
                  data-off={off || undefined}
                  data-depth={depth}
                  {...(depth === undefined ? {} : { style: { "--depth": depth } as CSSProperties })}
                >
                  {content}
                </AriaButton>
              </li>
            );
          })}
        </ul>
      )}
      {children}
      <Sheet wide={wide} title={editing === "new" ? add : change} isOpen={editing !== null} onClose={close}>
        {editing === null ? null : form(editing === "new" ? null : editing, close)}
      </Sheet>
    </AdminPage>
  );
};
