import { openDatabase } from '../../src/database/connection/open-database.js';
import type { PrismaService } from '../../src/database/prisma.service.js';
import { ListsRepository } from '../../src/movies/lists.repository.js';
import { MoviesRepository } from '../../src/movies/movies.repository.js';
import { createTestDatabase } from './test-database.js';

export interface MoviesStore {
  readonly prisma: PrismaService;
  readonly movies: MoviesRepository;
  readonly lists: ListsRepository;
  query<Row extends object = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** A row of `movies` as JSON. */
  row(id: number): Promise<Record<string, unknown>>;
  /** The version of the row, which changes whenever the row is written. */
  rowVersion(id: number): Promise<unknown>;
  close(): Promise<void>;
}

/** Opens the movie tables in a database that only the caller uses. */
export async function openMoviesStore(): Promise<MoviesStore> {
  const database = await createTestDatabase();
  const open = await openDatabase({ url: database.url, poolSize: 4, dataDir: '/nonexistent' });
  return {
    prisma: open.prisma,
    movies: new MoviesRepository(open.prisma),
    lists: new ListsRepository(open.prisma),
    query: (sql, values) => database.query(sql, values),
    row: async (id) => {
      const [found] = await database.query<{ row: Record<string, unknown> }>(
        'SELECT to_jsonb(m) AS row FROM movies m WHERE id = $1',
        [id],
      );
      if (found === undefined) throw new Error(`There is no movie ${id}.`);
      return found.row;
    },
    rowVersion: async (id) => {
      const [row] = await database.query('SELECT xmin::text, ctid::text FROM movies WHERE id = $1', [id]);
      return row;
    },
    close: async () => {
      await open.close();
      await database.drop();
    },
  };
}
