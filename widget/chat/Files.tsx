/** @jsxImportSource preact */
// Files on the screen: those of a message, those on their way, those chosen, and one picture at its full size. Called by Bubble.tsx and Composer.tsx.
// Pictures are painted, not linked: nothing of the site's policy has to allow them, and nothing in a file can run.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ChatFile } from "#contract/chat.ts";
import { fill } from "#widget/words.ts";
import { isPicture, nameParts, type Chosen } from "./files.ts";
import { Icon } from "./Icon.tsx";
import { size, words } from "./speech.ts";
import { withoutTurns } from "./text.ts";

type Load = () => Promise<Blob | null>;

/** Longest side of a small picture and of a large one, in pixels of the screen. */
const smallPixels = 480;
const largePixels = 2_400;

const paint = async (canvas: HTMLCanvasElement, blob: Blob, most: number): Promise<void> => {
  const bitmap = await createImageBitmap(blob);
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
};

/** Fetched and painted when it comes into sight. */
const Picture = ({
  load,
  label,
  most,
  failed,
}: {
  readonly load: Load;
  readonly label: string;
  readonly most: number;
  readonly failed: () => void;
}) => {
  const ref = useRef<HTMLCanvasElement>(null);
  const [isPainted, setPainted] = useState(false);
  useEffect(() => {
    const { current } = ref;
    if (!current) return;
    const seen = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting !== true) return;
      seen.disconnect();
      load()
        .then(async (blob) => {
          if (blob === null) throw new Error("gone");
          await paint(current, blob, most);
          setPainted(true);
        })
        .catch(failed);
    });
    seen.observe(current);
    return () => seen.disconnect();
    // oxlint-disable-next-line react/exhaustive-deps -- a picture is painted once
  }, []);
  // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a picture that is painted has no source to be linked to
  return <canvas ref={ref} role="img" aria-label={label} data-painted={isPainted} />;
};

const Name = ({ name }: { readonly name: string }) => {
  const [stem, ending] = nameParts(withoutTurns(name));
  return (
    <span class="file-name" title={withoutTurns(name)}>
      <span dir="auto">{stem}</span>
      <b>{ending}</b>
    </span>
  );
};

const save = (blob: Blob, name: string): void => {
  const link = document.createElement("a");
  const address = URL.createObjectURL(blob);
  link.href = address;
  link.download = withoutTurns(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
};

const heldWords = (held: NonNullable<ChatFile["held"]>): string => words().files.held[held];

/** A file of a message: a picture to look at, anything else to keep. */
const MessageFile = ({ file, load }: { readonly file: ChatFile; readonly load: (id: string) => Promise<Blob> }) => {
  const [isOpen, setOpen] = useState(false);
  const [state, setState] = useState<"" | "fetching" | "failed">("");
  const [isBroken, setBroken] = useState(false);
  const name = withoutTurns(file.name);
  const keep = (): void => {
    setState("fetching");
    load(file.id).then(
      (blob) => {
        setState("");
        save(blob, file.name);
      },
      () => setState("failed"),
    );
  };
  if (file.held !== null)
    return (
      <span class="file is-held">
        <Icon name={file.held === "waiting" ? "wait" : "close"} />
        <Name name={file.name} />
        <small>{heldWords(file.held)}</small>
      </span>
    );
  if (file.image && !isBroken)
    return (
      <>
        <button
          type="button"
          class="picture"
          aria-label={fill(words().files.open, { name })}
          onClick={() => setOpen(true)}
        >
          <Picture
            load={() => load(file.id)}
            label={fill(words().files.picture, { name })}
            most={smallPixels}
            failed={() => setBroken(true)}
          />
        </button>
        {isOpen ? (
          <Viewer
            name={name}
            load={() => load(file.id)}
            save={keep}
            close={() => setOpen(false)}
            failed={() => {
              setOpen(false);
              setBroken(true);
            }}
          />
        ) : null}
      </>
    );
  return (
    <button type="button" class="file" onClick={keep}>
      <Icon name={state === "fetching" ? "wait" : "load"} />
      <Name name={file.name} />
      <small>{state === "failed" ? words().files.failed : size(file.sizeBytes)}</small>
      <span class="spoken">{words().files.downloads}</span>
    </button>
  );
};

interface ViewerProps {
  readonly name: string;
  readonly load: Load;
  readonly save: () => void;
  readonly close: () => void;
  readonly failed: () => void;
}

/** One picture, as large as the chat. It holds the keys until it is closed. */
const Viewer = ({ name, load, save: keep, close, failed }: ViewerProps) => {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog
      ref={ref}
      class="viewer"
      aria-label={name}
      onClose={close}
      onKeyDown={(event) => event.key === "Escape" && event.stopPropagation()}
    >
      <header>
        <Name name={name} />
        <button type="button" class="plain" aria-label={fill(words().files.download, { name })} onClick={keep}>
          <Icon name="load" />
        </button>
        <button type="button" class="plain" aria-label={words().files.close} onClick={() => ref.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      <Picture load={load} label={fill(words().files.picture, { name })} most={largePixels} failed={failed} />
    </dialog>
  );
};

/** The files of a message. */
export const MessageFiles = ({
  files,
  load,
}: {
  readonly files: readonly ChatFile[];
  readonly load: (id: string) => Promise<Blob>;
}) =>
  files.length === 0 ? null : (
    <ul class="files">
      {files.map((file) => (
        <li key={file.id}>
          <MessageFile file={file} load={load} />
        </li>
      ))}
    </ul>
  );

/** A chosen file: small, with its name and size. */
const ChosenFile = ({ file, load }: { readonly file: Chosen; readonly load: (id: string) => Promise<Blob | null> }) => {
  const [isBroken, setBroken] = useState(!isPicture(file.type));
  return (
    <>
      {isBroken ? (
        <Icon name="file" />
      ) : (
        <Picture
          load={() => load(file.id)}
          label={fill(words().files.picture, { name: file.name })}
          most={120}
          failed={() => setBroken(true)}
        />
      )}
      <Name name={file.name} />
      <small>{size(file.size)}</small>
    </>
  );
};

interface ChosenProps {
  readonly files: readonly Chosen[];
  readonly load: (id: string) => Promise<Blob | null>;
  /** How much of the one that is going up has gone. */
  readonly progress?: { readonly id: string; readonly share: number } | null;
  readonly remove?: (id: string) => void;
}

/** Files that are chosen or on their way. */
export const ChosenFiles = ({ files, load, progress = null, remove }: ChosenProps) =>
  files.length === 0 ? null : (
    <ul class="files is-chosen">
      {files.map((file) => (
        <li key={file.id} class="file">
          <ChosenFile file={file} load={load} />
          {progress?.id === file.id ? (
            <progress value={progress.share} aria-label={fill(words().files.sending, { name: file.name })} />
          ) : null}
          {remove ? (
            <button
              type="button"
              class="plain"
              aria-label={fill(words().files.remove, { name: file.name })}
              title={fill(words().files.remove, { name: file.name })}
              onClick={() => remove(file.id)}
            >
              <Icon name="close" />
            </button>
          ) : null}
        </li>
      ))}
    </ul>
  );
