// What of a message is covered, for who may see it: shown by a press, which stands in the history. Called by MessageCard.tsx and FileList.tsx.
import { useState } from "react";
import type { Message } from "#contract/concerns.ts";
import type { FileView } from "#contract/files.ts";
import { allows } from "#contract/permissions.ts";
import { Button, IconButton } from "#web/kit/Button.tsx";
import { showSecret, type Shown } from "#web/state/actions.ts";
import { session } from "#web/state/session.ts";
import { useStore } from "#web/state/store.ts";
import { safeName } from "#web/state/text.ts";
import { t } from "#web/state/words.ts";

const marks = ["cardHidden", "secretHidden", "fileSecrets", "ownLinkHidden"];

/** Is the original of this message given by a deliberate press only? */
export const hidesSecrets = (message: Message): boolean => message.warnings.some((each) => marks.includes(each));

export const useMayShow = (): boolean =>
  useStore(session, (now) => now.kind === "signedIn" && allows(now.me.agent.role, "secret.show"));

/** The button that shows what is covered in the text, and what it showed. */
export const CoveredText = ({ message }: { readonly message: Message }) => {
  const may = useMayShow();
  const [shown, setShown] = useState<Shown["values"] | null>(null);
  if (!may || !message.warnings.some((each) => each === "cardHidden" || each === "secretHidden")) return null;
  const show = async (): Promise<void> => setShown((await showSecret(message.id, { what: "text" }))?.values ?? null);
  return (
    <div className="covered">
      <Button look="quiet" icon="eye" onPress={() => (shown === null ? void show() : setShown(null))}>
        {t(shown === null ? "concerns.secrets.show" : "concerns.secrets.hide")}
      </Button>
      <small>{t("concerns.secrets.hint")}</small>
      {shown === null ? null : (
        <dl className="covered-values">
          {shown.map(({ kind, value }) => (
            <div key={value}>
              <dt>{t(`concerns.secrets.kinds.${kind}`)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
};

/** What is said below the name of a file that holds secrets. */
export const secretWords = ({ kinds, cleaned }: NonNullable<FileView["secret"]>): string =>
  t(
    cleaned
      ? kinds.some((kind) => kind !== "card")
        ? "concerns.secrets.inFile.session"
        : "concerns.secrets.inFile.card"
      : "concerns.secrets.inFile.unread",
  );

/** The button beside such a file that gives it as it came. */
export const WholeFile = ({ messageId, file }: { readonly messageId: Message["id"]; readonly file: FileView }) =>
  useMayShow() ? (
    <IconButton
      size="small"
      icon="eye"
      label={t("concerns.secrets.originalOf", { name: safeName(file.name) })}
      onPress={() => void loadWhole(messageId, { what: "file", fileId: file.id })}
    />
  ) : null;

/** Fetches what came, secrets and all. */
export const loadWhole = async (
  messageId: Message["id"],
  wanted: { readonly what: "original" } | { readonly what: "file"; readonly fileId: string },
): Promise<void> => {
  const shown = await showSecret(messageId, wanted);
  if (shown?.url) download(shown.url);
};

/** The signed address always downloads, so following it leaves the desk where it is. */
export const download = (url: string): void => {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
};
