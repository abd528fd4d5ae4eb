import type { AnySchemaObject } from 'ajv';
import fc from 'fast-check';
import { type ApiDocument, type DescribedOperation, operationsOf } from './contract-checker.js';

export interface Attack {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    ...[
      '',
      ' ',
      '\0',
      'a\0b',
      '%00',
      '\ud800',
      '../../etc/passwd',
      "' OR 1=1 --",
      '{{7*7}}',
      '__proto__',
      'null',
    ],
    ...[
      'NaN',
      '1e999',
      '-0',
      '0x10',
      '99999999999999999999',
      '2026-02-30T00:00:00Z',
      '\u202e',
      '💥'.repeat(50),
    ],
  ),
  fc.integer({ min: 0, max: 3_000 }).map((length) => 'x'.repeat(length)),
);
const numbers = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(-1, 0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e308, -1e308),
);
const anything = fc.oneof(texts, numbers, fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 4 }));
/** Wide bodies, up to the limit of 100 kB. */
const wide = fc
  .tuple(fc.nat({ max: 45_000 }), fc.constantFrom('array', 'fields', 'list', 'name'))
  .map(([size, kind]) => {
    if (kind === 'array') return JSON.stringify(new Array(size).fill(0));
    if (kind === 'list') return JSON.stringify({ username: new Array(size).fill(0), categories: [size] });
    if (kind === 'name') return JSON.stringify({ ['\u0001'.repeat(size / 4)]: 0 });
    return JSON.stringify(Object.fromEntries(Array.from({ length: size / 5 }, (_, n) => [`f${n}`, 0])));
  });
const deep = fc.integer({ min: 1, max: 20_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth));

/** Values that the schema allows, and some that it does not. */
function valuesOf(name: string, schema: AnySchemaObject, { components }: ApiDocument): fc.Arbitrary<unknown> {
  const values: unknown = (components.schemas[String(schema.$ref).split('/').at(-1) ?? ''] ?? schema).enum;
  const type: unknown = schema.type;
  const fitting = Array.isArray(values)
    ? fc.constantFrom<unknown>(...(values as unknown[]))
    : type === 'boolean'
      ? fc.boolean()
      : type === 'integer' || type === 'number'
        ? numbers
        : texts;
  // Logins of one name are throttled.
  const fresh = name === 'username' ? fc.tuple(texts, fc.nat()).map((parts) => parts.join('')) : fitting;
  return fc.oneof({ weight: 4, arbitrary: fresh }, { weight: 1, arbitrary: anything });
}

/** Fields that the schema names, and sometimes another. */
function fieldsOf({ operation }: DescribedOperation, document: ApiDocument): fc.Arbitrary<object> {
  const reference = String(operation.requestBody?.content['application/json']?.schema.$ref ?? '');
  const schema = document.components.schemas[reference.split('/').at(-1) ?? ''] ?? {};
  const properties = Object.entries((schema.properties ?? {}) as Record<string, AnySchemaObject>);
  const known = fc.record(
    Object.fromEntries(properties.map(([name, of]) => [name, valuesOf(name, of, document)])),
    {
      requiredKeys: (schema.required ?? []) as string[],
    },
  );
  const other = fc.tuple(fc.constantFrom('__proto__', 'constructor', 'toString', 'color'), anything);
  return fc
    .tuple(known, fc.option(other, { freq: 8 }))
    .map(([fields, more]) =>
      Object.fromEntries([...Object.entries(fields), ...(more === null ? [] : [more])]),
    );
}

function bodies(described: DescribedOperation, document: ApiDocument): fc.Arbitrary<string | null> {
  const fields = fieldsOf(described, document);
  return fc.oneof(
    { weight: 60, arbitrary: fields.map((value) => JSON.stringify(value)) },
    { weight: 10, arbitrary: anything.map((value) => JSON.stringify(value)) },
    {
      weight: 6,
      arbitrary: fields.map((value) => new URLSearchParams(value as Record<string, string>).toString()),
    },
    { weight: 6, arbitrary: deep },
    { weight: 6, arbitrary: wide },
    { weight: 6, arbitrary: texts },
    { weight: 6, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant(`"${'x'.repeat(150_000)}"`) },
  );
}

