import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A file of the built program; this suite stands beside it, and its processes are of it. */
export function built(file: string): string {
  return join(ROOT, 'dist', file);
}

export const { Dice } = (await import(
  built('sandbox/random.js')
)) as typeof import('../../src/sandbox/random.js');
export type Dice = InstanceType<typeof Dice>;
