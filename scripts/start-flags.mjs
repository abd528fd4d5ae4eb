import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The flags that `npm start` passes to Node, in the copy of the project at `root`. */
export function startFlags(root) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return scripts.start.match(/--[\w-]+=\d+/g) ?? [];
}
