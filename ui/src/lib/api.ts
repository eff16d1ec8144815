/** Asks our own server; nothing else is ever asked. Addresses are relative to <base>. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly hint = "",
    readonly requestId = "",
  ) {
    super(message);
  }
}

export type Params = Record<string, string | number | boolean | undefined>;

export function address(path: string, params: Params = {}): string {
  const url = new URL(`api/v1/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  return url.toString();
}

/** Ask for JSON; throws `ApiError` with the words of the server. */
export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  return (await answer(await fetch(address(path, params), { signal }))).json() as Promise<T>;
}

export async function getBytes(
  path: string,
  params: Params = {},
  signal?: AbortSignal,
): Promise<ArrayBuffer> {
  return (await answer(await fetch(address(path, params), { signal }))).arrayBuffer();
}

export async function send<T>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<T> {
  const asked = await fetch(address(path), {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const found = await answer(asked);
  return (found.status === 204 ? undefined : await found.json()) as T;
}

async function answer(found: Response): Promise<Response> {
  if (found.ok) return found;
  let told: { title?: string; detail?: string; hint?: string } = {};
  try {
    told = await found.json();
  } catch {
    // a proxy answers with no JSON
  }
  const words = told.detail ?? told.title ?? `${found.status} ${found.statusText}`;
  const id = found.headers.get("x-request-id") ?? "";
  throw new ApiError(found.status, words, told.hint ?? "", id);
}
