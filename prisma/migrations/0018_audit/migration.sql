-- Who did what, from where. Logins and refusals, which anyone can cause, are in the log only.
CREATE TABLE IF NOT EXISTS "pipeline_audit" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "action" TEXT NOT NULL,
    "actor" TEXT,
    "address" TEXT,
    "details" JSONB NOT NULL,

    CONSTRAINT "pipeline_audit_pkey" PRIMARY KEY ("id")
);
