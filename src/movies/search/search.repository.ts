import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common/clock.js';
import { ReadDeadlineError } from '../../database/bounded-reads.js';
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
  selectTitled,
} from './search-sql.js';

interface Titled {
  readonly id: number;
  readonly title: string;
  readonly popularity: number | null;
}

export interface SearchHit {
  readonly id: number;
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
/** Of this, what comparing trigrams takes at most for one reading of the query. */
const TRIGRAMS_MS = 250;
/** SQLSTATE query_canceled: the statement timeout. */
const CANCELED = '57014';
const WORD_SIMILARITY = '0.5';
/** Ranks of exact matches are below. */
const EXACT_RANKS = 2 * MATCHES.indexOf('prefix');
const TYPO_RANK = 2 * MATCHES.indexOf('typo');

interface Ranked {
  readonly id: number;
  /** Twice the index in MATCHES, and more for the worse among equals. */
  readonly rank: number;
  readonly popularity: number | null;
}

/** Runs a statement, for at most the time that is left. */
type Select = <Row>(query: Sql, atMostMs?: number) => Promise<Row[]>;

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
      if (found.size >= limit) return;
      const forms = typoForms(query, year);
      for (const form of forms) {
        add(typos(form, await select<Titled>(selectTitled(oneEditAway(form.title), form.year))));
      }
      // Comparing trigrams is expensive: not if a whole title matched, exactly or with one edit.
      const whole = [...found.values()].some(({ rank }) => rank < EXACT_RANKS || rank === TYPO_RANK + 1);
      if (found.size >= limit || whole || !(await findTrigrams(tx))) return;
      for (const form of forms) add(typos(form, await select<Titled>(selectSimilar(form), TRIGRAMS_MS)));
    });
    return [...found.values()]
      .sort((a, b) => a.rank - b.rank || (b.popularity ?? 0) - (a.popularity ?? 0) || a.id - b.id)
      .slice(0, limit)
      .map(({ id, rank }) => ({ id, match: matchOf(rank) }));
  }

  /** Ids of the most popular movies with a title that begins with what was typed. */
  async suggest(typed: string, limit: number): Promise<readonly number[]> {
    const prefix = normaliseTitle(typed);
    if (prefix === '') return [];
    const ids: number[] = [];
    await this.untilDeadline(DEADLINE_MS, async (select) => {
      ids.push(...(await select<{ id: number }>(selectSuggestions(prefix, limit))).map(({ id }) => id));
    });
    return ids;
  }

  /** Whether all movies have titles, and the index exists that keeps searches short. */
  async isReady(): Promise<boolean> {
    this.ready ||= (await this.prisma.$queryRaw<{ ready: boolean }[]>(SELECT_READY))[0]?.ready === true;
    return this.ready;
  }

  /**
   * Runs statements in a transaction until the time is over; the one that runs then is cancelled.
   * @throws ReadDeadlineError when that is the first
   */
  private async untilDeadline(
    ms: number,
    run: (select: Select, tx: Transaction) => Promise<void>,
  ): Promise<void> {
    let completed = 0;
    try {
      await this.prisma.$transaction(async (tx) => {
        const deadlineMs = this.clock.monotonicMs() + ms;
        const select: Select = async <Row>(query: Sql, atMostMs = ms): Promise<Row[]> => {
          const left = Math.min(atMostMs, Math.max(1, Math.round(deadlineMs - this.clock.monotonicMs())));
          await configure(tx, { ...PLANS, statement_timeout: String(left) });
          const rows = await tx.$queryRaw<Row[]>(query);
          completed += 1;
          return rows;
        };
        await run(select, tx);
      });
    } catch (error) {
      if (sqlStateOf(error) !== CANCELED) throw error;
      // Without a single result, no answer can be told from "nothing found".
      if (completed === 0) throw new ReadDeadlineError('The search took too long.', { cause: error });
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

/** The candidates that are similar enough, ranked by the number of typos. */
function typos({ title: typed }: SearchForm, candidates: readonly Titled[]): readonly Ranked[] {
  const most = Math.max(1, Math.floor(typed.length / 3)) + 0.5;
  return candidates.flatMap(({ id, title, popularity }) => {
    const distance = distanceWithin(typed, title);
    return distance <= most ? [{ id, popularity, rank: TYPO_RANK + distance }] : [];
  });
}
