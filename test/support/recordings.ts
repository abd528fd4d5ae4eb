import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'shared', 'tmdb', 'recordings');

/** Recorded responses are TMDB's content, so they are kept outside of this repository. */
const hasRecordings = existsSync(FOLDER);

/** Like `describe`. Without the recordings the tests are skipped and the title gives the reason. */
export function describeRecordings(title: string, tests: () => void): void {
  if (hasRecordings) describe(title, tests);
  else describe.skip(`${title} (skipped: there are no recordings beside this repository)`, tests);
}

/** Paths of all recorded bodies in a folder. Without recordings, one path that does not exist, for tests that are skipped. */
export function recordingsOf(folder: string): string[] {
  if (!hasRecordings) return [join(folder, 'missing.json')];
  return readdirSync(join(FOLDER, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
}

export function recording(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as Record<string, unknown>;
}

/** The JSON bodies of a file with one per line. */
export function recordedLines(path: string): Record<string, unknown>[] {
  const lines = readFileSync(join(FOLDER, path), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
