// Files the visitor chooses for the next message: by the system's dialog, the camera, pasted or let go over the chat. Kept through a reload. Called by Composer.tsx.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatLimits } from "#contract/chat.ts";
import type { Memory } from "#widget/memory.ts";
import { fill } from "#widget/words.ts";
import { judge, type Chosen } from "./files.ts";
import type { Session } from "./session.ts";
import { size, words } from "./speech.ts";
import { withoutTurns } from "./text.ts";

export interface ChosenState {
  readonly files: readonly Chosen[];
  /** Why the last ones were not taken; empty: they were. */
  readonly trouble: string;
  /** Something is held over the chat and would be taken. */
  readonly isOver: boolean;
  readonly choose: (camera: boolean) => void;
  /** True when there were files in it. */
  readonly take: (files: FileList | undefined | null) => boolean;
  readonly remove: (id: string) => void;
  /** They are said now: what was chosen. */
  readonly hand: () => readonly Chosen[];
}

export interface FilesOptions {
  readonly talk: string;
  readonly drafts: Memory;
  readonly session: Pick<Session, "choose" | "unchoose" | "chosen">;
  readonly limits: ChatLimits | null;
  /** Where files may be let go. */
  readonly area: () => HTMLElement | null;
}

/** How long a name may be that is sent with a file. */
const longestName = 200;

export const useFiles = ({ talk, drafts, session, limits, area }: FilesOptions): ChosenState => {
  const draft = `files.${talk}`;
  const [files, setFiles] = useState<readonly Chosen[]>(
    () => JSON.parse(drafts.read(draft) ?? "[]") as readonly Chosen[],
  );
  const [trouble, setTrouble] = useState("");
  const [isOver, setOver] = useState(false);

  // As they are now, also for a dialog that was opened a while ago.
  const nowRef = useRef(files);
  const put = (next: readonly Chosen[]): void => {
    nowRef.current = next;
    setFiles(next);
    if (next.length === 0) drafts.forget(draft);
    else drafts.keep(draft, JSON.stringify(next));
  };
  const add = (given: readonly File[]): void => {
    if (limits === null || given.length === 0) return;
    const { accepted, refused } = judge(given, nowRef.current, limits);
    const why = refused
      ? fill(words().files[refused.why], {
          name: withoutTurns(refused.file.name),
          count: limits.filesPerMessage,
          size: size(refused.why === "tooMuch" ? limits.messageBytes : limits.fileBytes),
        })
      : "";
    setTrouble(why);
    if (accepted.length > 0)
      put([
        ...nowRef.current,
        ...accepted.map((file) => {
          const name = file.name || words().files.pasted;
          const start = Math.max(0, name.length - longestName);
          return session.choose(file, withoutTurns(name.slice(start)));
        }),
      ]);
  };

  // What a reload has not left is no longer offered.
  useEffect(() => {
    if (files.length === 0) return;
    for (const { id } of files)
      void session.chosen(id).then((blob) => {
        if (blob === null) put(nowRef.current.filter((file) => file.id !== id));
      });
    // oxlint-disable-next-line react/exhaustive-deps -- looked at once, when the composer appears
  }, []);

  useEffect(() => {
    const place = area();
    if (place === null) return;
    const ended = new AbortController();
    const { signal } = ended;
    const holds = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") === true;
    place.addEventListener(
      "dragover",
      (event) => {
        if (!holds(event)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    place.addEventListener(
      "dragleave",
      ({ relatedTarget }) => {
        if (!(relatedTarget instanceof Node && place.contains(relatedTarget))) setOver(false);
      },
      { signal },
    );
    place.addEventListener(
      "drop",
      (event) => {
        if (!holds(event)) return;
        event.preventDefault();
        setOver(false);
        add([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => ended.abort();
  });

  return {
    files,
    trouble,
    isOver,
    choose: (camera) => {
      const input = document.createElement("input");
      input.type = "file";
      if (camera) {
        input.accept = "image/*";
        input.setAttribute("capture", "environment");
      } else input.multiple = true;
      input.addEventListener("change", () => add([...(input.files ?? [])]));
      input.click();
    },
    take: (given) => {
      if (!given || given.length === 0) return false;
      add([...given]);
      return true;
    },
    remove: (id) => {
      session.unchoose([id]);
      setTrouble("");
      put(nowRef.current.filter((file) => file.id !== id));
    },
    hand: () => {
      const handed = nowRef.current;
      put([]);
      setTrouble("");
      return handed;
    },
  };
};
