// A small S3: path-style objects in memory, every request's signature checked (AWS Signature Version 4). For tests and the demo.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface S3Sim {
  readonly endpoint: string;
  /** Path ("/bucket/a/b/…") to bytes. */
  readonly objects: Map<string, Uint8Array>;
  /** Every request as "METHOD status". */
  readonly requests: string[];
  /** The next requests are answered with these statuses instead. */
  readonly answerNext: number[];
  readonly close: () => Promise<void>;
}

const pageLength = 3;

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

/** Why the signature is wrong, or null when it is right. */
const faultOf = (
  request: IncomingMessage,
  body: Buffer,
  keys: { readonly accessKeyId: string; readonly secretAccessKey: string },
): string | null => {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? "",
    );
  if (match === null) return "AccessDenied";
  const [, accessKeyId, day = "", region = "", signed = "", signature = ""] = match;
  if (accessKeyId !== keys.accessKeyId) return "InvalidAccessKeyId";
  const names = signed.split(";");
  if (!names.includes("host") || !names.includes("x-amz-content-sha256") || !names.includes("x-amz-date"))
    return "AccessDenied";
  const date = String(request.headers["x-amz-date"] ?? "");
  if (!date.startsWith(day)) return "AccessDenied";
  const payload = String(request.headers["x-amz-content-sha256"] ?? "");
  if (payload !== "UNSIGNED-PAYLOAD" && payload !== sha256(body)) return "XAmzContentSHA256Mismatch";
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const headers = names
    .map(
      (name) =>
        `${name}:${String(request.headers[name] ?? "")
          .trim()
          .replaceAll(/ +/g, " ")}\n`,
    )
    .join("");
  const canonical = [request.method, path, query.split("&").toSorted().join("&"), headers, signed, payload].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = hmac(hmac(hmac(hmac(`AWS4${keys.secretAccessKey}`, day), region), "s3"), "aws4_request");
  const expected = hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n"));
  return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? null : "SignatureDoesNotMatch";
};

/** Starts it on a free loopback port with one bucket. */
export const startS3Sim = async (options: {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
}): Promise<S3Sim> => {
  const objects = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const answerNext: number[] = [];
  const written = new Map<string, Date>();
  /** One page of ListObjectsV2; a page is short, so that callers must turn it. */
  const listing = (query: string): string => {
    const asked = new URLSearchParams(query);
    const home = `/${options.bucket}/`;
    const after = asked.get("continuation-token") ?? "";
    const keys = [...objects.keys()]
      .map((path) => path.slice(home.length))
      .filter((key) => key.startsWith(asked.get("prefix") ?? "") && key > after)
      .toSorted();
    const page = keys.slice(0, pageLength);
    const entries = page.map((key) => {
      const at = written.get(home + key)?.toISOString() ?? "";
      return `<Contents><Key>${key}</Key><LastModified>${at}</LastModified><Size>1</Size></Contents>`;
    });
    const more = keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    return `<?xml version="1.0"?><ListBucketResult>${entries.join("")}${more}</ListBucketResult>`;
  };
  const serve = async (
    request: IncomingMessage,
  ): Promise<{ readonly status: number; readonly body?: Uint8Array | string }> => {
    const body = await bodyOf(request);
    const forced = answerNext.shift();
    if (forced !== undefined) return { status: forced, body: "<Error><Code>SlowDown</Code></Error>" };
    const fault = faultOf(request, body, options);
    if (fault !== null) return { status: 403, body: `<Error><Code>${fault}</Code></Error>` };
    const [path = "", query] = (request.url ?? "").split("?");
    if (path === `/${options.bucket}` && query !== undefined) return { status: 200, body: listing(query) };
    if (!path.startsWith(`/${options.bucket}/`))
      return { status: 404, body: "<Error><Code>NoSuchBucket</Code></Error>" };
    if (request.method === "PUT") {
      objects.set(path, body);
      written.set(path, new Date());
      return { status: 200 };
    }
    if (request.method === "DELETE") {
      objects.delete(path);
      return { status: 204 };
    }
    const found = objects.get(path);
    return found === undefined
      ? { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" }
      : { status: 200, body: found };
  };
  const server = createServer((request, response) => {
    serve(request).then(
      ({ status, body }) => {
        requests.push(`${request.method ?? ""} ${status}`);
        response.writeHead(status, { "content-length": Buffer.byteLength(body ?? "") });
        response.end(request.method === "HEAD" ? undefined : body);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    requests,
    answerNext,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
