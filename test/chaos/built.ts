import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** A file of the built program; this suite stands beside it, and its processes are of it. */
export function built(file: string): string {
  return join(ROOT, 'dist', file);
}

/** What `npm start` gives to Node. */
export function startFlags(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  return scripts.start.match(/--[\w-]+=\d+/g) ?? [];
}

export const { Dice } = (await import(
  built('sandbox/random.js')
)) as typeof import('../../src/sandbox/random.js');
export type Dice = InstanceType<typeof Dice>;
