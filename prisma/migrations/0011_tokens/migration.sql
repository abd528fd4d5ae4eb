-- One row for each token that can be revoked by itself: revoking deletes the row.
CREATE TABLE IF NOT EXISTS "pipeline_tokens" (
    "id" UUID NOT NULL,
    "username" TEXT NOT NULL,
    "token_version" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "address" TEXT,
    "issued_at" TIMESTAMPTZ(6) NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "pipeline_tokens_pkey" PRIMARY KEY ("id")
);

CREATE INDEX IF NOT EXISTS "pipeline_tokens_username_issued_at_idx" ON "pipeline_tokens"("username", "issued_at");
