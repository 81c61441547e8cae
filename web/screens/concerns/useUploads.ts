// Files on their way into a message: judged before a byte is sent, with progress, each can be stopped.
import { useRef, useState } from "react";
import type { SyntheticEvent } from "react";
import { files as fileEndpoints } from "#contract/files.ts";
import type { PublicSettings } from "#contract/settings.ts";
import { upload } from "#web/state/client.ts";
import { isPicture, judgeFiles } from "#web/state/composing.ts";
import type { Composing } from "#web/state/composing.ts";
import { problemWords } from "#web/state/problems.ts";
import { toast } from "#web/state/toasts.ts";
import { fileSize, number, t } from "#web/state/words.ts";

/** A file whose bytes are still going up. `share` from 0 to 1. */
export interface Underway {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly share: number;
}

type Uploaded = Composing["uploads"][number];

export interface Uploads {
  readonly underway: readonly Underway[];
  /** Opens the system's file dialog. */
  readonly choose: () => void;
  /** Takes pasted files; leaves the event alone when there are none. */
  readonly take: (event: SyntheticEvent, files: readonly File[]) => void;
  /** Takes files that were let go over the message. */
  readonly add: (files: readonly File[]) => void;
  /** Uploads one picture for a place in the text; null when it was refused. */
  readonly inline: (file: File) => Promise<Uploaded | null>;
  readonly stop: (id: string) => void;
  readonly limitsWords: string;
}

/** Uploads for one composer. `add` is called when a file is stored. */
export const useUploads = ({
  limits,
  already,
  add,
}: {
  readonly limits: PublicSettings["limits"] | null;
  readonly already: Composing["uploads"];
  readonly add: (one: Uploaded) => void;
}): Uploads => {
  const [underway, setUnderway] = useState<readonly Underway[]>([]);
  const stops = useRef(new Map<string, () => void>());

  const sendOne = async (file: File): Promise<Uploaded | null> => {
    const id = crypto.randomUUID();
    const name = file.name || t("composer.pastedName");
    setUnderway((all) => [...all, { id, name, sizeBytes: file.size, share: 0 }]);
    const going = upload(fileEndpoints.upload, file, name, (share) =>
      setUnderway((all) => all.map((one) => (one.id === id ? { ...one, share } : one))),
    );
    let stopped = false;
    stops.current.set(id, () => {
      stopped = true;
      going.stop();
    });
    const outcome = await going.finished;
    stops.current.delete(id);
    setUnderway((all) => all.filter((one) => one.id !== id));
    if (outcome.ok) {
      add(outcome.value);
      return outcome.value;
    }
    if (!stopped) toast(`${name}: ${problemWords(outcome.problem)}`, { tone: "failed" });
    return null;
  };

  const judged = (files: readonly File[]): readonly File[] => {
    if (!limits) return files;
    const present = [...already.map((one) => one.file), ...underway];
    const { accepted, refused } = judgeFiles(files, present, limits);
    for (const { file, reason } of refused)
      toast(
        t(`composer.${reason}`, {
          name: file.name,
          limit:
            reason === "fileTooLarge"
              ? fileSize(limits.fileBytes)
              : reason === "messageTooLarge"
                ? fileSize(limits.messageBytes)
                : number(limits.filesPerMessage),
        }),
        { tone: "failed" },
      );
    return accepted;
  };

  const sendAll = (files: readonly File[]): void => {
    for (const file of judged(files)) void sendOne(file);
  };

  return {
    underway,
    choose: () => {
      const input = document.createElement("input");
      input.type = "file";
      input.multiple = true;
      input.addEventListener("change", () => sendAll([...(input.files ?? [])]));
      input.click();
    },
    add: sendAll,
    take: (event, files) => {
      // The editor may have put pasted pictures into the text already.
      const rest = files.filter((file) => !event.isDefaultPrevented() || !isPicture(file));
      if (rest.length === 0) return;
      event.preventDefault();
      sendAll(rest);
    },
    inline: async (file) => {
      const [accepted] = judged([file]);
      return accepted ? sendOne(accepted) : null;
    },
    stop: (id) => stops.current.get(id)?.(),
    limitsWords: limits
      ? t("composer.limits", { file: fileSize(limits.fileBytes), count: limits.filesPerMessage })
      : "",
  };
};
