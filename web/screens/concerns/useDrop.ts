// Files dragged over a part of the page: whether they hover there now, and what to do when they are let go. Called by the concern and the new message.
import { useState } from "react";
import type { DragEvent } from "react";
import { isPicture } from "#web/state/composing.ts";

export interface Drop {
  readonly dropping: boolean;
  readonly handlers: {
    readonly onDragOver: (drag: DragEvent) => void;
    readonly onDragLeave: (drag: DragEvent) => void;
    readonly onDrop: (drag: DragEvent) => void;
  };
}

/** `take` gets the files; text that is dragged about is left to the browser. */
export const useDrop = (take: (files: readonly File[]) => void): Drop => {
  const [dropping, setDropping] = useState(false);
  return {
    dropping,
    handlers: {
      onDragOver: (drag) => {
        if (!drag.dataTransfer.types.includes("Files")) return;
        drag.preventDefault();
        drag.dataTransfer.dropEffect = "copy";
        setDropping(true);
      },
      onDragLeave: (drag) => {
        const { relatedTarget } = drag;
        if (!(relatedTarget instanceof Node) || !drag.currentTarget.contains(relatedTarget)) setDropping(false);
      },
      onDrop: (drag) => {
        setDropping(false);
        // The editor may have put the pictures into the text already.
        const rest = [...drag.dataTransfer.files].filter((file) => !drag.isDefaultPrevented() || !isPicture(file));
        if (rest.length === 0) return;
        drag.preventDefault();
        take(rest);
      },
    },
  };
};
