import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { Prisma, PrismaClient } from './generated/client.js';

/** Composes SQL; values become parameters. */
export const sql = Prisma.sql;
export type Sql = Prisma.Sql;

/** What happens within one database transaction. */
export type Transaction = Prisma.TransactionClient;

/** A batch of wide rows on a slow disk takes its time; what takes longer than this is stuck. */
const TRANSACTION_LIMITS = { maxWait: 30_000, timeout: 60_000 };

/** The tables. Raw SQL goes through `$queryRaw` and `$executeRaw`: one pool, UTC, and our schema on the search path. */
export class PrismaService extends PrismaClient {
  /** @param pool stays the caller's: `$disconnect` does not end it */
  constructor(pool: Pool, schema: string) {
    super({ adapter: new PrismaPg(pool, { schema }), transactionOptions: TRANSACTION_LIMITS });
  }
}
