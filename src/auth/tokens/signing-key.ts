import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { SHORTEST_SECRET } from '../../common/credentials.js';

/** The secret that signs our tokens: JWT_SECRET, or one that is made once in the data folder for all processes on it. */
@Injectable()
export class SigningKey implements OnApplicationBootstrap {
  private key: Promise<string> | null = null;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /** A service that can't check tokens doesn't start. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.roles.includes('api')) await this.get();
  }

  get(): Promise<string> {
    this.key ??= this.settle();
    return this.key;
  }

  private async settle(): Promise<string> {
    const { auth, database } = this.config;
    if (auth.secret !== null) return auth.secret;
    const file = join(database.dataDir, 'jwt-secret');
    return (await readKey(file)) ?? (await makeKey(database.dataDir, file));
  }
}

async function readKey(file: string): Promise<string | null> {
  const key = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw new Error(`The secret in ${file} can't be read. Let this user read it, or set JWT_SECRET.`, {
      cause: error,
    });
  });
  if (key !== null && key.length < SHORTEST_SECRET) {
    throw new Error(
      `${file} holds no secret. Delete it, and the next start makes a new one; or set JWT_SECRET.`,
    );
  }
  return key;
}

/** Whole or not at all, and of two processes that make one the first one's. */
async function makeKey(folder: string, file: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flush: true });
  try {
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft);
  }
  return readFile(file, 'utf8');
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
