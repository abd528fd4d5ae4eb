-- CreateTable
CREATE TABLE "movies" (
    "id" INTEGER NOT NULL,
    "title" TEXT,
    "overview" TEXT,
    "release_date" DATE,
    "vote_average" DOUBLE PRECISION,
    "vote_count" INTEGER,
    "popularity" DOUBLE PRECISION,
    "poster_url" TEXT,
    "backdrop_url" TEXT,
    "genres" JSONB,
    "cast" JSONB,
    "crew" JSONB,
    "keywords" JSONB,
    "runtime" INTEGER,
    "budget" BIGINT,
    "revenue" BIGINT,
    "tagline" TEXT,
    "similar_movie_ids" JSONB,
    "trailer_key" VARCHAR(100),
    "original_language" TEXT,
    "created_at" TIMESTAMP(6) NOT NULL DEFAULT timezone('utc'::text, now()),
    "updated_at" TIMESTAMP(6) NOT NULL DEFAULT timezone('utc'::text, now()),
    "original_title" TEXT,
    "imdb_id" TEXT,
    "status" TEXT,
    "adult" BOOLEAN,
    "enriched_at" TIMESTAMPTZ(6),
    "enrich_tried_at" TIMESTAMPTZ(6),
    "enrich_failures" INTEGER NOT NULL DEFAULT 0,
    "enrich_retry_at" TIMESTAMPTZ(6),
    "gone_at" TIMESTAMPTZ(6),

    CONSTRAINT "movies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "movie_categories" (
    "category" TEXT NOT NULL,
    "movie_id" INTEGER NOT NULL,
    "position" INTEGER NOT NULL,
    "seen_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "movie_categories_pkey" PRIMARY KEY ("category","movie_id")
);

-- CreateTable
CREATE TABLE "genres" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "genres_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipeline_runs" (
    "id" SERIAL NOT NULL,
    "run_date" TIMESTAMP(6) NOT NULL DEFAULT timezone('utc'::text, now()),
    "movies_processed" INTEGER NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL,
    "source_categories" JSONB,
    "duration_seconds" DOUBLE PRECISION,
    "error_message" TEXT,
    "update_type" TEXT,
    "trigger" TEXT,
    "triggered_by" TEXT,
    "options" JSONB,
    "started_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),
    "fetched" INTEGER NOT NULL DEFAULT 0,
    "inserted" INTEGER NOT NULL DEFAULT 0,
    "updated" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "enriched" INTEGER NOT NULL DEFAULT 0,
    "skipped_fresh" INTEGER NOT NULL DEFAULT 0,
    "gone" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "tmdb_requests" INTEGER NOT NULL DEFAULT 0,
    "tmdb_retries" INTEGER NOT NULL DEFAULT 0,
    "rate_limited" INTEGER NOT NULL DEFAULT 0,
    "waited_seconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "times_resumed" INTEGER NOT NULL DEFAULT 0,
    "sources" JSONB,
    "progress" JSONB,
    "job_id" UUID,
    "holder" INTEGER,
    "worker_deaths" INTEGER NOT NULL DEFAULT 0,
    "cancel_asked_at" TIMESTAMPTZ(6),
    "enrich_total" INTEGER,
    "stop" JSONB,
    "late_seconds" INTEGER,

    CONSTRAINT "pipeline_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipeline_run_errors" (
    "id" BIGSERIAL NOT NULL,
    "run_id" INTEGER NOT NULL,
    "source" TEXT,
    "page" INTEGER,
    "movie_id" INTEGER,
    "code" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "occurred_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "pipeline_run_errors_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pipeline_run_pages" (
    "run_id" INTEGER NOT NULL,
    "source" TEXT NOT NULL,
    "page" INTEGER NOT NULL,
    "total_pages" INTEGER NOT NULL,
    "films" INTEGER[],
    "rejected" INTEGER NOT NULL,

    CONSTRAINT "pipeline_run_pages_pkey" PRIMARY KEY ("run_id","source","page")
);

-- CreateTable
CREATE TABLE "pipeline_run_films" (
    "run_id" INTEGER NOT NULL,
    "movie_id" INTEGER NOT NULL,
    "stored" TEXT,
    "place" INTEGER,
    "enrichment" TEXT,

    CONSTRAINT "pipeline_run_films_pkey" PRIMARY KEY ("run_id","movie_id")
);

-- CreateTable
CREATE TABLE "pipeline_run_figures" (
    "status" TEXT NOT NULL,
    "runs" BIGINT NOT NULL,
    "timed" BIGINT NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "pipeline_run_figures_pkey" PRIMARY KEY ("status")
);

-- CreateTable
CREATE TABLE "pipeline_run_requests" (
    "username" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "run_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "pipeline_run_requests_pkey" PRIMARY KEY ("username","key")
);

-- CreateTable
CREATE TABLE "pipeline_users" (
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "token_series" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "pipeline_users_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "tmdb_pace" (
    "id" SMALLINT NOT NULL,
    "next_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "tmdb_pace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tmdb_pace_processes" (
    "id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "tmdb_pace_processes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "movies_enriched_at_idx" ON "movies"("enriched_at");

-- CreateIndex
CREATE INDEX "movie_categories_movie_id_idx" ON "movie_categories"("movie_id");

-- CreateIndex
CREATE INDEX "pipeline_runs_status_id_idx" ON "pipeline_runs"("status", "id" DESC);

-- CreateIndex
CREATE INDEX "pipeline_runs_update_type_id_idx" ON "pipeline_runs"("update_type", "id" DESC);

-- CreateIndex
CREATE INDEX "pipeline_runs_trigger_id_idx" ON "pipeline_runs"("trigger", "id" DESC);

-- CreateIndex
CREATE INDEX "pipeline_runs_run_date_id_idx" ON "pipeline_runs"("run_date" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "pipeline_run_errors_run_id_idx" ON "pipeline_run_errors"("run_id");

-- CreateIndex
CREATE INDEX "pipeline_run_requests_created_at_idx" ON "pipeline_run_requests"("created_at");

-- The films that enrichment takes first.
CREATE INDEX "movies_never_enriched_idx" ON "movies"("popularity" DESC NULLS LAST, "id") WHERE "enriched_at" IS NULL;

-- The database, not a process, says that one run is active at most.
CREATE UNIQUE INDEX "pipeline_runs_one_running_idx" ON "pipeline_runs"("status") WHERE "status" = 'RUNNING';

-- AddForeignKey
ALTER TABLE "movie_categories" ADD CONSTRAINT "movie_categories_movie_id_fkey" FOREIGN KEY ("movie_id") REFERENCES "movies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pipeline_run_errors" ADD CONSTRAINT "pipeline_run_errors_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "pipeline_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pipeline_run_pages" ADD CONSTRAINT "pipeline_run_pages_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "pipeline_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pipeline_run_films" ADD CONSTRAINT "pipeline_run_films_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "pipeline_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
