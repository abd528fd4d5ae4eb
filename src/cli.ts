import { allowSlowConnections } from './app/connection-attempts.js';
import { listenForSignals } from './app/shutdown.js';
import { ignoreBrokenPipes } from './cli/broken-pipe.js';
import { EXIT } from './cli/exit-code.js';
import { createProgram } from './cli/program.js';
import { reportError } from './cli/report-error.js';

/** How long a command that has ended waits for what it left open: a connection being made, a name being resolved. */
const LINGER_MS = 1_000;

const shutdownSignal = listenForSignals();
ignoreBrokenPipes();
allowSlowConnections();

try {
  await createProgram(shutdownSignal).parseAsync();
} catch (error) {
  process.exitCode = error === shutdownSignal.reason ? EXIT.cancelled : reportError(error);
}
// `serve` and its siblings set no exit code: they go on.
if (process.exitCode !== undefined) setTimeout(() => process.exit(), LINGER_MS).unref();
