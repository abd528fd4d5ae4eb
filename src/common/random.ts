/** Returns a number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** Injection token of {@link Random}. */
export const RANDOM = Symbol('Random');
