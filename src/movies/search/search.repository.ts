import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { sqlStateOf } from '../../database/errors/database-fault.js';
import { PrismaService, type Sql, type Transaction } from '../../database/prisma.service.js';
import { distanceWithin, oneEditAway } from './edit-distance.js';
import { normaliseTitle } from './normalise-title.js';
import { type SearchForm, searchForms, typoForms } from './search-query.js';
import {
  type Match,
  MATCHES,
  SELECT_READY,
  selectMatches,
  selectSimilar,
  selectSuggestions,
} from './search-sql.js';

/** What a list of results shows of a movie. */
export interface FoundMovie {
  readonly id: number;
  readonly title: string | null;
  readonly originalTitle: string | null;
  readonly originalLanguage: string | null;
  readonly overview: string | null;
  readonly releaseDate: Date | null;
  readonly voteAverage: number | null;
  readonly voteCount: number | null;
  readonly popularity: number | null;
  readonly posterUrl: string | null;
}

export interface SearchHit extends FoundMovie {
  readonly match: Match;
}

export interface Search {
  readonly query: string;
  /** Of the release; null: any. */
  readonly year: number | null;
  readonly limit: number;
}

/** A search that takes longer answers with what it has found. */
const DEADLINE_MS = 500;
/** SQLSTATE query_canceled: the statement timeout. */
const CANCELED = '57014';
const WORD_SIMILARITY = '0.5';
const TYPO_RANK = 2 * MATCHES.indexOf('typo');

const FOUND_MOVIE = {
  ...{
    id: true,
    title: true,
    originalTitle: true,
    originalLanguage: true,
    overview: true,
    releaseDate: true,
  },
  ...{ voteAverage: true, voteCount: true, popularity: true, posterUrl: true },
} as const;

interface Ranked {
  readonly id: number;
  /** Twice the index in MATCHES, and more for the worse among equals. */
  readonly rank: number;
  readonly popularity: number | null;
}

/** Finds movies by their titles in `movie_titles`. */
@Injectable()
export class SearchRepository {
  private ready = false;

  constructor(
    private readonly prisma: PrismaService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Movies by kind of match, then popularity, each once. Looks for typos where the others are fewer than `limit`. */
  async search({ query, year, limit }: Search): Promise<readonly SearchHit[]> {
    const found = new Map<number, Ranked>();
    const add = (hits: readonly Ranked[]): void => {
      for (const hit of hits) if (hit.rank < (found.get(hit.id)?.rank ?? Infinity)) found.set(hit.id, hit);
    };
    await this.untilDeadline(DEADLINE_MS, async (select, tx) => {
      for (const form of searchForms(query, year)) add(await select<Ranked>(selectMatches(form, limit)));
      if (found.size >= limit || !(await findTrigrams(tx))) return;
      for (const form of typoForms(query, year)) add(await similar(form, select));
    });
    const best = [...found.values()]
      .sort((a, b) => a.rank - b.rank || (b.popularity ?? 0) - (a.popularity ?? 0) || a.id - b.id)
      .slice(0, limit);
    const movies = await this.movies(best.map(({ id }) => id));
    return best.flatMap(({ id, rank }) => {
      const movie = movies.get(id);
      return movie === undefined ? [] : [{ ...movie, match: matchOf(rank) }];
    });
  }

  /** The most popular movies with a title that begins with what was typed. */
  async suggest(typed: string, limit: number): Promise<readonly FoundMovie[]> {
    const prefix = normaliseTitle(typed);
    if (prefix === '') return [];
    const ids: number[] = [];
    await this.untilDeadline(DEADLINE_MS, async (select) => {
      ids.push(...(await select<{ id: number }>(selectSuggestions(prefix, limit))).map(({ id }) => id));
    });
    const movies = await this.movies(ids);
    return ids.flatMap((id) => movies.get(id) ?? []);
  }

  /** Whether all movies have titles, and the index exists that keeps searches short. */
  async isReady(): Promise<boolean> {
    this.ready ||= (await this.prisma.$queryRaw<{ ready: boolean }[]>(SELECT_READY))[0]?.ready === true;
    return this.ready;
  }

  private async movies(ids: readonly number[]): Promise<ReadonlyMap<number, FoundMovie>> {
    const movies = await this.prisma.movie.findMany({ where: { id: { in: [...ids] } }, select: FOUND_MOVIE });
    return new Map(movies.map((movie) => [movie.id, movie]));
  }

  /** Runs statements in a transaction until the time is over; the one that runs then is cancelled. */
  private async untilDeadline(
    ms: number,
    run: (select: <Row>(query: Sql) => Promise<Row[]>, tx: Transaction) => Promise<void>,
  ): Promise<void> {
    const deadlineMs = this.clock.monotonicMs() + ms;
    try {
      await this.prisma.$transaction(async (tx) => {
        const select = async <Row>(query: Sql): Promise<Row[]> => {
          const left = Math.max(1, Math.round(deadlineMs - this.clock.monotonicMs()));
          await configure(tx, { ...PLANS, statement_timeout: String(left) });
          return tx.$queryRaw<Row[]>(query);
        };
        await run(select, tx);
      });
    } catch (error) {
      if (sqlStateOf(error) !== CANCELED) throw error;
    }
  }
}

function matchOf(rank: number): Match {
  return MATCHES[Math.floor(rank / 2)] ?? 'typo';
}

/** A planner that expects many rows of a frequent word would read whole tables until it has enough. */
const PLANS = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off', jit: 'off' };

async function configure(tx: Transaction, settings: Readonly<Record<string, string>>): Promise<void> {
  await tx.$queryRaw`
    SELECT set_config(key, value, true) FROM json_each_text(${JSON.stringify(settings)}::json)`;
}

/** Makes pg_trgm's operators visible until the end of the transaction. Returns whether typos can be looked for. */
async function findTrigrams(tx: Transaction): Promise<boolean> {
  const [found] = await tx.$queryRaw<{ path: string }[]>`
    SELECT quote_ident(current_schema()) || ',' || quote_ident(nspname) AS path
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    JOIN pg_index i ON i.indexrelid = to_regclass('movie_titles_trigrams') AND i.indisvalid
    WHERE extname = 'pg_trgm'`;
  if (found === undefined) return false;
  await configure(tx, {
    search_path: found.path,
    'pg_trgm.word_similarity_threshold': WORD_SIMILARITY,
  });
  return true;
}

async function similar(
  form: SearchForm,
  select: <Row>(query: Sql) => Promise<Row[]>,
): Promise<readonly Ranked[]> {
  const candidates = await select<{ id: number; title: string; popularity: number | null }>(
    selectSimilar(form, oneEditAway(form.title)),
  );
  const most = Math.max(1, Math.floor(form.title.length / 3)) + 0.5;
  return candidates.flatMap(({ id, title, popularity }) => {
    const distance = distanceWithin(form.title, title);
    return distance <= most ? [{ id, popularity, rank: TYPO_RANK + distance }] : [];
  });
}
