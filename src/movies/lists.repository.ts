import { Injectable } from '@nestjs/common';
import { PrismaService, type Transaction } from '../database/prisma.service.js';

/** A movie's place in a list. */
export interface ListEntry {
  readonly movieId: number;
  /** From 1. */
  readonly position: number;
}

/** The part of a list that was read. */
export interface Sweep {
  /** The mark that `storeEntries` put on the entries of this reading. */
  readonly seenAt: Date;
  readonly lastPosition: number;
  /** Whether the list was read to its end. */
  readonly listEnded: boolean;
}

export interface Genre {
  readonly id: number;
  readonly name: string;
}

/** The only reader and writer of the tables `movie_categories` and `genres`. */
@Injectable()
export class ListsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Stores the places of movies in a list, each movie once, marked with `seenAt`. Leaves out movies that are not stored. */
  async storeEntries(
    category: string,
    entries: readonly ListEntry[],
    seenAt: Date,
    tx: Transaction = this.prisma,
  ): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO movie_categories (category, movie_id, position, seen_at)
      SELECT ${category}, movie_id, position, ${seenAt.toISOString()}::timestamptz
      FROM unnest(${entries.map(({ movieId }) => movieId)}::int[],
                  ${entries.map(({ position }) => position)}::int[]) AS seen (movie_id, position)
      JOIN movies ON movies.id = movie_id
      ORDER BY movie_id
      ON CONFLICT (category, movie_id) DO UPDATE SET position = excluded.position, seen_at = excluded.seen_at`;
  }

  /** Number of places up to a position. */
  countPlaces(category: string, lastPosition: number): Promise<number> {
    return this.prisma.movieCategory.count({ where: { category, position: { lte: lastPosition } } });
  }

  /**
   * When the places that a reading did not find were last seen; null if it found all. The median, because a list that has
   * become short still loses a movie now and then.
   */
  async missingSince(category: string, seenAt: Date): Promise<Date | null> {
    const [missing] = await this.prisma.$queryRaw<{ since: Date | null }[]>`
      SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY seen_at) AS since FROM movie_categories
      WHERE category = ${category} AND seen_at < ${seenAt.toISOString()}::timestamptz`;
    return missing?.since ?? null;
  }

  /** Deletes the entries in the part that was read that lack the mark of this reading. */
  async sweep(category: string, { seenAt, lastPosition, listEnded }: Sweep): Promise<void> {
    await this.prisma.$executeRaw`
      DELETE FROM movie_categories
      WHERE category = ${category} AND seen_at <> ${seenAt.toISOString()}::timestamptz
        AND (${listEnded} OR position <= ${lastPosition})`;
  }

  /** Inserts new genres and updates renamed ones. */
  async storeGenres(genres: readonly Genre[]): Promise<void> {
    const byId = [...new Map(genres.map((genre) => [genre.id, genre])).values()].sort((a, b) => a.id - b.id);
    await this.prisma.$executeRaw`
      INSERT INTO genres AS g (id, name)
      SELECT * FROM unnest(${byId.map(({ id }) => id)}::int[], ${byId.map(({ name }) => name)}::text[]) AS incoming (id, name)
      WHERE NOT EXISTS (SELECT FROM genres AS same WHERE same.id = incoming.id AND same.name = incoming.name)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name`;
  }

  async genreNames(): Promise<ReadonlyMap<number, string>> {
    const genres = await this.prisma.genre.findMany();
    return new Map(genres.map(({ id, name }) => [id, name]));
  }

  /** When any list was last read; null if never. */
  async lastSeenAt(): Promise<Date | null> {
    const { _max } = await this.prisma.movieCategory.aggregate({ _max: { seenAt: true } });
    return _max.seenAt;
  }
}
