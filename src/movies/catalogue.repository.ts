import { Injectable } from '@nestjs/common';
import { PrismaService } from '../database/prisma.service.js';
import type { MoviesQuery } from './movies.repository.js';
import { countDueInCatalogue, selectNeverEnrichedInCatalogue, selectOtherDue } from './sql/catalogue-sql.js';

/** A place in the order of popularity. */
export interface CataloguePlace {
  readonly id: number;
  readonly popularity: number;
}

export interface CatalogueQuery {
  readonly now: Date;
  /** Whether adult movies count. */
  readonly adult: boolean;
  /** Selects `movie_id` of movies that are left out. */
  readonly except: MoviesQuery;
}

/** Reads which movies of the table `catalogue` are due. */
@Injectable()
export class CatalogueRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** Movies that were never enriched, the most popular first. @param query.after the last one of the call before */
  neverEnriched(
    query: CatalogueQuery & { readonly limit: number; readonly after: CataloguePlace | null },
  ): Promise<CataloguePlace[]> {
    return this.prisma.$queryRaw<CataloguePlace[]>(selectNeverEnrichedInCatalogue(query));
  }

  /** Stored movies whose details are stale or unknown, in the catalogue or not, the most popular first. */
  async stale(query: CatalogueQuery & { readonly limit: number }): Promise<number[]> {
    const rows = await this.prisma.$queryRaw<{ id: number }[]>(selectOtherDue(query));
    return rows.map(({ id }) => id);
  }

  /** Reads both tables. */
  async countDue(query: CatalogueQuery): Promise<number> {
    const [row] = await this.prisma.$queryRaw<{ movies: number }[]>(countDueInCatalogue(query));
    return row?.movies ?? 0;
  }
}
