import type { INestApplicationContext } from '@nestjs/common';
import { onParentDeath } from '../../scripts/parent-death.mjs';
import { Draining } from '../common/draining.js';

/** The longest shutdown; orchestrators send SIGKILL after ten seconds or more. */
const DEADLINE_MS = 10_000;
/** How long a service still answers, and reports that it is not ready, while a load balancer takes it out of use. */
const DRAIN_MS = 1_000;
/** A shell's exit code of a process that Ctrl-C ended. */
const INTERRUPTED = 130;

/** One Ctrl-C may arrive twice: from the terminal, and from the parent process that forwards it. */
const SAME_SIGNAL_MS = 500;

/**
 * Returns a signal that the first SIGINT or SIGTERM aborts, with its name as the reason; a second one exits at once. The
 * death of the parent counts as SIGTERM where npm started this process.
 * Call this before anything else: a process that a signal ends during its start may leave the embedded database running.
 */
export function listenForSignals(): AbortSignal {
  const shutdown = new AbortController();
  let firstMs = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (!shutdown.signal.aborted) firstMs = now;
    else if (signal !== shutdown.signal.reason || now - firstMs > SAME_SIGNAL_MS) process.exit(INTERRUPTED);
    shutdown.abort(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  // A process without npm may be left behind on purpose, as by `node dist/main.js &` in a script.
  if (process.env.npm_lifecycle_event !== undefined)
    onParentDeath(() => {
      shutdown.abort('SIGTERM');
    });
  return shutdown.signal;
}

/** On shutdown: reports that it is not ready, closes the application with its database, then exits. */
export function closeOnShutdown(
  app: INestApplicationContext,
  shutdownSignal: AbortSignal,
  alsoClose: () => Promise<void> = () => Promise.resolve(),
): void {
  const close = (): void => {
    setTimeout(() => process.exit(1), DEADLINE_MS);
    app.get(Draining).begin();
    setTimeout(
      () => {
        void closeAndExit(app, alsoClose);
      },
      shutdownSignal.reason === 'SIGTERM' ? DRAIN_MS : 0,
    );
  };
  if (shutdownSignal.aborted) close();
  else shutdownSignal.addEventListener('abort', close, { once: true });
}

async function closeAndExit(app: INestApplicationContext, alsoClose: () => Promise<void>): Promise<void> {
  try {
    await app.close();
    await alsoClose();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`The shutdown failed: ${String(error)}\n`);
    process.exit(1);
  }
}
