import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../database/prisma.service.js';
import type { AuthUser, UserRole } from '../users/auth-user.js';

/** Valid tokens of one user from logins. With more, the oldest end; those from the command line stay. */
const MAX_FROM_LOGIN = 1_000;

export interface IssuedTokenRecord {
  readonly id: string;
  readonly username: string;
  readonly tokenVersion: string;
  readonly source: 'login' | 'cli';
  /** The client's; null from the command line. */
  readonly address: string | null;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** Sole reader and writer of pipeline_tokens. A token that has an id and no row is revoked. */
@Injectable()
export class TokensRepository {
  constructor(private readonly prisma: PrismaService) {}

  /**
   * The user behind a token; null when the token is revoked or its user has another token version.
   * @param token `tokenVersion`, and `tokenId` unless it is null, are UUIDs
   */
  async userOf(token: {
    readonly username: string;
    readonly tokenVersion: string;
    readonly tokenId: string | null;
  }): Promise<AuthUser | null> {
    const { username, tokenVersion, tokenId } = token;
    const [user] = await this.prisma.$queryRaw<{ name: string; role: UserRole }[]>`
      SELECT u.name, u.role FROM pipeline_users u
      WHERE u.name = ${username} AND u.token_version = ${tokenVersion}::uuid
        AND (${tokenId}::uuid IS NULL
             OR EXISTS (SELECT FROM pipeline_tokens t WHERE t.id = ${tokenId}::uuid AND t.username = u.name))`;
    return user === undefined ? null : { ...user, tokenId };
  }

  /**
   * Also deletes what has been expired for a day, which clocks that differ by less than that allow, and the oldest tokens
   * beyond the limit. Rows that another process is deleting are skipped, so that two cannot deadlock.
   */
  async add(token: IssuedTokenRecord): Promise<void> {
    await this.prisma.$executeRaw`
      WITH swept AS (
        DELETE FROM pipeline_tokens WHERE id IN (
          SELECT id FROM pipeline_tokens
          WHERE expires_at < now() - interval '1 day' OR id IN (
            SELECT id FROM pipeline_tokens WHERE username = ${token.username} AND source = 'login'
            ORDER BY issued_at DESC, id OFFSET ${MAX_FROM_LOGIN - 1})
          FOR UPDATE SKIP LOCKED))
      INSERT INTO pipeline_tokens (id, username, token_version, source, address, issued_at, expires_at)
      VALUES (${token.id}::uuid, ${token.username}, ${token.tokenVersion}::uuid, ${token.source}, ${token.address},
              ${token.issuedAt.toISOString()}::timestamptz, ${token.expiresAt.toISOString()}::timestamptz)`;
  }

  /** The valid tokens, newest first. @param username null: of all users */
  async list(username: string | null, now: Date): Promise<IssuedTokenRecord[]> {
    return this.prisma.$queryRaw<IssuedTokenRecord[]>`
      SELECT t.id, t.username, t.token_version AS "tokenVersion", t.source, t.address,
             t.issued_at AS "issuedAt", t.expires_at AS "expiresAt"
      FROM pipeline_tokens t JOIN pipeline_users u ON u.name = t.username AND u.token_version = t.token_version
      WHERE t.expires_at > ${now.toISOString()}::timestamptz AND (${username}::text IS NULL OR t.username = ${username})
      ORDER BY t.issued_at DESC, t.id`;
  }

  /** Returns the user whose token it was; null when there is none of that id. */
  async remove(id: string): Promise<string | null> {
    const [row] = await this.prisma.$queryRaw<{ username: string }[]>`
      DELETE FROM pipeline_tokens WHERE id = ${id}::uuid RETURNING username`;
    return row?.username ?? null;
  }
}
