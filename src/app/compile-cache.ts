import module from 'node:module';
import { join } from 'node:path';

/** Among what the packages keep: whoever may write there may change the program as well. */
const FOLDER = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'movie-pipeline', 'compiled');

/** What is loaded from now on is kept compiled for the next start, where Node can do that (22.8 and later). */
export function keepCompiled(): void {
  if ('enableCompileCache' in module) module.enableCompileCache(FOLDER);
}
