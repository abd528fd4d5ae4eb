import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type Client, escapeIdentifier } from 'pg';
import { BackgroundLoop } from '../../common/background-loop.js';
import { CLOCK, type Clock } from '../../common/clock.js';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { OpenDatabase } from '../../database/connection/open-database.js';
import { type BackgroundIndex, MOVIE_INDEXES, TRIGRAMS } from './movie-indexes.js';

/** A process that ends sooner builds nothing. */
const FIRST_AFTER_MS = 5_000;
/** Between two attempts: another process is building, or the last one failed. */
const RETRY_AFTER_MS = 60_000;
const LOCK = `hashtextextended('movie-pipeline indexes in ' || $1, 0)`;

/**
 * Builds the indexes that reading needs: at the start of a worker while there are no movies, otherwise after the start and
 * without blocking writes. One process builds at a time; what it leaves unfinished is dropped and built by the next. Until an
 * index is there, queries work without it.
 */
@Injectable()
export class BackgroundIndexes implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(BackgroundIndexes.name);
  private readonly loop: BackgroundLoop;
  /** The session that builds. */
  private builderPid: number | null = null;

  constructor(
    private readonly database: OpenDatabase,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.loop = new BackgroundLoop(clock, async () =>
      (await this.attempt(() => this.tryToBuild())) ? null : RETRY_AFTER_MS,
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.roles.includes('worker')) return;
    const complete = await this.attempt(async () => !(await this.hasMovies()) && (await this.tryToBuild()));
    if (!complete) this.loop.start(FIRST_AFTER_MS);
  }

  async onModuleDestroy(): Promise<void> {
    const stopped = this.loop.stop();
    // Ending the connection alone would leave the server building.
    if (this.builderPid !== null) {
      await this.database.pool
        .query('SELECT pg_terminate_backend($1)', [this.builderPid])
        .catch(() => undefined);
    }
    await stopped;
  }

  /** Names of the indexes that are absent, unfinished or invalid. */
  async missing(): Promise<readonly string[]> {
    const { rows } = await this.database.pool.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid
       WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND i.indisvalid`,
      [this.database.schema],
    );
    const valid = new Set(rows.map(({ name }) => name));
    const hasTrigrams = (await this.trigramsSchema()) !== null;
    return MOVIE_INDEXES.flatMap(({ name, extension }) =>
      valid.has(name) || (extension !== undefined && !hasTrigrams) ? [] : [name],
    );
  }

  /** Schema of the extension pg_trgm; null where it is not installed. */
  async trigramsSchema(): Promise<string | null> {
    const { rows } = await this.database.pool.query<{ schema: string }>(
      'SELECT nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = $1',
      [TRIGRAMS],
    );
    return rows[0]?.schema ?? null;
  }

  /** Builds the missing indexes. Returns whether none is missing afterwards. */
  async build(): Promise<boolean> {
    await this.createTrigrams();
    if ((await this.missing()).length === 0) return true;
    const client = await this.database.openSession();
    try {
      const { rows } = await client.query<{ acquired: boolean; pid: number }>(
        `SELECT pg_try_advisory_lock(${LOCK}) AS acquired, pg_backend_pid() AS pid`,
        [this.database.schema],
      );
      if (rows[0]?.acquired !== true) {
        this.logger.log({
          event: 'index.busy',
          reason: 'Another session builds the indexes, or holds the lock for it.',
        });
        return false;
      }
      this.builderPid = rows[0].pid;
      await client.query(
        `SELECT set_config('search_path', concat_ws(',', quote_ident($1), quote_ident($2)), false)`,
        [this.database.schema, await this.trigramsSchema()],
      );
      const missing = new Set(await this.missing());
      for (const index of MOVIE_INDEXES)
        if (missing.has(index.name)) {
          this.loop.signal.throwIfAborted();
          await this.create(client, index);
        }
      return true;
    } finally {
      this.builderPid = null;
      await client.end();
    }
  }

  private async hasMovies(): Promise<boolean> {
    const { rows } = await this.database.pool.query<{ found: boolean }>(
      'SELECT EXISTS (SELECT FROM movies) AS found',
    );
    return rows[0]?.found === true;
  }

  private async isOwner(): Promise<boolean> {
    const { rows } = await this.database.pool.query<{ owner: boolean }>(
      `SELECT pg_has_role(relowner, 'USAGE') AS owner FROM pg_class WHERE oid = 'movies'::regclass`,
    );
    return rows[0]?.owner === true;
  }

  /** Where the role may not, or the server lacks it, `doctor` gives the statement for an administrator. */
  private async createTrigrams(): Promise<void> {
    if ((await this.trigramsSchema()) !== null) return;
    try {
      await this.database.pool.query(`CREATE EXTENSION IF NOT EXISTS ${TRIGRAMS}`);
    } catch (error) {
      this.logger.warn({ event: 'extension.not_created', extension: TRIGRAMS, reason: String(error) });
    }
  }

  private async create(client: Client, { name, definition }: BackgroundIndex): Promise<void> {
    const concurrently = (await this.hasMovies()) ? 'CONCURRENTLY' : '';
    // A concurrent build waits for every transaction that is older, and blocks none.
    if (concurrently !== '') await client.query('SET lock_timeout = 0');
    const startedMs = this.clock.monotonicMs();
    const index = escapeIdentifier(name);
    // The search path has the schema of pg_trgm too, where another installation may have indexes of these names.
    await client.query(
      `DROP INDEX ${concurrently} IF EXISTS ${escapeIdentifier(this.database.schema)}.${index}`,
    );
    await client.query(`CREATE INDEX ${concurrently} ${index} ON ${definition}`);
    const ms = Math.round(this.clock.monotonicMs() - startedMs);
    this.logger.log({ event: 'index.created', index: name, ms });
  }

  /** Returns whether there is nothing left to do for this process. */
  private async tryToBuild(): Promise<boolean> {
    if (await this.isOwner()) return this.build();
    const missing = await this.missing();
    if (missing.length > 0) {
      const reason =
        'Only the owner of the tables may build them. As the owner: movie-pipeline migrate --grant-to ROLE';
      this.logger.warn({ event: 'index.missing', missing, reason });
    }
    return true;
  }

  /** False when the database failed, too. */
  private async attempt(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      if (!this.loop.signal.aborted) this.logger.warn({ event: 'index.build_failed', reason: String(error) });
      return false;
    }
  }
}
