import type { INestApplicationContext } from '@nestjs/common';
import { Draining } from './common/draining.js';

/** All of a shutdown takes so long at most; orchestrators kill after ten seconds or more. */
const PATIENCE_MS = 10_000;
/** So long a service that is being replaced still answers, and says that it is no longer ready. */
const DRAIN_MS = 1_000;

/**
 * Ends the process in good order on SIGTERM or SIGINT: no longer ready, then closed, the database last. A second signal
 * ends it at once.
 */
export function closeOnSignals(app: INestApplicationContext, alsoClose: () => void = () => undefined): void {
  let closing = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (closing) process.exit(1);
    closing = true;
    setTimeout(() => process.exit(1), PATIENCE_MS);
    app.get(Draining).begin();
    const drained = signal === 'SIGTERM' ? DRAIN_MS : 0;
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
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}