const types = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/json') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        'application/x-www-form-urlencoded',
        'text/plain',
        'application/json; charset=utf-16',
        'multipart/form-data',
      ],
      ...['application/json;charset=nonsense', 'application/vnd.api+json', '', '*/*', 'x'],
    ),
  },
);

function headersWith(token: string): fc.Arbitrary<Record<string, string>> {
  const visible = fc.stringMatching(/^[\x20-\x7e]{0,300}$/);
  const authorization = fc.oneof(
    { weight: 4, arbitrary: fc.constant(`Bearer ${token}`) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.constantFrom(
          'Bearer ',
          'Bearer null',
          'Basic cm9vdDpyb290',
          `bearer ${token}x`,
          token,
          'Bearer a.b.c',
        ),
        fc.constant(`Bearer ${token.split('.').slice(0, 2).join('.')}.`),
        visible.map((text) => `Bearer ${text}`),
      ),
    },
  );
  const rest = fc.record(
    {
      'X-Request-Id': visible,
      'X-Forwarded-For': fc.oneof({ weight: 8, arbitrary: fc.ipV4() }, fc.ipV6(), visible),
      'Idempotency-Key': visible,
      'Last-Event-ID': visible,
      'Content-Encoding': fc.constantFrom('gzip', 'deflate', 'br', 'identity', 'x'),
      Accept: visible,
      'If-None-Match': visible,
      Range: fc.constantFrom('bytes=0-1', 'bytes=9-1'),
      Origin: fc.webUrl(),
    },
    { requiredKeys: ['X-Forwarded-For'] },
  );
  return fc.tuple(authorization, types, rest).map(([Authorization, type, more]) => ({
    ...more,
    Authorization,
    ...(type === '' ? {} : { 'Content-Type': type }),
  }));
}

function paths({ path, operation }: DescribedOperation): fc.Arbitrary<string> {
  const part = fc.oneof(
    texts,
    numbers.map(String),
    fc.constantFrom('1', '2', 'quick_update', '%ff', '..', '%2e%2e'),
  );
  const names = (operation.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
  const query = fc.array(
    fc.tuple(fc.constantFrom('color', '__proto__', ...names), fc.oneof(texts, numbers.map(String))),
    {
      maxLength: 4,
    },
  );
  const values = path.includes('{') ? part : fc.constant('');
  const repeated = fc.oneof(
    { weight: 30, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat({ max: 600 }) },
  );
  return fc.tuple(values, query, fc.boolean(), repeated).map(([value, pairs, raw, more]) => {
    const encoded = raw && /^[\w%.-]+$/.test(value) ? value : encodeURIComponent(value.toWellFormed());
    const search = [...pairs, ...Array.from({ length: more }, (_, n): [string, string] => [`q${n}`, ''])]
      .map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`)
      .join('&');
    return `${path.replaceAll(/\{\w+\}/g, encoded)}${search === '' ? '' : `?${search}`}`;
  });
}

/** Malformed and valid requests to the API's operations, most of them with a valid token. */
export function attacksOn(document: ApiDocument, token: string): fc.Arbitrary<Attack> {
  return fc.constantFrom(...operationsOf(document)).chain((described) =>
    fc.record({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant(described.method.toUpperCase()) },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            'GET',
            'HEAD',
            'OPTIONS',
            'PUT',
            'DELETE',
            'PATCH',
            'POST',
            'PROPFIND',
            'TRACE',
          ),
        },
      ),
      path: paths(described),
      headers: headersWith(token),
      body: bodies(described, document),
    }),
  );
}
