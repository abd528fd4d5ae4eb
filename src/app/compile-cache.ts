import module from 'node:module';
import { join } from 'node:path';

/** In node_modules: a user who can write there can change the program anyway. */
const FOLDER = join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'movie-pipeline', 'compiled');

/** Caches the compiled code of the modules that are loaded from now on, for the next start. */
export function enableCompileCache(): void {
  module.enableCompileCache(FOLDER);
}
