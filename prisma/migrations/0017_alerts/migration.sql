-- What is wrong at present. A row is deleted when it has recovered.
CREATE TABLE IF NOT EXISTS "pipeline_alerts" (
    "event" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "raised_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "told_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "pipeline_alerts_pkey" PRIMARY KEY ("event", "subject")
);
