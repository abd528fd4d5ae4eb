import { randomBytes } from 'node:crypto';
import { HttpException, Injectable } from '@nestjs/common';
import { Algorithm, hash, verify } from '@node-rs/argon2';
import { Mutex } from '../../common/mutex.js';

/** OWASP's second choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { algorithm: Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const AT_ONCE = 2;
/** More would wait longer than a person does. */
const MOST_WAITING = 20;

/** argon2id, at most two at a time: each takes a core and 19 MiB. */
@Injectable()
export class Passwords {
  private readonly lanes = Array.from({ length: AT_ONCE }, () => ({ serial: new Mutex(), waiting: 0 }));
  private nobody: string | null = null;

  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, COST));
  }

  /**
   * The same work whether there is such a user or not.
   * @param passwordHash null: there is none
   * @throws HttpException 503 when too many wait already
   */
  async matches(passwordHash: string | null, password: string): Promise<boolean> {
    const nobodys = await this.nobodysHash();
    const matches = await this.inTurn(() => verify(passwordHash ?? nobodys, password));
    return matches && passwordHash !== null;
  }

  /** Made for whoever comes first, whether there is such a user or not. */
  private async nobodysHash(): Promise<string> {
    this.nobody ??= await this.hash(randomBytes(16).toString('hex'));
    return this.nobody;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const [lane] = [...this.lanes].sort((a, b) => a.waiting - b.waiting);
    if (lane === undefined || lane.waiting >= MOST_WAITING / AT_ONCE) throw new TooBusyError();
    lane.waiting += 1;
    try {
      return await lane.serial.run(work);
    } finally {
      lane.waiting -= 1;
    }
  }
}

class TooBusyError extends HttpException {
  readonly retryAfterSeconds = 5;

  constructor() {
    super('Too many logins at once. Try again in some seconds.', 503);
  }
}
