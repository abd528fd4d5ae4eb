import { execFile } from 'node:child_process';
import { readFile, rm, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Closing } from './closing.js';

const run = promisify(execFile);

/** A built working copy that is measured. */
export interface Target {
  /** `now`, or the git ref that it is compared with. */
  readonly name: string;
  readonly root: string;
}

const ROOT = join(import.meta.dirname, '..', '..');

/** This working copy, as `npm run bench` has built it. */
export const NOW: Target = { name: 'now', root: ROOT };

/** The built file of a module below `src`. */
export function built(target: Target, module: string): string {
  return join(target.root, 'dist', module);
}

/** Loads a built module. `Module` says what it is in this working copy; another ref's has to be alike. */
export async function load<Module>(target: Target, module: string): Promise<Module> {
  return (await import(pathToFileURL(built(target, module)).href)) as Module;
}

/** Checks a ref out below `folder` and builds it, with our packages where it names the same. */
export async function buildRef(ref: string, folder: string, closing: Closing): Promise<Target> {
  const root = join(folder, 'against');
  const git = (...args: string[]): Promise<unknown> => run('git', args, { cwd: ROOT });
  closing.add(async () => {
    await rm(root, { recursive: true, force: true });
    await git('worktree', 'prune');
  });
  await git('worktree', 'add', '--detach', root, ref);
  const bin = join(root, 'node_modules', '.bin');
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  };
  if (await sameFile('package-lock.json', root)) {
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'), 'junction');
  } else {
    await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root, env });
  }
  for (const command of ['prisma generate', 'nest build']) {
    const [program = '', ...args] = command.split(' ');
    await run(join(bin, program), args, { cwd: root, env });
  }
  return { name: ref, root };
}

async function sameFile(name: string, root: string): Promise<boolean> {
  const [ours, theirs] = await Promise.all([readFile(join(ROOT, name)), readFile(join(root, name))]);
  return ours.equals(theirs);
}
