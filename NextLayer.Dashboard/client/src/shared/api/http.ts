import { text } from "../text";
import type { Json } from "./types";

/** Something the control plane, or the way to it, refused. `type` is stable; `detail` is for people. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly detail: string,
    readonly fields: Record<string, string[]> = {},
  ) {
    super(detail);
    this.name = "ApiError";
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** Nobody answered: the dashboard's host or the control plane is away. */
  get isUnreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  get isForbidden(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

export type QueryValue = string | number | boolean | null | undefined | readonly string[];

/** `?a=1&b=2`, leaving out what is absent and repeating what is a list. */
export function toQuery(values: Record<string, QueryValue>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value)) for (const item of value as readonly string[]) query.append(name, item);
    else query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `?${text}` : "";
}

interface Options {
  method?: string;
  body?: unknown;
  /** Tenant that endpoints of /api/v1 act in. */
  tenantId?: string | undefined;
  /** Makes a creation happen once, however often it is sent. */
  idempotencyKey?: string;
  /** Changes only what is still as it was read. */
  ifMatch?: string;
  signal?: AbortSignal | undefined;
}

export interface Answer<T> {
  data: T;
  headers: Headers;
  status: number;
}

let signedOut = () => {};

/** Is told when a call was refused because nobody is signed in (any more). */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

export async function request<T>(path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.tenantId) headers["X-Tenant-Id"] = options.tenantId;
  if (options.idempotencyKey) headers["X-Idempotency-Key"] = options.idempotencyKey;
  if (options.ifMatch) headers["If-Match"] = options.ifMatch;
  const init: RequestInit = { method: options.method ?? "GET", headers };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", text.problems.unreachable);
  }
  const content = await response.text();
  if (response.status === 401 && path !== "/session" && path !== "/api/v1/me") signedOut();
  if (!response.ok) throw toError(response.status, content);
  return { data: (content ? JSON.parse(content) : null) as T, headers: response.headers, status: response.status };
}

export async function get<T>(path: string, options: Options = {}): Promise<T> {
  return (await request<T>(path, options)).data;
}

export async function post<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
  return (await request<T>(path, { ...options, method: "POST", body })).data;
}

export async function patch<T>(path: string, body: unknown, options: Options = {}): Promise<T> {
  return (await request<T>(path, { ...options, method: "PATCH", body })).data;
}

export async function put<T>(path: string, body: unknown, options: Options = {}): Promise<T> {
  return (await request<T>(path, { ...options, method: "PUT", body })).data;
}

export async function remove(path: string, options: Options = {}): Promise<void> {
  await request<null>(path, { ...options, method: "DELETE" });
}

function toError(status: number, text: string): ApiError {
  const problem = parse(text);
  if (problem && typeof problem === "object" && !Array.isArray(problem)) {
    const type = String(problem.type ?? "").replace("urn:nextlayer:problem:", "");
    const detail = typeof problem.detail === "string" ? problem.detail : typeof problem.title === "string" ? problem.title : describe(status);
    return new ApiError(status, type || `http_${status}`, detail, readFields(problem.errors));
  }
  return new ApiError(status, `http_${status}`, describe(status));
}

// A field's problems, as an object of lists or as a list of {path, message}.
function readFields(errors: Json | undefined): Record<string, string[]> {
  const fields: Record<string, string[]> = {};
  if (Array.isArray(errors)) {
    for (const error of errors) {
      if (error && typeof error === "object" && !Array.isArray(error) && typeof error.message === "string")
        (fields[String(error.path ?? error.node_id ?? "")] ??= []).push(error.message);
      else if (typeof error === "string") (fields[""] ??= []).push(error);
    }
  } else if (errors && typeof errors === "object") {
    for (const [name, messages] of Object.entries(errors))
      fields[name] = Array.isArray(messages) ? messages.map(String) : [String(messages)];
  }
  return fields;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function describe(status: number): string {
  if (status === 502 || status === 503 || status === 504) return text.problems.notReady;
  if (status === 404) return text.problems.notFound;
  if (status === 401) return text.problems.signedOut;
  if (status === 403) return text.problems.forbidden;
  return text.problems.status(status);
}

/** What people should read of an error. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) {
    const fields = Object.entries(error.fields).map(([name, messages]) => (name ? `${name} ${messages.join(" ")}` : messages.join(" ")));
    return fields.length > 0 && fields.length <= 3 ? `${error.detail} ${fields.join(" ")}` : error.detail;
  }
  return error instanceof Error ? error.message : String(error);
}
