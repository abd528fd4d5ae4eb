import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Inject, Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { OpenDatabase } from '../../database/connection/open-database.js';
import { UPDATE_POPULARITY } from '../../movies/sql/popularity-sql.js';
import { ExportRefusedError } from '../../runs/item-failure.js';
import { RunAborted } from '../../runs/run-ending.js';
import type { LeaderLease } from '../../runs/run-lease.js';
import { ExportFetchError, type IdExport, TmdbExports } from '../../tmdb/tmdb-exports.js';
import { copyRows } from './copy-rows.js';
import * as sql from './import-sql.js';

export interface ImportReport {
  /** The date of the exports, as ISO. */
  readonly day: string;
  readonly movies: number;
  /** Null: adult movies were not imported. */
  readonly adult: number | null;
  /** Movies that the exports no longer name. */
  readonly missing: number;
  /** Stored movies whose popularity was replaced. */
  readonly popularities: number;
}

interface State {
  readonly today: string;
  readonly yesterday: string;
  /** Of the last accepted import; null: there is none. */
  readonly lastDay: string | null;
  readonly movies: number | null;
  readonly adult: number | null;
  readonly hasAdult: boolean;
}

interface Exports {
  readonly day: string;
  readonly movies: IdExport;
  readonly adult: IdExport | null;
}

/** An export with fewer rows than this share of those of the last accepted one is refused. */
const MIN_SHARE = 0.98;

/** Imports TMDB's daily id exports into the table `catalogue`, all of them or nothing. */
@Injectable()
export class CatalogueImporter {
  private readonly withAdult: boolean;

  constructor(
    private readonly database: OpenDatabase,
    private readonly exports: TmdbExports,
    @Inject(APP_CONFIG) { catalogue }: AppConfig,
  ) {
    this.withAdult = catalogue.adult;
  }

  /**
   * Imports the exports of today, or those of yesterday if today's are not published yet. Null: they are imported already.
   * Nothing is changed when this rejects.
   * @throws ExportRefusedError, ExportFetchError, RunAborted when the lease is lost, or the signal's reason
   */
  async importNewest(lease: LeaderLease, signal: AbortSignal): Promise<ImportReport | null> {
    const client = await this.database.pool.connect();
    let isReleased = false;
    const release = (destroy: boolean): void => {
      if (!isReleased) client.release(destroy);
      isReleased = true;
    };
    // Ends a statement in progress, too.
    const onAbort = (): void => {
      release(true);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      const report = await this.within(client, lease, signal);
      release(false);
      return report;
    } catch (error) {
      release(true);
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  private async within(
    client: PoolClient,
    { runId, fencingToken }: LeaderLease,
    signal: AbortSignal,
  ): Promise<ImportReport | null> {
    const { rows } = await client.query<State>(sql.SELECT_STATE);
    const [state] = rows;
    const found = state === undefined ? null : await this.find(state, signal);
    if (state === undefined || found === null) return null;
    const { day } = found;
    await client.query('BEGIN');
    await client.query(sql.CREATE_STAGING);
    // The smaller one first: the other connection waits meanwhile.
    const adult = found.adult === null ? null : await stage(client, found.adult, 'adult', signal);
    const movies = await stage(client, found.movies, 'movies', signal);
    checkRows('movies', movies, state.movies);
    if (adult !== null) checkRows('adult movies', adult, state.adult);
    await client.query('ANALYZE catalogue_staging');
    const duplicate = await client.query<{ id: number }>(sql.SELECT_DUPLICATE);
    const [twice] = duplicate.rows;
    if (twice !== undefined) throw new ExportRefusedError(`the file of ${day} names movie ${twice.id} twice`);
    await client.query(sql.MERGE, [day]);
    const missing = await client.query(sql.MARK_MISSING, [day, adult !== null]);
    const popularities = await client.query(UPDATE_POPULARITY);
    const recorded = await client.query(sql.RECORD_IMPORT, [day, movies, adult, runId, fencingToken]);
    if (recorded.rowCount === 0) throw new RunAborted({ kind: 'lost' });
    await client.query('COMMIT');
    await client.query('ANALYZE catalogue');
    return { day, movies, adult, missing: missing.rowCount ?? 0, popularities: popularities.rowCount ?? 0 };
  }

  /** The newest exports that are not imported; null when the newest are. */
  private async find(state: State, signal: AbortSignal): Promise<Exports | null> {
    const { today, yesterday, lastDay, hasAdult } = state;
    for (const day of [today, yesterday]) {
      const isImported =
        lastDay !== null && (day < lastDay || (day === lastDay && (hasAdult || !this.withAdult)));
      if (isImported) return null;
      const found = await this.open(day, signal);
      if (found !== null) return found;
    }
    throw new ExportRefusedError(`TMDB has published none of ${today} or ${yesterday} (403)`);
  }

  private async open(day: string, signal: AbortSignal): Promise<Exports | null> {
    const movies = await this.exports.open('movies', day, signal);
    if (movies === null) return null;
    const adult = this.withAdult ? await this.exports.open('adult', day, signal) : null;
    const opened = [movies, ...(adult === null ? [] : [adult])];
    const isWhole = adult !== null || !this.withAdult;
    const isOlder = opened.some(({ lastModified }) => lastModified !== null && lastModified < new Date(day));
    if (isWhole && !isOlder) return { day, movies, adult };
    for (const { body } of opened) body.destroy();
    if (!isWhole) return null;
    throw new ExportRefusedError(
      `the file of ${day} is of another date: it was last modified before that day`,
    );
  }
}

/** Copies an export into the staging table. Returns how many rows it has. */
async function stage(
  client: PoolClient,
  { body }: IdExport,
  kind: 'movies' | 'adult',
  signal: AbortSignal,
): Promise<number> {
  const copy = client.query(copyFrom(sql.COPY_STAGING));
  const rows = (chunks: AsyncIterable<Buffer>): AsyncGenerator<string> => copyRows(chunks, kind);
  try {
    await pipeline(received(body), createGunzip(), rows, copy, { signal });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw error;
    const fault = code === 'Z_BUF_ERROR' ? 'cut: its gzip ends early' : 'damaged: its gzip is not valid';
    throw new ExportRefusedError(`the file is ${fault}`);
  }
  return copy.rowCount;
}

/** Tells a lost connection to the server of the exports from one to the database. */
async function* received(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ExportFetchError(`the connection was lost (${code})`, true);
  }
}

/** @param last rows of the last accepted export; null: there is none */
function checkRows(kind: string, rows: number, last: number | null): void {
  if (rows === 0 && kind === 'movies') throw new ExportRefusedError('the file is empty');
  if (last === null || rows >= MIN_SHARE * last) return;
  throw new ExportRefusedError(
    `it names ${rows} ${kind}, less than 98 % of the ${last} of the last accepted one`,
  );
}
