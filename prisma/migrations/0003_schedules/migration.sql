CREATE TABLE IF NOT EXISTS "scheduler_jobs" (
    "id" TEXT NOT NULL,
    "cron" TEXT NOT NULL,
    "timezone" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "changed_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "scheduler_jobs_pkey" PRIMARY KEY ("id")
);

CREATE TABLE IF NOT EXISTS "scheduler_state" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "running" BOOLEAN NOT NULL,
    "changed_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "scheduler_state_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "scheduler_state_one_row" CHECK ("id")
);

-- The key is what makes a slot fire once, however many processes see it.
CREATE TABLE IF NOT EXISTS "scheduler_slots" (
    "job_id" TEXT NOT NULL,
    "slot_at" TIMESTAMPTZ(6) NOT NULL,
    "fired_at" TIMESTAMPTZ(6) NOT NULL,
    "late_seconds" INTEGER NOT NULL,
    "run_id" INTEGER,

    CONSTRAINT "scheduler_slots_pkey" PRIMARY KEY ("job_id","slot_at"),
    CONSTRAINT "scheduler_slots_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "scheduler_jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "scheduler_slots_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "pipeline_runs"("id") ON DELETE SET NULL ON UPDATE CASCADE
);

CREATE INDEX IF NOT EXISTS "scheduler_slots_run_id_idx" ON "scheduler_slots"("run_id");
