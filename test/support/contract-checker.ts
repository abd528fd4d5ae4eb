import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

interface ResponseDescription {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema: object; readonly example?: object }>>;
}

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: AnySchemaObject;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: AnySchemaObject }>> };
  readonly responses: Readonly<Record<string, ResponseDescription>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Partial<Record<Method, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, AnySchemaObject>> };
}

export interface DescribedOperation {
  readonly method: Method;
  readonly path: string;
  readonly operation: Operation;
}

export interface RequestOptions {
  readonly token?: string;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** With a signal, the body of an event stream is not read. */
  readonly signal?: AbortSignal;
}

export interface CheckedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export function operationsOf({ paths }: ApiDocument): DescribedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

/** Sends requests as a client does, and checks every response against the OpenAPI document. */
export class ContractChecker {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  /** A response that is collected as garbage closes its connection. */
  private readonly openStreams: Response[] = [];
  private readonly checked = new Set<string>();
  private readonly problems = new Set<string>();

  constructor(
    private readonly url: string,
    private readonly document: ApiDocument,
  ) {
    addFormats.default(this.ajv);
    this.ajv.addSchema(withoutExtraFields(document), 'api');
  }

  /** @throws Error when the document does not describe the response */
  async request(
    method: Method,
    path: string,
    { token, body, headers, signal }: RequestOptions = {},
  ): Promise<CheckedResponse> {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${this.url}${path}`, {
      method: method.toUpperCase(),
      headers: {
        ...(text === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
      ...(signal === undefined ? {} : { signal }),
    });
    const isStream = response.headers.get('content-type') === 'text/event-stream';
    const isOpen = isStream && signal !== undefined;
    if (isOpen) this.openStreams.push(response);
    const content = isOpen ? '' : await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: this.check(method, path, response, content),
    };
  }

  /** Responses that the document describes and no request has had. */
  missing(): string[] {
    return operationsOf(this.document).flatMap(({ method, path, operation }) =>
      Object.keys(operation.responses)
        .filter((status) => status !== 'default')
        .map((status) => `${method} ${path} ${status}`)
        .filter((response) => !this.checked.has(response)),
    );
  }

  /** Errors whose example is missing, or has not been sent in any response, whatever its numbers. */
  unsentExamples(): string[] {
    return operationsOf(this.document).flatMap(({ method, path, operation }) =>
      Object.entries(operation.responses).flatMap(([status, { content }]) => {
        const problem = content?.['application/problem+json'];
        if (problem === undefined) return [];
        const where = status === 'default' ? status : `${method} ${path} ${status}`;
        return this.problems.has(`${where} ${textOf(problem.example)}`) ? [] : [where];
      }),
    );
  }

  private check(method: Method, path: string, response: Response, text: string): unknown {
    const [pathname = ''] = path.split('?');
    const found = operationsOf(this.document).find(
      (one) =>
        one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
    );
    if (found === undefined) throw new Error(`${method} ${path} is not described`);
    const status = String(response.status) in found.operation.responses ? String(response.status) : 'default';
    const where = `${method} ${found.path} ${response.status}`;
    this.checked.add(where);
    const content = found.operation.responses[status]?.content;
    if (content === undefined) {
      if (text !== '') throw new Error(`${where} has a body, but none is described`);
      return null;
    }
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
    if (content[type] === undefined) throw new Error(`${where} is ${type}, which is not described: ${text}`);
    if (!type.endsWith('json')) return text;
    const body: unknown = JSON.parse(text);
    const pointer = ['paths', found.path, method, 'responses', status, 'content', type, 'schema'];
    const schema = `api#/${pointer.map((part) => encodeURIComponent(part.replaceAll('/', '~1'))).join('/')}`;
    if (!this.ajv.validate(schema, body)) throw new Error(`${where}: ${this.ajv.errorsText()}: ${text}`);
    if (response.status >= 400)
      this.problems.add(`${status === 'default' ? status : where} ${textOf(body as object)}`);
    return body;
  }
}

/** A problem without its checks, numbers and times. */
function textOf(problem: object | undefined): string {
  const named = Object.entries(problem ?? {}).filter(([name]) => name !== 'checks');
  return JSON.stringify(Object.fromEntries(named)).replaceAll(/[\d.:TZ-]*\d[\d.:TZ-]*/g, '#');
}

/** A field that no schema names fails the check. */
function withoutExtraFields(document: ApiDocument): ApiDocument {
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => [
    name,
    schema.type === 'object' ? { additionalProperties: false, ...schema } : schema,
  ]);
  return {
    ...document,
    components: { schemas: Object.fromEntries(schemas) as ApiDocument['components']['schemas'] },
  };
}
