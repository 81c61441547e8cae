// The one way from the desk to the server's API: typed by the contract, refusals as values. Called by everything in web/.
import type { Endpoint, Result } from "#contract/endpoint.ts";
import type { ErrorBody, ErrorCode } from "#contract/errors.ts";
import type { z } from "zod";

/** Why a call was not carried out. "offline": the server could not be reached. Words stand under `errors.<code>`. */
export interface Problem {
  readonly code: ErrorCode | "offline";
  readonly facts: Readonly<Record<string, string | number>>;
  readonly field: string | null;
  readonly requestId: string;
}

/** A call's end: its result, or why there is none. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

type Part<K extends string, S extends z.ZodType> = keyof z.input<S> extends never
  ? unknown
  : Record<string, never> extends z.input<S>
    ? { readonly [P in K]?: z.input<S> }
    : { readonly [P in K]: z.input<S> };

/** What an endpoint wants to be given; parts without anything in them are left out. */
export type CallInput<E extends Endpoint> = Part<"params", E["params"]> &
  Part<"query", E["query"]> &
  Part<"body", E["body"]>;

let csrf = "";
/** Tells what goes into the X-Csrf header from now on. */
export const setCsrf = (token: string): void => {
  csrf = token;
};

let onSignedOut: () => void = () => undefined;
/** Sets what happens when the server says that nobody is signed in any more. */
export const whenSignedOut = (happens: () => void): void => {
  onSignedOut = happens;
};

/** Calls an endpoint with the session's cookie. Never throws for a refusal or a lost network; an abort gives "offline". */
export const call = async <E extends Endpoint>(
  endpoint: E,
  input: CallInput<E>,
  signal?: AbortSignal,
): Promise<Outcome<Result<E>>> => {
  const { params, query, body } = input as {
    params?: Record<string, unknown>;
    query?: Record<string, unknown>;
    body?: unknown;
  };
  const sends = endpoint.method !== "GET";
  try {
    const response = await fetch(addressOf(endpoint.path, params ?? {}, query ?? {}), {
      method: endpoint.method,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        ...(sends ? { "X-Csrf": csrf } : {}),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    if (response.ok) return { ok: true, value: (await response.json()) as Result<E> };
    return { ok: false, problem: await problemOf(response) };
  } catch {
    return { ok: false, problem: offline };
  }
};

/** The same, but throws the Problem: for queries, whose library keeps errors. */
export const callOrThrow = async <E extends Endpoint>(
  endpoint: E,
  input: CallInput<E>,
  signal?: AbortSignal,
): Promise<Result<E>> => {
  const outcome = await call(endpoint, input, signal);
  if (outcome.ok) return outcome.value;
  throw new Refused(outcome.problem);
};

/** An Error that carries a Problem. */
export class Refused extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** The address of a call: names in the path filled in, the query appended; undefined parts are left out. */
export const addressOf = (
  path: string,
  params: Readonly<Record<string, unknown>>,
  query: Readonly<Record<string, unknown>>,
): string => {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(asText(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, asText(value));
  const text = search.toString();
  return text === "" ? filled : `${filled}?${text}`;
};

/** An upload on its way. `stop` gives up; the promise then resolves with an "offline" problem. */
export interface Upload<T> {
  readonly finished: Promise<Outcome<T>>;
  readonly stop: () => void;
}

/** Sends one file as multipart/form-data and says how far it is, from 0 to 1. XMLHttpRequest, because fetch cannot say. */
export const upload = <E extends Endpoint>(
  endpoint: E,
  file: Blob,
  name: string,
  progress: (share: number) => void,
): Upload<Result<E>> => {
  const request = new XMLHttpRequest();
  const finished = new Promise<Outcome<Result<E>>>((resolve) => {
    const fails = (): void => resolve({ ok: false, problem: offline });
    request.addEventListener("error", fails);
    request.addEventListener("abort", fails);
    request.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) progress(step.loaded / step.total);
    });
    request.addEventListener("load", () => {
      const text = request.responseText;
      if (request.status >= 200 && request.status < 300) resolve({ ok: true, value: JSON.parse(text) as Result<E> });
      else resolve({ ok: false, problem: problemIn(text, request.status) });
    });
  });
  request.open(endpoint.method, endpoint.path);
  request.setRequestHeader("X-Csrf", csrf);
  const form = new FormData();
  form.append("file", file, name);
  request.send(form);
  return { finished, stop: () => request.abort() };
};

const offline: Problem = { code: "offline", facts: {}, field: null, requestId: "" };

const asText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const problemOf = async (response: Response): Promise<Problem> => problemIn(await response.text(), response.status);

const problemIn = (text: string, httpStatus: number): Problem => {
  const problem = parseProblem(text) ?? {
    code: httpStatus >= 502 ? "unavailable" : httpStatus === 413 ? "tooLarge" : "internal",
    facts: {},
    field: null,
    requestId: "",
  };
  if (problem.code === "notSignedIn") onSignedOut();
  return problem;
};

const parseProblem = (text: string): Problem | null => {
  try {
    return (JSON.parse(text) as ErrorBody).error ?? null;
  } catch {
    return null;
  }
};
