import { ApiProperty } from '@nestjs/swagger';
import type { CoverageReport } from '../coverage.service.js';

export class AgeClassDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Movies older than the previous class and at most this many days old; null: older than 180 days.',
    example: 30,
  })
  up_to_days!: number | null;

  @ApiProperty({ example: 812 })
  movies!: number;
}

export class ColumnCoverageDto {
  @ApiProperty({ description: 'A column of the table `movies`.', example: 'runtime' })
  name!: string;

  @ApiProperty({ description: 'Movies with a value; an empty list is none.', example: 1_480 })
  filled!: number;
}

export class CatalogueCoverageDto {
  @ApiProperty({ description: "Movies that TMDB's last id export names.", example: 1_238_234 })
  movies!: number;

  @ApiProperty({ description: 'Those of them whose details are stored.', example: 412_000 })
  enriched!: number;
}

export class CoverageDto {
  @ApiProperty({ description: 'All movies in the table.', example: 1_520 })
  stored!: number;

  @ApiProperty({ description: 'Movies whose details have been stored.', example: 1_490 })
  enriched!: number;

  @ApiProperty({ description: 'Movies whose details have never been stored and that TMDB has.', example: 28 })
  never_enriched!: number;

  @ApiProperty({ description: 'Movies that TMDB no longer has.', example: 2 })
  gone!: number;

  @ApiProperty({
    description: 'Movies that failed at least twice in a row; see /pipeline/failing.',
    example: 1,
  })
  failing!: number;

  @ApiProperty({ type: [AgeClassDto], description: 'Enriched movies by the age of their details.' })
  by_age!: AgeClassDto[];

  @ApiProperty({ type: [ColumnCoverageDto], description: 'How many movies have a value in each column.' })
  columns!: ColumnCoverageDto[];

  @ApiProperty({
    type: CatalogueCoverageDto,
    nullable: true,
    description: 'How much of the whole catalogue is stored; null with CATALOGUE=lists.',
  })
  catalogue!: CatalogueCoverageDto | null;

  static from({ neverEnriched, byAge, columns, ...counts }: CoverageReport): CoverageDto {
    return {
      ...counts,
      never_enriched: neverEnriched,
      by_age: byAge.map(({ upToDays, movies }) => ({ up_to_days: upToDays, movies })),
      columns: columns.map((column) => ({ ...column })),
    };
  }
}
