import { Injectable } from '@nestjs/common';
import { PrismaService, type Transaction } from '../database/prisma.service.js';

/** Where a list names a movie; 1 is its head. */
export interface ListEntry {
  readonly movieId: number;
  readonly position: number;
}

/** How far a list was read. */
export interface Sweep {
  /** Marks the sightings of this reading. */
  readonly seenAt: Date;
  readonly lastPosition: number;
  /** Whether the list goes no further. */
  readonly listEnded: boolean;
}

export interface Genre {
  readonly id: number;
  readonly name: string;
}

/** Sole reader and writer of movie_categories and genres. */
@Injectable()
export class ListsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Records where a list names movies, each movie once. Movies that are not stored are left out. */
  async storeEntries(
    category: string,
    sightings: readonly ListEntry[],
    seenAt: Date,
    tx: Transaction = this.prisma,
  ): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO movie_categories (category, movie_id, position, seen_at)
      SELECT ${category}, movie_id, position, ${seenAt.toISOString()}::timestamptz
      FROM unnest(${sightings.map(({ movieId }) => movieId)}::int[],
                  ${sightings.map(({ position }) => position)}::int[]) AS seen (movie_id, position)
      JOIN movies ON movies.id = movie_id
      ORDER BY movie_id
      ON CONFLICT (category, movie_id) DO UPDATE SET position = excluded.position, seen_at = excluded.seen_at`;
  }

  /** Takes movies off the list that stood in the part that was read and were not seen there. */
  async sweep(category: string, { seenAt, lastPosition, listEnded }: Sweep): Promise<void> {
    await this.prisma.$executeRaw`
      DELETE FROM movie_categories
      WHERE category = ${category} AND seen_at < ${seenAt.toISOString()}::timestamptz
        AND (${listEnded} OR position <= ${lastPosition})`;
  }

  /** Adds new genres and renames those that TMDB renamed. */
  async storeGenres(genres: readonly Genre[]): Promise<void> {
    const byId = [...new Map(genres.map((genre) => [genre.id, genre])).values()].sort((a, b) => a.id - b.id);
    await this.prisma.$executeRaw`
      INSERT INTO genres AS g (id, name)
      SELECT * FROM unnest(${byId.map(({ id }) => id)}::int[], ${byId.map(({ name }) => name)}::text[]) AS given (id, name)
      WHERE NOT EXISTS (SELECT FROM genres AS same WHERE same.id = given.id AND same.name = given.name)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name`;
  }

  async genreNames(): Promise<ReadonlyMap<number, string>> {
    const genres = await this.prisma.genre.findMany();
    return new Map(genres.map(({ id, name }) => [id, name]));
  }

  /** When any list was read last; null: never. */
  async lastSeenAt(): Promise<Date | null> {
    const { _max } = await this.prisma.movieCategory.aggregate({ _max: { seenAt: true } });
    return _max.seenAt;
  }
}
