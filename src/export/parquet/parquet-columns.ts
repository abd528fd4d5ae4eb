import type { ColumnSource, SchemaElement } from 'hyparquet-writer';
import type { ExportedColumn, ExportedType } from '../../movies/exported-tables.js';

interface ParquetType {
  /** The element of the column, and those below it. */
  readonly elements: (name: string) => readonly SchemaElement[];
  /** What the file says of the element, where the writer must not know it. */
  readonly described?: Partial<SchemaElement>;
  /** A value from PostgreSQL's binary format. */
  readonly decode: (field: Buffer) => unknown;
  readonly options?: Partial<ColumnSource>;
}

/** PostgreSQL counts dates and times from the year 2000, Parquet from 1970. */
const EPOCH_DAYS = 10_957;
const EPOCH_MICROSECONDS = 946_684_800_000_000n;

const STRING = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;

const TYPES: Readonly<Record<ExportedType, ParquetType>> = {
  boolean: { elements: leaf({ type: 'BOOLEAN' }), decode: (field) => field[0] === 1 },
  int: { elements: leaf({ type: 'INT32' }), decode: (field) => field.readInt32BE() },
  bigint: { elements: leaf({ type: 'INT64' }), decode: (field) => field.readBigInt64BE() },
  double: { elements: leaf({ type: 'DOUBLE' }), decode: (field) => field.readDoubleBE() },
  text: { elements: leaf(STRING), decode: (field) => field.toString('utf8') },
  date: {
    elements: leaf({ type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } }),
    decode: (field) => field.readInt32BE() + EPOCH_DAYS,
  },
  timestamp: {
    elements: leaf({
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    }),
    decode: (field) => field.readBigInt64BE() + EPOCH_MICROSECONDS,
  },
  json: {
    // The bytes are JSON already; the writer would take them for a value to write as JSON.
    elements: leaf({ type: 'BYTE_ARRAY' }),
    described: { converted_type: 'JSON', logical_type: { type: 'JSON' } },
    decode: (field) => field,
    options: { encoding: 'PLAIN', statistics: false },
  },
  'text-list': { elements: list(STRING), decode: listOf((element) => typeof element === 'string') },
  'int-list': { elements: list({ type: 'INT32' }), decode: listOf(Number.isInteger) },
};

function leaf(element: Omit<SchemaElement, 'name'>): ParquetType['elements'] {
  return (name) => [{ ...element, name, repetition_type: 'OPTIONAL' }];
}

/** https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists */
function list(element: Omit<SchemaElement, 'name'>): ParquetType['elements'] {
  const outer = { converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 } as const;
  return (name) => [
    { ...outer, name, repetition_type: 'OPTIONAL' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { ...element, name: 'element', repetition_type: 'OPTIONAL' },
  ];
}

/** An element of another type becomes null, and so does a value that is no list: databases of other programs have both. */
function listOf(isElement: (element: unknown) => boolean): ParquetType['decode'] {
  return (field) => {
    const value: unknown = JSON.parse(field.toString('utf8'));
    return Array.isArray(value)
      ? value.map((element) => (isElement(element) ? (element as unknown) : null))
      : null;
  };
}

/** The schema by which the writer encodes, and the one that the file has. Both have the same elements. */
export function parquetSchemas(
  columns: readonly ExportedColumn[],
): Record<'encoded' | 'described', SchemaElement[]> {
  const root = { name: 'schema', num_children: columns.length };
  const elements = columns.map(({ name, type }) => TYPES[type].elements(name));
  const described = columns.map(({ name, type }) => {
    const [first, ...others] = TYPES[type].elements(name);
    return [{ ...first, name, ...TYPES[type].described }, ...others];
  });
  return { encoded: [root, ...elements.flat()], described: [root, ...described.flat()] };
}

/** Collects rows by column, as Parquet writes them. */
export class ColumnBuffer {
  rows = 0;
  private data: unknown[][];

  constructor(private readonly columns: readonly ExportedColumn[]) {
    this.data = columns.map(() => []);
  }

  add(row: readonly (Buffer | null)[]): void {
    this.columns.forEach(({ type }, index) => {
      const field = row[index] ?? null;
      this.data[index]?.push(field === null ? null : TYPES[type].decode(field));
    });
    this.rows++;
  }

  /** Empties the buffer. */
  take(): ColumnSource[] {
    const taken = this.columns.map(({ name, type }, index) => ({
      ...TYPES[type].options,
      name,
      data: this.data[index] ?? [],
    }));
    this.data = this.columns.map(() => []);
    this.rows = 0;
    return taken;
  }
}
