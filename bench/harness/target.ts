import { execFile } from 'node:child_process';
import { readFile, rm, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Cleanup } from './cleanup.js';
import { modulePath } from './layouts.js';

const run = promisify(execFile);

/** A built copy of the project that is measured. */
export interface Target {
  /** `now`, or the git ref to compare with. */
  readonly name: string;
  readonly root: string;
}

const ROOT = join(import.meta.dirname, '..', '..');

/** This working copy. `npm run bench` builds it. */
export const NOW: Target = { name: 'now', root: ROOT };

/** The path of a file below `dist`. */
export function built(target: Target, file: string): string {
  return join(target.root, 'dist', file);
}

/** Imports a built module. `Module` is its type in this working copy; in another ref it must be compatible. */
export async function load<Module>(target: Target, module: string): Promise<Module> {
  return (await import(pathToFileURL(built(target, modulePath(target.root, module))).href)) as Module;
}

/** Checks out a ref below `folder` and builds it. It shares our installed packages if its package-lock.json is the same. */
export async function buildRef(ref: string, folder: string, cleanup: Cleanup): Promise<Target> {
  const root = join(folder, 'against');
  const git = (...args: string[]): Promise<unknown> => run('git', args, { cwd: ROOT });
  cleanup.add(async () => {
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
  const [here, there] = await Promise.all([readFile(join(ROOT, name)), readFile(join(root, name))]);
  return here.equals(there);
}
