import type { ProblemDto } from '../generated/types.gen';
import { connection } from './connection';
import { forgetToken, requestSignIn, token } from './session';

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

interface Options {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly query?: Query | undefined;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

export interface Received<T> {
  readonly body: T;
  readonly headers: Headers;
}

/** A response that is not 2xx. The message is the API's own, and says what to do. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Partial<ProblemDto>,
  ) {
    super(problem.detail ?? `The service answered with status ${status}.`);
  }
}

/** The service could not be reached. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The service does not answer. Check that it runs; this page tries again by itself.', { cause });
  }
}

/** The user closed the sign-in dialog. */
export class NotSignedInError extends Error {
  constructor() {
    super('Sign in to see this.');
  }
}

/**
 * Sends a request to the API. A 401 opens the sign-in dialog; the request is repeated once the user has signed in.
 * @throws ApiError, UnreachableError, NotSignedInError; the signal's reason
 */
export async function request<T>(path: string, options: Options = {}): Promise<Received<T>> {
  const sent = token.value;
  const response = await send(path, options);
  if (response.status === 401) {
    if (token.value === sent) {
      forgetToken();
      const reason = sent === null ? 'This needs a login.' : 'Your session has ended. Sign in to continue.';
      if (!(await requestSignIn(reason))) throw new NotSignedInError();
    }
    return request(path, options);
  }
  return { body: await bodyOf<T>(response), headers: response.headers };
}

export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await request<T>(path, { query, signal })).body;
}

/** Reads a response. @throws ApiError when it is not 2xx */
export async function bodyOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  if (response.ok) return (text === '' ? null : JSON.parse(text)) as T;
  throw new ApiError(response.status, problemOf(text));
}

/** Sends a request with the token, if there is one. @throws UnreachableError; the signal's reason */
export async function send(
  path: string,
  { method = 'GET', query, body, headers, signal }: Options = {},
): Promise<Response> {
  try {
    return await fetch(path + search(query), {
      method,
      headers: {
        Accept: 'application/json',
        ...(token.value === null ? {} : { Authorization: `Bearer ${token.value}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    connection.fail();
    throw new UnreachableError(error);
  }
}

function search(query: Query = {}): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function problemOf(text: string): Partial<ProblemDto> {
  try {
    return JSON.parse(text) as Partial<ProblemDto>;
  } catch {
    // A gateway's page.
    return {};
  }
}
