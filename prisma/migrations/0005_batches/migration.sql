-- A batch finds its films by it, however many the run has.
CREATE INDEX IF NOT EXISTS "pipeline_run_films_run_id_place_idx" ON "pipeline_run_films"("run_id", "place");
