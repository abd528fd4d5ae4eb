import type { INestApplicationContext } from '@nestjs/common';
import { Draining } from '../common/draining.js';

/** All of a shutdown takes so long at most; orchestrators kill after ten seconds or more. */
const PATIENCE_MS = 10_000;
/** So long a service that is being replaced still answers, and says that it is no longer ready. */
const DRAIN_MS = 1_000;
/** What a shell says of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/** One Ctrl-C may come twice: from the terminal, and from what started this process and passes it on. */
const SAME_MS = 500;

/**
 * Is aborted, with the signal's name, at the first SIGINT or SIGTERM from now on; a further one ends the process at once.
 * To be called first of all: a process that a signal ends while it starts may leave the embedded database running.
 */
export function listenForSignals(): AbortSignal {
  const asked = new AbortController();
  let heardAt = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (!asked.signal.aborted) heardAt = now;
    else if (signal !== asked.signal.reason || now - heardAt > SAME_MS) process.exit(INTERRUPTED);
    asked.abort(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return asked.signal;
}

/** Ends the process in good order once it is asked to: no longer ready, then closed, the database last. */
export function closeWhenAsked(
  app: INestApplicationContext,
  asked: AbortSignal,
  alsoClose: () => Promise<void> = () => Promise.resolve(),
): void {
  const close = (): void => {
    setTimeout(() => process.exit(1), PATIENCE_MS);
    app.get(Draining).begin();
    const drained = asked.reason === 'SIGTERM' ? DRAIN_MS : 0;
    setTimeout(() => {
      void app
        .close()
        .then(alsoClose)
        .then(
          () => process.exit(0),
          (error: unknown) => {
            process.stderr.write(`Not closed in good order: ${String(error)}\n`);
            process.exit(1);
          },
        );
    }, drained);
  };
  if (asked.aborted) close();
  else asked.addEventListener('abort', close, { once: true });
}
