import { ApiProperty } from '@nestjs/swagger';
import { type RunPlan, SOURCES, type Source } from '../../../runs/run-plan.js';

export class PlannedSourceDto {
  @ApiProperty({ enum: SOURCES, enumName: 'Source', example: 'popular' })
  source!: Source;

  @ApiProperty({ description: 'The first pages of the list; a page has 20 movies.', example: 5 })
  pages!: number;
}

export class EnrichmentPlanDto {
  @ApiProperty({
    description: 'The most movies, changed and overdue ones not counted; without meaning if `refresh_all`.',
    example: 500,
  })
  limit!: number;

  @ApiProperty({
    description: 'Whether stored movies that the run does not collect are enriched too.',
    example: false,
  })
  also_stored!: boolean;

  @ApiProperty({
    description:
      "Whether the run reads TMDB's change feed, and enriches all stored movies that changed or are overdue.",
    example: true,
  })
  follow_changes!: boolean;

  @ApiProperty({
    description: 'Whether movies that lack columns of a later version come first.',
    example: false,
  })
  incomplete_first!: boolean;

  @ApiProperty({ description: 'Whether every stored movie is enriched.', example: false })
  refresh_all!: boolean;
}

/** What a run was asked to do. */
export class RunPlanDto {
  @ApiProperty({ type: [PlannedSourceDto], description: 'The lists to collect.' })
  sources!: PlannedSourceDto[];

  @ApiProperty({
    type: EnrichmentPlanDto,
    nullable: true,
    description: 'Which movies to enrich; null: none.',
  })
  enrichment!: EnrichmentPlanDto | null;

  @ApiProperty({ description: 'False: every collected movie counts as due.', example: true })
  incremental!: boolean;

  static from({ sources, enrichment, incremental }: RunPlan): RunPlanDto {
    return {
      sources: sources.map(({ source, pages }) => ({ source, pages })),
      enrichment:
        enrichment === null
          ? null
          : {
              limit: enrichment.limit,
              also_stored: enrichment.alsoStored,
              follow_changes: enrichment.followChanges ?? false,
              incomplete_first: enrichment.incompleteFirst ?? false,
              refresh_all: enrichment.refreshAll ?? false,
            },
      incremental,
    };
  }
}
