import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { PrismaClient } from './generated/client.js';

/** The tables. Raw SQL goes through `$queryRaw` and `$executeRaw`: one pool, UTC, and our schema on the search path. */
export class PrismaService extends PrismaClient {
  /** @param pool stays the caller's: `$disconnect` does not end it */
  constructor(pool: Pool, schema: string) {
    super({ adapter: new PrismaPg(pool, { schema }) });
  }
}
