import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `npm start` gives to Node, in the copy of the project at `root`. */
export function startFlags(root) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return scripts.start.match(/--[\w-]+=\d+/g) ?? [];
}
