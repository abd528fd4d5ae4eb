import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** The path of a file of the built product, which the suite starts and imports from. */
export function built(file: string): string {
  return join(ROOT, 'dist', file);
}

export const { Dice } = (await import(
  built('sandbox/random.js')
)) as typeof import('../../src/sandbox/random.js');
export type Dice = InstanceType<typeof Dice>;

export const { launchSandbox } = (await import(
  built('sandbox/launch.js')
)) as typeof import('../../src/sandbox/launch.js');
