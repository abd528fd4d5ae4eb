import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../errors/database-error.js';
import { explainError } from '../errors/explain-error.js';
import { isConnectionLost, sqlStateOf } from '../errors/sql-state.js';

/** PostgreSQL's words for a server that is starting or stopping, as after a crash of its machine. */
const COMING_OR_GOING = /^57P0[123]$/;
const LOOK_MS = 250;
const PATIENCE_MS = 30_000;

/** Waits, while this process starts, for a database that is starting too, or that stops in the midst and comes back. */
export class StartupRetry {
  private wasThere = false;

  constructor(
    /** `host:port/database`, for messages. */
    private readonly label: string,
    /** Aborted when the process is to end: then nothing is waited for. */
    private readonly asked: AbortSignal | undefined,
  ) {}

  /**
   * Does a piece of the start, from its beginning again when the database went away.
   * @throws DatabaseError when it stays away for half a minute, and at once when it was not there to begin with
   */
  async through<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        const result = await work();
        this.wasThere = true;
        return result;
      } catch (error) {
        this.wasThere ||= COMING_OR_GOING.test(sqlStateOf(causeOf(error)) ?? '');
        const isOver = this.asked?.aborted === true || performance.now() > deadline;
        if (!this.wasThere || !isAway(error) || isOver) throw explainError(error, this.label);
        await sleep(LOOK_MS);
      }
    }
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof DatabaseError ? error.cause : error;
}

function isAway(error: unknown): boolean {
  const isUnreachable = error instanceof DatabaseError && error.code === 'UNREACHABLE';
  return isUnreachable || isConnectionLost(causeOf(error));
}
