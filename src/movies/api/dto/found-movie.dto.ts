import { ApiProperty } from '@nestjs/swagger';
import type { FoundMovie, SearchHit } from '../../search/search.repository.js';
import { type Match, MATCHES } from '../../search/search-sql.js';

/** A title for a search box. */
export class SuggestionDto {
  @ApiProperty({ description: "TMDB's id.", example: 1367 })
  id!: number;

  @ApiProperty({ type: String, nullable: true, example: 'Rocky II' })
  title!: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Of the release.', example: 1979 })
  year!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'In the size w500.',
    example: 'https://image.tmdb.org/t/p/w500/nMaiiu0CzT77U4JZkUYV7KqdAjK.jpg',
  })
  poster_url!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "TMDB's path, to be appended to `https://image.tmdb.org/t/p/` and a size.",
    example: '/nMaiiu0CzT77U4JZkUYV7KqdAjK.jpg',
  })
  poster_path!: string | null;

  static from({ id, title, releaseDate, posterUrl }: FoundMovie): SuggestionDto {
    return {
      id,
      title,
      year: releaseDate?.getUTCFullYear() ?? null,
      poster_url: posterUrl,
      poster_path: posterUrl === null ? null : (/\/t\/p\/\w+(\/.+)$/.exec(posterUrl)?.[1] ?? null),
    };
  }
}

/** A movie that a search found. */
export class SearchHitDto extends SuggestionDto {
  @ApiProperty({
    enum: MATCHES,
    enumName: 'TitleMatch',
    description:
      'How a title of the movie matches: it is what was searched for, begins with it, has all its words, or is similar.',
    example: 'exact',
  })
  match!: Match;

  @ApiProperty({ type: String, nullable: true, example: 'Rocky II' })
  original_title!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'ISO 639-1', example: 'en' })
  original_language!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'After Rocky goes the distance with champ Apollo Creed …',
  })
  overview!: string | null;

  @ApiProperty({ type: String, format: 'date', nullable: true, example: '1979-06-15' })
  release_date!: string | null;

  @ApiProperty({ type: Number, nullable: true, example: 7.3 })
  vote_average!: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 6_100 })
  vote_count!: number | null;

  @ApiProperty({ type: Number, nullable: true, example: 8.4 })
  popularity!: number | null;

  static fromHit(hit: SearchHit): SearchHitDto {
    return {
      ...SuggestionDto.from(hit),
      match: hit.match,
      original_title: hit.originalTitle,
      original_language: hit.originalLanguage,
      overview: hit.overview,
      release_date: hit.releaseDate?.toISOString().slice(0, 10) ?? null,
      vote_average: hit.voteAverage,
      vote_count: hit.voteCount,
      popularity: hit.popularity,
    };
  }
}
