import { ApiProperty } from '@nestjs/swagger';
import type { MovieField } from '../../reader/movie-fields.js';
import { type Match, MATCHES } from '../../search/search-sql.js';
import { MovieDto } from './movie.dto.js';

/** A movie that a search found. */
export class SearchHitDto extends MovieDto {
  @ApiProperty({
    enum: MATCHES,
    enumName: 'TitleMatch',
    description:
      'How a title of the movie matches: it is what was searched for, begins with it, has all its words, or is similar.',
    example: 'exact',
  })
  match!: Match;
}

export const SUGGESTION_FIELDS = [
  'title',
  'release_date',
  'poster_path',
  'poster_url',
] as const satisfies MovieField[];

/** A movie for a search box. */
export class SuggestionDto {
  @ApiProperty({ type: 'integer', description: "TMDB's id.", example: 550 })
  id!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'In the language of `TMDB_LANGUAGE`.',
    example: 'Fight Club',
  })
  title!: string | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Of the first release.', example: 1999 })
  year!: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "TMDB's path of the poster.",
    example: '/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
  })
  poster_path!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The poster, 500 pixels wide.',
    example: 'https://image.tmdb.org/t/p/w500/pB8BM7pdSp6B6Ih7QZ4DrQ3PmJK.jpg',
  })
  poster_url!: string | null;

  static from({ id, title, release_date, poster_path, poster_url }: MovieDto): SuggestionDto {
    return {
      id,
      title: title ?? null,
      year: typeof release_date === 'string' ? Number(release_date.slice(0, -6)) : null,
      poster_path: poster_path ?? null,
      poster_url: poster_url ?? null,
    };
  }
}
