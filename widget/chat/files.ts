// Files in the chat: which may be sent, where they wait until they are, how they go up and come down. Called by session.ts and the views; draws nothing.
import type { ChatLimits } from "#contract/chat.ts";

/** A file the visitor has chosen; its bytes lie in the store under its id, which is its name at the server, too. */
export interface Chosen {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
}

/** Raster images, which a browser may draw. The server judges by the bytes. */
export const isPicture = (type: string): boolean => /^image\/(?:png|jpeg|gif|webp)$/.test(type);

export type Refused = "tooLarge" | "tooMuch" | "tooMany" | "empty";

/** Divides files into those that fit beside what is there already, and the first reason why others do not. */
export const judge = <T extends { readonly size: number }>(
  files: readonly T[],
  already: readonly { readonly size: number }[],
  limits: ChatLimits,
): { readonly accepted: readonly T[]; readonly refused: { readonly file: T; readonly why: Refused } | null } => {
  const accepted: T[] = [];
  let refused: { readonly file: T; readonly why: Refused } | null = null;
  let bytes = already.reduce((sum, { size }) => sum + size, 0);
  for (const file of files) {
    const why: Refused | null =
      file.size === 0
        ? "empty"
        : file.size > limits.fileBytes
          ? "tooLarge"
          : already.length + accepted.length >= limits.filesPerMessage
            ? "tooMany"
            : bytes + file.size > limits.messageBytes
              ? "tooMuch"
              : null;
    if (why !== null) refused ??= { file, why };
    else {
      accepted.push(file);
      bytes += file.size;
    }
  }
  return { accepted, refused };
};

/** The name with its ending apart, so that a long one is cut in the middle and what kind it is can always be read. */
export const nameParts = (name: string): readonly [string, string] => {
  const ending = /\.[\p{L}\p{N}]{1,10}$/u.exec(name)?.[0] ?? "";
  return [name.slice(0, name.length - ending.length), ending];
};

/** Where chosen files wait: in the browser's database, so that they survive a reload. */
export interface Blobs {
  /** False: this browser does not keep it, it lasts as long as the page. */
  readonly keep: (id: string, blob: Blob) => Promise<boolean>;
  readonly read: (id: string) => Promise<Blob | null>;
  readonly forget: (ids: readonly string[]) => void;
  readonly clear: () => void;
  /** Forgets what was kept before that time, but for those named: chosen in a tab that was closed. */
  readonly prune: (before: number, but: ReadonlySet<string>) => void;
}

const store = "files";

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("the database refused")));
  });

/** Opens the files of one channel; `now` for how long they have waited. */
export const openBlobs = (name: string, factory: IDBFactory | undefined, now: () => number): Blobs => {
  const here = new Map<string, Blob>();
  let opened: Promise<IDBDatabase> | null = null;
  const open = (): Promise<IDBDatabase> =>
    (opened ??= new Promise<IDBDatabase>((resolve, reject) => {
      if (factory === undefined) return reject(new Error("no database"));
      const request = factory.open(name, 1);
      request.addEventListener("upgradeneeded", () => request.result.createObjectStore(store));
      return void done(request).then(resolve, reject);
    }));
  const at = async (mode: IDBTransactionMode): Promise<IDBObjectStore> =>
    (await open()).transaction(store, mode).objectStore(store);
  const quietly = (work: (files: IDBObjectStore) => unknown): void => void at("readwrite").then(work, () => undefined);
  return {
    keep: async (id, blob) => {
      here.set(id, blob);
      try {
        // As bytes: some browsers lose blobs that they keep.
        const bytes = await blob.arrayBuffer();
        await done((await at("readwrite")).put({ bytes, type: blob.type, at: now() }, id));
        return true;
      } catch {
        return false;
      }
    },
    read: async (id) => {
      const known = here.get(id);
      if (known) return known;
      try {
        const kept = (await done((await at("readonly")).get(id))) as { bytes: ArrayBuffer; type: string } | undefined;
        return kept === undefined ? null : new Blob([kept.bytes], { type: kept.type });
      } catch {
        return null;
      }
    },
    forget: (ids) => {
      for (const id of ids) here.delete(id);
      if (ids.length > 0) quietly((files) => ids.map((id) => files.delete(id)));
    },
    clear: () => {
      here.clear();
      quietly((files) => files.clear());
    },
    prune: (before, but) =>
      quietly((files) => {
        const request = files.openCursor();
        request.addEventListener("success", () => {
          const cursor = request.result;
          if (cursor === null) return;
          if ((cursor.value as { at: number }).at < before && !but.has(cursor.key as string)) cursor.delete();
          cursor.continue();
        });
      }),
  };
};

/** How an upload ended. "lost": the network was, and it is tried again. */
export type Sent =
  | { readonly kind: "stored" }
  | { readonly kind: "lost"; readonly afterMs: number | null }
  | { readonly kind: "refused"; readonly code: string };

export interface Sending {
  readonly finished: Promise<Sent>;
  readonly stop: () => void;
}

export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly blob: Blob;
  readonly token: string;
  /** From 0 to 1. */
  readonly progress: (share: number) => void;
}

const codeIn = (text: string): string => {
  try {
    return (JSON.parse(text) as { error: { code: string } }).error.code;
  } catch {
    return "other";
  }
};

/** Sends one file to the desk. A request of the older kind: only it tells how far it is. */
export const sendBlob = (address: string, { id, name, blob, token, progress }: Upload): Sending => {
  const request = new XMLHttpRequest();
  const finished = new Promise<Sent>((resolve) => {
    const lost = (): void => resolve({ kind: "lost", afterMs: null });
    for (const event of ["error", "abort", "timeout"]) request.addEventListener(event, lost);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total > 0 ? loaded / total : 0));
    request.addEventListener("load", () => {
      const { status } = request;
      if (status < 300) return resolve({ kind: "stored" });
      const seconds = Number(request.getResponseHeader("retry-after"));
      if (status === 429 || status >= 500)
        return resolve({ kind: "lost", afterMs: seconds > 0 ? seconds * 1_000 : null });
      // Who has just become somebody else here is greeted anew, and then it goes on.
      return status === 401 ? lost() : resolve({ kind: "refused", code: codeIn(request.responseText) });
    });
    request.open("POST", `${address}/${id}`);
    request.setRequestHeader("authorization", `Bearer ${token}`);
    const form = new FormData();
    form.append("file", blob, name);
    request.send(form);
  });
  return { finished, stop: () => request.abort() };
};

/** Fetches a file of a message; rejects when it cannot be had now. */
export const fetchBlob = async (address: string, id: string, token: string): Promise<Blob> => {
  const answer = await fetch(`${address}/${id}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.blob();
};
