import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this program's package.json, also from `dist/`. */
export function projectFolder(from = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('No package.json above the program. Install the package again.');
  return projectFolder(parent);
}
