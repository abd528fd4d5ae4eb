import { existsSync, renameSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './exporter.js';
import { type Manifest, MANIFEST, readManifest } from './manifest.js';

/**
 * Replaces the snapshot in a folder, which may be a mount point and is therefore not renamed itself. The manifest goes first
 * and comes last: a folder without one has no whole snapshot. Files that only the former snapshot had are deleted.
 */
export async function publishInto(folder: string, written: string, { files }: Manifest): Promise<void> {
  const former = await readManifest(folder);
  const names = files.map(({ name }) => name);
  rmSync(join(folder, MANIFEST), { force: true });
  for (const name of [...names, MANIFEST]) renameSync(join(written, name), join(folder, name));
  for (const { name } of former?.files ?? []) {
    if (!names.includes(name)) rmSync(join(folder, name), { force: true });
  }
  await syncFolder(folder);
}

/** Publishes a snapshot as a folder of its own. */
export async function publishAs(name: string, folder: string, written: string): Promise<void> {
  const target = join(folder, name);
  if (existsSync(target)) throw new Error(`There is a snapshot ${name} already.`);
  await rename(written, target);
  await syncFolder(folder);
}
