// Requests to the daemon. A refusal is a Problem with the daemon's own sentence and the field that must change.

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null,
  ) {
    super(message);
  }
}

export const UNREACHABLE = "unreachable";

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as { code?: string; detail?: string; field?: string | null };
    return new Problem(response.status, body.code ?? "", body.detail ?? response.statusText, body.field ?? null);
  } catch {
    return new Problem(response.status, "", `The daemon answered ${response.status}.`, null);
  }
}

export async function ask<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    const init: RequestInit = { method, credentials: "same-origin", headers: { Accept: "application/json" } };
    if (signal) init.signal = signal;
    if (body !== undefined) {
      init.headers = { ...init.headers, "Content-Type": "application/json" };
      init.body = JSON.stringify(body);
    }
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, UNREACHABLE, "The daemon cannot be reached now.", null);
  }
  if (!response.ok) throw await problemOf(response);
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as T;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>("GET", path, undefined, signal);
}

export function vmPath(name: string, rest = ""): string {
  return `/v1/vms/${encodeURIComponent(name)}${rest}`;
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
