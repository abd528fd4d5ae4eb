import { Injectable } from '@nestjs/common';
import { PrismaService } from '../database/prisma.service.js';

export interface NewAuditRecord {
  /** Such as `run.triggered`. */
  readonly action: string;
  /** The signed-in user, or `os:NAME` of a command. */
  readonly actor: string | null;
  /** The client's; null from the command line. */
  readonly address: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends NewAuditRecord {
  readonly id: number;
  readonly at: Date;
}

export interface AuditPage {
  /** Newest first. */
  readonly records: readonly AuditRecord[];
  /** The `before` of the next page; null on the last one. */
  readonly next: number | null;
}

/** Sole reader and writer of pipeline_audit. */
@Injectable()
export class AuditRepository {
  constructor(private readonly prisma: PrismaService) {}

  async add({ action, actor, address, details }: NewAuditRecord): Promise<void> {
    await this.prisma.$executeRaw`
      INSERT INTO pipeline_audit (action, actor, address, details)
      VALUES (${action}, ${actor}, ${address}, ${JSON.stringify(details)}::jsonb)`;
  }

  /** @param before an id; null: from the newest */
  async list(limit: number, before: number | null): Promise<AuditPage> {
    const records = await this.prisma.$queryRaw<AuditRecord[]>`
      SELECT id::float8 AS id, at, action, actor, address, details FROM pipeline_audit
      WHERE ${before}::bigint IS NULL OR id < ${before}::bigint
      ORDER BY pipeline_audit.id DESC LIMIT ${limit + 1}`;
    const page = records.slice(0, limit);
    return { records: page, next: records.length > limit ? (page.at(-1)?.id ?? null) : null };
  }

  /** Returns how many were deleted. The database's clock decides what is old. */
  async trim(days: number): Promise<number> {
    return this.prisma.$executeRaw`
      DELETE FROM pipeline_audit WHERE at < now() - interval '1 day' * ${days}::int`;
  }
}
