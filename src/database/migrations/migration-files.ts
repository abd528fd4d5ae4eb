import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder } from '../../common/project-folder.js';

export interface MigrationFile {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file in hexadecimal, as in `_prisma_migrations`. */
  readonly checksum: string;
}

export interface MigrationFolder {
  readonly path: string;
  readonly lockFile: string;
  /** Oldest first, at least one: the baseline. */
  readonly migrations: readonly [MigrationFile, ...MigrationFile[]];
}

let folder: Promise<MigrationFolder> | undefined;

/**
 * Reads `prisma/migrations` of this package once: an upgrade of its files does not change what a running process needs.
 */
export function readMigrationFolder(): Promise<MigrationFolder> {
  folder ??= readFolder();
  return folder;
}

async function readFolder(): Promise<MigrationFolder> {
  const path = join(prismaFolder(), 'migrations');
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const [baseline, ...later] = await Promise.all(names.sort().map((name) => readMigration(path, name)));
  if (baseline === undefined) throw new Error(`No migrations in ${path}: Install the package again.`);
  const lockFile = await readFile(join(path, 'migration_lock.toml'), 'utf8');
  return { path, lockFile, migrations: [baseline, ...later] };
}

/** The script that upgrades the tables of v2 and v3. */
export function readLegacyUpgrade(): Promise<string> {
  return readFile(join(prismaFolder(), 'legacy-upgrade.sql'), 'utf8');
}

/** Names of our tables, from the data model. */
export async function readTableNames(): Promise<readonly string[]> {
  const model = await readFile(join(prismaFolder(), 'schema.prisma'), 'utf8');
  return [...model.matchAll(/@@map\("(\w+)"\)/g)].map(([, name = '']) => name);
}

async function readMigration(path: string, name: string): Promise<MigrationFile> {
  const sql = await readFile(join(path, name, 'migration.sql'), 'utf8');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

function prismaFolder(): string {
  return join(projectFolder(), 'prisma');
}
