import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config.js';
import { type Manifest, MANIFEST, readManifest } from './manifest.js';
import { publishAs } from './publish.js';

export interface Snapshot {
  /** Of its folder: the time of the snapshot, to the second. */
  readonly name: string;
  readonly manifest: Manifest;
}

export interface SnapshotFile {
  /** Of the snapshot. */
  readonly folder: string;
  readonly name: string;
  /** Hexadecimal; null for the manifest. */
  readonly sha256: string | null;
}

/** Renamed first, so that an interrupted deletion leaves no snapshot without its manifest. */
const DELETED = '.deleted-';
const NAME = /^\d{8}T\d{6}Z$/;

/** The snapshots in EXPORT_DIR. Without it there are none. */
@Injectable()
export class Snapshots {
  private readonly logger = new Logger(Snapshots.name);

  constructor(@Inject(APP_CONFIG) private readonly config: Pick<AppConfig, 'exports'>) {}

  /** Newest first. */
  async list(): Promise<readonly Snapshot[]> {
    const { folder } = this.config.exports;
    if (folder === null) return [];
    const names = (await namesIn(folder)).filter((name) => NAME.test(name));
    const snapshots = await Promise.all(
      names.map(async (name) => ({ name, manifest: await readManifest(join(folder, name)) })),
    );
    return snapshots
      .flatMap(({ name, manifest }) => (manifest === null ? [] : { name, manifest }))
      .sort((a, b) => (a.name < b.name ? 1 : -1));
  }

  /** A file that a manifest names, or the manifest; null if there is none. Neither name is used as a path before. */
  async file(snapshot: string, name: string): Promise<SnapshotFile | null> {
    const { folder } = this.config.exports;
    const found = (await this.list()).find((known) => known.name === snapshot);
    if (folder === null || found === undefined) return null;
    const place = { folder: join(folder, found.name), name };
    if (name === MANIFEST) return { ...place, sha256: null };
    const file = found.manifest.files.find((known) => known.name === name);
    return file === undefined ? null : { ...place, sha256: file.sha256 };
  }

  /** Publishes a new snapshot in EXPORT_DIR, and deletes the oldest beyond EXPORT_KEEP. */
  async publish(folder: string, written: string, { snapshot_time: time }: Manifest): Promise<void> {
    await publishAs(`${time.slice(0, 19).replace(/[-:]/g, '')}Z`, folder, written);
    await this.delete(folder, (await this.list()).slice(this.config.exports.keep));
  }

  /** Deletes all snapshots in EXPORT_DIR. Returns how many there were. */
  async deleteAll(): Promise<number> {
    const { folder } = this.config.exports;
    const snapshots = await this.list();
    if (folder !== null) await this.delete(folder, snapshots);
    return snapshots.length;
  }

  private async delete(folder: string, snapshots: readonly Snapshot[]): Promise<void> {
    for (const { name } of snapshots) {
      await rename(join(folder, name), join(folder, `${DELETED}${name}`)).catch(this.notDeleted);
    }
    for (const name of (await namesIn(folder)).filter((found) => found.startsWith(DELETED))) {
      await rm(join(folder, name), { recursive: true, force: true }).catch(this.notDeleted);
    }
  }

  /** The next export tries again. */
  private readonly notDeleted = (error: unknown): void => {
    this.logger.warn({ event: 'export.old_snapshot_not_deleted', reason: String(error) });
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
