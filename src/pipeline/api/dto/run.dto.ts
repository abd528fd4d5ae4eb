import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AuthUser } from '../../../auth/users/auth-user.js';
import { UPDATE_TYPES, type UpdateType } from '../../../runs/run-plan.js';
import { type Run, RUN_STATUSES, type RunStatus, TRIGGERS, type Trigger } from '../../../runs/run.js';

/** One run. Only requests with a token are told who triggered it. */
export class RunDto {
  @ApiProperty({ example: 42 })
  id!: number;

  @ApiProperty({ format: 'date-time', description: 'When the run was queued.' })
  run_date!: string;

  @ApiProperty({
    enum: UPDATE_TYPES,
    enumName: 'UpdateType',
    nullable: true,
    description: 'Null for runs of older versions.',
  })
  update_type!: UpdateType | null;

  @ApiProperty({
    enum: TRIGGERS,
    enumName: 'Trigger',
    nullable: true,
    description: 'What triggered the run.',
  })
  trigger!: Trigger | null;

  @ApiProperty({
    enum: RUN_STATUSES,
    enumName: 'RunStatus',
    description:
      'PARTIAL: some source or movie failed for good and the rest is stored. FAILED: nothing could be stored.',
  })
  status!: RunStatus;

  @ApiProperty({ type: [String], example: ['popular', 'trending'] })
  source_categories!: string[];

  @ApiProperty({
    description: 'Distinct movies stored from the lists: inserted + updated + unchanged.',
    example: 118,
  })
  movies_processed!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Seconds from start to end, without the time in the queue.',
    example: 12.7,
  })
  duration_seconds!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why the run is not SUCCESS.' })
  error_message!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When a worker started it; null while it is queued.',
  })
  started_at!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it ended; null until then.',
  })
  finished_at!: string | null;

  @ApiProperty({ description: 'List items received, repeats included.', example: 120 })
  fetched!: number;

  @ApiProperty({ example: 12 })
  inserted!: number;

  @ApiProperty({ example: 31 })
  updated!: number;

  @ApiProperty({ example: 75 })
  unchanged!: number;

  @ApiProperty({ description: 'Movies whose details were fetched and stored.', example: 40 })
  enriched!: number;

  @ApiProperty({ description: 'Collected movies whose details are still fresh.', example: 78 })
  skipped_fresh!: number;

  @ApiProperty({
    description: "Enriched movies that had changed although TMDB's change feed had not named them.",
    example: 0,
  })
  feed_missed!: number;

  @ApiProperty({ description: 'Movies that TMDB did not find; their rows stay.', example: 0 })
  gone!: number;

  @ApiProperty({ description: 'Movies, pages and sources that failed for good.', example: 0 })
  failed!: number;

  @ApiProperty({ description: 'Requests sent to TMDB, repeats included.', example: 47 })
  tmdb_requests!: number;

  @ApiProperty({ description: 'Requests that repeated a failed one.', example: 0 })
  tmdb_retries!: number;

  @ApiProperty({ description: 'Responses with status 429 (too many requests).', example: 0 })
  rate_limited!: number;

  @ApiProperty({
    description: 'Seconds of back-off and of requested pauses, summed over parallel requests.',
    example: 0,
  })
  waited_seconds!: number;

  @ApiProperty({ description: 'How often the run was resumed after an interruption.', example: 0 })
  times_resumed!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'By how many seconds a scheduled run was late; null when it was on time.',
    example: null,
  })
  late_seconds!: number | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Who triggered it; only in responses to a request with a token.',
    example: 'admin',
  })
  triggered_by?: string | null;

  static from(run: Run, user: AuthUser | null = null): RunDto {
    const { counts } = run;
    return {
      id: run.id,
      run_date: run.runDate.toISOString(),
      update_type: run.updateType,
      trigger: run.trigger,
      status: run.status,
      source_categories: [...run.sourceCategories],
      movies_processed: run.moviesProcessed,
      duration_seconds: run.durationSeconds,
      error_message: run.errorMessage,
      started_at: run.startedAt?.toISOString() ?? null,
      finished_at: run.finishedAt?.toISOString() ?? null,
      fetched: counts.fetched,
      inserted: counts.inserted,
      updated: counts.updated,
      unchanged: counts.unchanged,
      enriched: counts.enriched,
      skipped_fresh: counts.skippedFresh,
      feed_missed: counts.feedMissed,
      gone: counts.gone,
      failed: counts.failed,
      tmdb_requests: counts.tmdbRequests,
      tmdb_retries: counts.tmdbRetries,
      rate_limited: counts.rateLimited,
      waited_seconds: counts.waitedSeconds,
      times_resumed: run.timesResumed,
      late_seconds: run.lateSeconds,
      ...(user === null ? {} : { triggered_by: run.triggeredBy }),
    };
  }
}
