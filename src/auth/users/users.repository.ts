import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PrismaService } from '../../database/prisma.service.js';
import type { UserRole } from './auth-user.js';

export interface User {
  readonly name: string;
  readonly role: UserRole;
  readonly passwordHash: string;
  /**
   * A random UUID that valid tokens carry. It is not a counter: a user who is removed and added again must not revive
   * the former user's tokens.
   */
  readonly tokenVersion: string;
  readonly createdAt: Date;
}

export type NewUser = Pick<User, 'name' | 'role' | 'passwordHash' | 'createdAt'>;

/** Sole writer of pipeline_users. */
@Injectable()
export class UsersRepository {
  constructor(private readonly prisma: PrismaService) {}

  async find(name: string): Promise<User | null> {
    return (await this.prisma.pipelineUser.findUnique({ where: { name } })) as User | null;
  }

  async list(): Promise<User[]> {
    return (await this.prisma.pipelineUser.findMany({ orderBy: { name: 'asc' } })) as User[];
  }

  async isEmpty(): Promise<boolean> {
    return (await this.prisma.pipelineUser.findFirst({ select: { name: true } })) === null;
  }

  /** False when a user of that name exists. */
  async add(user: NewUser): Promise<boolean> {
    const data = [{ ...user, tokenVersion: randomUUID() }];
    const { count } = await this.prisma.pipelineUser.createMany({ data, skipDuplicates: true });
    return count === 1;
  }

  /** Invalidates all of the user's tokens. Null when there is no such user. */
  async setPassword(name: string, passwordHash: string): Promise<User | null> {
    const data = { passwordHash, tokenVersion: randomUUID() };
    const [user] = await this.prisma.pipelineUser.updateManyAndReturn({ where: { name }, data });
    return (user as User | undefined) ?? null;
  }

  /** Invalidates all of the user's tokens. False when there is no such user. */
  async revokeTokens(name: string): Promise<boolean> {
    const data = { tokenVersion: randomUUID() };
    return (await this.prisma.pipelineUser.updateMany({ where: { name }, data })).count === 1;
  }

  /** Locks the admins first, so that of two admins who are removed at the same time one stays. */
  async remove(name: string, evenLastAdmin: boolean): Promise<'removed' | 'unknown' | 'last admin'> {
    return this.prisma.$transaction(async (tx) => {
      const admins = await tx.$queryRaw<{ name: string }[]>`
        SELECT name FROM pipeline_users WHERE role = 'admin' ORDER BY name FOR UPDATE`;
      const isLastAdmin = admins.length === 1 && admins[0]?.name === name;
      if (isLastAdmin && !evenLastAdmin) return 'last admin';
      const { count } = await tx.pipelineUser.deleteMany({ where: { name } });
      return count === 1 ? 'removed' : 'unknown';
    });
  }
}
