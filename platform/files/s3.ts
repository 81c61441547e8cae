// Keeps files in any S3-compatible store (path-style addresses), for centres with several machines. server/main.ts opens it.
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { setTimeout as pause } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { checkHash, fileMissing, filesUnavailable, isFileMissing } from "#platform/files/files.ts";
import type { Files, StoredFile } from "#platform/files/files.ts";
import { sniff } from "#platform/files/sniff.ts";

export interface S3Place {
  /** For example "https://s3.eu-central-1.amazonaws.com" or "http://127.0.0.1:9000". */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For one attempt; 20 seconds unless told. Streams may take longer once they flow. */
  readonly timeoutMs?: number;
}

const attempts = 3;
/** Above this it is worth asking first whether the store has the bytes already. */
const askFirstBytes = 65_536;

/** Opens the store; nothing is asked of it before the first call. Every put carries the bytes' SHA-256, which the store checks. */
export const openS3Files = (place: S3Place): Files => {
  const client = new AwsClient({
    accessKeyId: place.accessKeyId,
    secretAccessKey: place.secretAccessKey,
    service: "s3",
    region: place.region,
    retries: 0,
  });
  const base = `${place.endpoint.replace(/\/+$/, "")}/${encodeURIComponent(place.bucket)}`;
  const urlOf = (hash: string): string => `${base}/${checkHash(hash).charAt(0)}/${hash.charAt(1)}/${hash}`;
  const asideOf = (hash: string): string => `${base}/aside/${checkHash(hash)}`;

  type Method = "GET" | "HEAD" | "PUT" | "DELETE";
  const ask = (method: Method, hash: string, bytes?: Uint8Array): Promise<Response> =>
    askAt(urlOf(hash), method, bytes === undefined ? undefined : { hash, bytes });

  const askAt = async (
    url: string,
    method: Method,
    given?: { readonly hash: string; readonly bytes: Uint8Array },
  ): Promise<Response> => {
    let last = "";
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      if (attempt > 1) await pause(100 * 4 ** (attempt - 2));
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), place.timeoutMs ?? 20_000);
      try {
        const init =
          given === undefined
            ? { method }
            : { method, body: given.bytes as BodyInit, headers: { "X-Amz-Content-Sha256": given.hash } };
        const response = await fetch(await client.sign(url, init), { signal: stop.signal, redirect: "error" });
        if (response.status < 500 && response.status !== 429) return response;
        last = `it answered ${response.status}`;
        await response.body?.cancel();
      } catch (error) {
        last =
          error instanceof Error
            ? `${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ""}`
            : String(error);
      } finally {
        clearTimeout(timer);
      }
    }
    throw filesUnavailable(`The file store at ${place.endpoint} does not serve us: ${last}.`);
  };

  /** Ends the response and says why it will not do. */
  const refusal = async (response: Response, hash: string): Promise<Error> => {
    const text = await response.text().catch(() => "");
    const code = /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1];
    if (response.status === 404 && (code === undefined || code === "NoSuchKey")) return fileMissing(hash);
    return filesUnavailable(
      `The file store at ${place.endpoint} refused: ${response.status}${code === undefined ? "" : ` ${code}`}. Check bucket, region and keys.`,
    );
  };

  const isAt = async (url: string, hash: string): Promise<boolean> => {
    const response = await askAt(url, "HEAD");
    if (response.status === 200) return true;
    if (response.status === 404) return false;
    throw await refusal(response, hash);
  };

  const openAt = async (url: string, hash: string): Promise<Response> => {
    const response = await askAt(url, "GET");
    if (response.status !== 200) throw await refusal(response, hash);
    return response;
  };

  /** What was set aside is as good as what was not. */
  const has = async (hash: string): Promise<boolean> =>
    (await isAt(urlOf(hash), hash)) || (await isAt(asideOf(hash), hash));
  const open = (hash: string): Promise<Response> =>
    openAt(urlOf(hash), hash).catch((error: unknown) => {
      if (!isFileMissing(error)) throw error;
      return openAt(asideOf(hash), hash);
    });

  const dropAt = async (url: string, hash: string): Promise<void> => {
    const response = await askAt(url, "DELETE");
    if (response.status !== 204 && response.status !== 200 && response.status !== 404)
      throw await refusal(response, hash);
    await response.body?.cancel();
  };

  /** Another name for the same bytes: written there, then gone here. */
  const moveTo = async (from: string, to: string, hash: string): Promise<void> => {
    const bytes = new Uint8Array(await (await openAt(from, hash)).arrayBuffer());
    const response = await askAt(to, "PUT", { hash, bytes });
    if (response.status !== 200) throw await refusal(response, hash);
    await response.body?.cancel();
    await dropAt(from, hash);
  };

  /** ListObjectsV2 below a prefix, page by page: the hashes of keys last written before that time. */
  const list = async function* (prefix: string, olderThan: Date): AsyncGenerator<readonly string[]> {
    for (let more: string | null = ""; more !== null;) {
      const query = new URLSearchParams({ "list-type": "2", prefix });
      if (more !== "") query.set("continuation-token", more);
      const response: Response = await askAt(`${base}?${query}`, "GET");
      if (response.status !== 200) throw await refusal(response, prefix);
      const page = await response.text();
      const entries = [...page.matchAll(/<Contents>(.*?)<\/Contents>/gs)].map((match) => match[1] ?? "");
      yield entries
        .filter((entry) => Date.parse(/<LastModified>([^<]{1,40})</.exec(entry)?.[1] ?? "") < olderThan.getTime())
        .flatMap((entry) => /<Key>[^<]{0,100}\/([0-9a-f]{64})<\/Key>/.exec(entry)?.[1] ?? []);
      more = /<NextContinuationToken>([^<]{1,2000})</.exec(page)?.[1] ?? null;
    }
  };

  const store = async (hash: string, bytes: Uint8Array): Promise<void> => {
    if (bytes.length > askFirstBytes && (await isAt(urlOf(hash), hash))) return;
    const response = await ask("PUT", hash, bytes);
    if (response.status === 200) await response.body?.cancel();
    else {
      const error = await refusal(response, hash);
      throw response.status === 404
        ? filesUnavailable(`The file store at ${place.endpoint} has no bucket "${place.bucket}".`, error)
        : error;
    }
  };

  return {
    put: async (bytes): Promise<StoredFile> => {
      const hash = createHash("sha256").update(bytes).digest("hex");
      const [sniffed] = await Promise.all([sniff(bytes), store(hash, bytes)]);
      return { hash, sizeBytes: bytes.length, ...sniffed };
    },
    read: async (hash) => {
      const response = await open(hash);
      const bytes = await response.arrayBuffer().catch((error: unknown) => {
        throw filesUnavailable(`The file store at ${place.endpoint} broke off in the middle of a file.`, error);
      });
      return new Uint8Array(bytes);
    },
    stream: async (hash) => {
      const { body } = await open(hash);
      return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
    },
    has,
    check: async () => void (await has("0".repeat(64))),
    remove: async (hash) => {
      await dropAt(urlOf(hash), hash);
      await dropAt(asideOf(hash), hash);
    },
    // An object is there whole or not at all.
    sweep: async () => 0,
    stored: async function* (olderThan) {
      for (const digit of "0123456789abcdef") yield* list(`${digit}/`, olderThan);
    },
    setAside: (hash) => moveTo(urlOf(hash), asideOf(hash), hash),
    aside: (olderThan) => list("aside/", olderThan),
    putBack: (hash) => moveTo(asideOf(hash), urlOf(hash), hash),
    forgetAside: (hash) => dropAt(asideOf(hash), hash),
  };
};
