import { randomBytes } from 'node:crypto';
import { HttpException, Injectable } from '@nestjs/common';
import { Algorithm, hash, verify } from '@node-rs/argon2';
import { Mutex } from '../../common/mutex.js';

/** The second choice of OWASP's Password Storage Cheat Sheet for argon2id: 19 MiB, two passes, one lane. */
const COST = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CONCURRENCY = 2;
/** Pending hashes in all. More would take longer than a client waits. */
const MAX_PENDING = 20;

/** Hashes and verifies passwords. At most two hashes are computed at a time: each occupies a core and 19 MiB. */
@Injectable()
export class Passwords {
  private readonly lanes = Array.from({ length: CONCURRENCY }, () => ({ mutex: new Mutex(), pending: 0 }));
  private decoyHash: Promise<string> | null = null;

  /** @throws HttpException 503 when too many hashes are pending */
  hash(password: string): Promise<string> {
    return this.scheduled(() => hash(password, COST));
  }

  /**
   * Does the same work whether or not the user exists, so that the response time does not tell.
   * @param passwordHash null when there is no such user: the result is then false
   * @param isUrgent whether it may use the lane that is kept free of guesses
   * @throws HttpException 503 when too many hashes are pending
   */
  async matches(
    passwordHash: string | null,
    password: string,
    { isUrgent }: { readonly isUrgent: boolean },
  ): Promise<boolean> {
    // Needed for existing users too: otherwise the first login of all would be slower for an unknown name.
    const decoy = await this.decoy();
    const lanes = isUrgent ? this.lanes : this.lanes.slice(1);
    const isMatch = await this.scheduled(() => verify(passwordHash ?? decoy, password), lanes);
    return isMatch && passwordHash !== null;
  }

  /** One for all who wait for the first. */
  private decoy(): Promise<string> {
    this.decoyHash ??= this.hash(randomBytes(16).toString('hex')).catch((error: unknown) => {
      this.decoyHash = null;
      throw error;
    });
    return this.decoyHash;
  }

  private async scheduled<T>(work: () => Promise<T>, lanes = this.lanes): Promise<T> {
    const [lane] = [...lanes].sort((a, b) => a.pending - b.pending);
    if (lane === undefined || lane.pending >= MAX_PENDING / CONCURRENCY) throw new TooManyLoginsError();
    lane.pending += 1;
    try {
      return await lane.mutex.run(work);
    } finally {
      lane.pending -= 1;
    }
  }
}

class TooManyLoginsError extends HttpException {
  readonly retryAfterSeconds = 5;

  constructor() {
    super('Too many logins at the same time. Try again in 5 seconds.', 503);
  }
}
