import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { Prisma, PrismaClient } from './generated/client.js';

/** Composes SQL; values become parameters. */
export const sql = Prisma.sql;
export type Sql = Prisma.Sql;
/** SQL text as it is. Never of a request. */
export const rawSql = Prisma.raw;
export const joinSql = Prisma.join;

/** The client within a transaction. */
export type Transaction = Prisma.TransactionClient;

/** Milliseconds; a batch of wide rows on a slow disk stays well below. */
const TRANSACTION_LIMITS = { maxWait: 30_000, timeout: 60_000 };

/** The tables. `$queryRaw` and `$executeRaw` use the same pool, whose sessions are in UTC with our schema as search path. */
export class PrismaService extends PrismaClient {
  /** @param pool is the caller's: `$disconnect` does not end it */
  constructor(pool: Pool, schema: string) {
    super({ adapter: new PrismaPg(pool, { schema }), transactionOptions: TRANSACTION_LIMITS });
  }
}
