import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config.js';
import { SHORTEST_SECRET } from '../../common/credentials.js';
import { makeFolder } from '../../common/make-folder.js';

/** The secret that signs our tokens: JWT_SECRET, or a random one that all processes on a data folder share. */
@Injectable()
export class SigningKey implements OnApplicationBootstrap {
  private key: Promise<string> | null = null;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /** A process that serves the API does not start without the key. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.roles.includes('api')) await this.get();
  }

  /** @throws Error when the stored key is unreadable or too short */
  get(): Promise<string> {
    this.key ??= this.load();
    return this.key;
  }

  /** The secret that a token is to be verified with: the previous one if that has signed it, or else the current one. */
  async of(token: string): Promise<string> {
    const { previousSecret } = this.config.auth;
    return previousSecret !== null && isSignedWith(previousSecret, token) ? previousSecret : this.get();
  }

  private async load(): Promise<string> {
    const { auth, database } = this.config;
    if (auth.secret !== null) return auth.secret;
    const file = join(database.dataDir, 'jwt-secret');
    return (await readKey(file)) ?? (await createKey(database.dataDir, file));
  }
}

/** By HS256, whatever the token says of its algorithm: that is checked when it is verified. */
function isSignedWith(secret: string, token: string): boolean {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const expected = createHmac('sha256', secret)
    .update(token.slice(0, Math.max(end, 0)))
    .digest();
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}

async function readKey(file: string): Promise<string | null> {
  const key = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw new Error(
      `The signing key in ${file} cannot be read. Give this user read access to it, or set JWT_SECRET.`,
      { cause: error },
    );
  });
  if (key !== null && key.length < SHORTEST_SECRET) {
    throw new Error(
      `${file} holds no valid signing key. Delete it, and the next start creates a new one, or set JWT_SECRET.`,
    );
  }
  return key;
}

/** The hard link is atomic: the file is never seen half written, and the first of several processes wins. */
async function createKey(folder: string, file: string): Promise<string> {
  await makeFolder(folder);
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
