import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'shared', 'tmdb', 'recordings');

/** Answers that TMDB gave, kept outside of this repository, for they are TMDB's. */
const hasRecordings = existsSync(FOLDER);

/** As `describe`; without the recordings its tests are skipped, and the title says why. */
export function describeRecordings(title: string, tests: () => void): void {
  if (hasRecordings) describe(title, tests);
  else describe.skip(`${title} (skipped: there are no recordings of TMDB's answers here)`, tests);
}

/** Paths of all recorded bodies below a folder of recordings; one that is nowhere where its tests are skipped. */
export function recordingsOf(folder: string): string[] {
  if (!hasRecordings) return [join(folder, 'nothing.json')];
  return readdirSync(join(FOLDER, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
}

export function recording(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as Record<string, unknown>;
}

/** One JSON body a line. */
export function recordedLines(path: string): Record<string, unknown>[] {
  const lines = readFileSync(join(FOLDER, path), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
