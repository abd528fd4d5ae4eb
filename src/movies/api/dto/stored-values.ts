/** Reads a JSON column, which an older version or another program may have written. Null: it is not of the expected kind. */
export type Reader = (value: unknown) => unknown;

type Kinds = Readonly<Record<string, 'string' | 'number'>>;

const list = (value: unknown): readonly unknown[] | null =>
  Array.isArray(value) ? (value as unknown[]) : null;

export const texts: Reader = (value) => list(value)?.filter((item) => typeof item === 'string') ?? null;
export const numbers: Reader = (value) => list(value)?.filter((item) => typeof item === 'number') ?? null;

/** An object with these keys, of which the optional ones are null where the value has another kind. */
export function entry(required: Kinds, optional: Kinds): Reader {
  return (value) => {
    if (typeof value !== 'object' || value === null) return null;
    const stored = value as Readonly<Record<string, unknown>>;
    if (Object.entries(required).some(([key, kind]) => typeof stored[key] !== kind)) return null;
    const kept = Object.keys(required).map((key) => [key, stored[key]]);
    const rest = Object.entries(optional).map(([key, kind]) => [
      key,
      typeof stored[key] === kind ? stored[key] : null,
    ]);
    return Object.fromEntries([...kept, ...rest]) as unknown;
  };
}

/** A list of such objects, without those that lack a required key. */
export function entries(required: Kinds, optional: Kinds): Reader {
  const read = entry(required, optional);
  return (value) =>
    list(value)
      ?.map(read)
      .filter((item) => item !== null) ?? null;
}
