import { allowSlowConnections } from './app/connection-attempts.js';
import { listenForSignals } from './app/shutdown.js';
import { ignoreBrokenPipes } from './cli/broken-pipe.js';
import { EXIT } from './cli/exit-code.js';
import { reportError } from './cli/report-error.js';
import { demo } from './demo/demo.js';

const shutdownSignal = listenForSignals();
ignoreBrokenPipes();
allowSlowConnections();

try {
  const code = await demo(shutdownSignal, { catalogue: process.argv.includes('--catalogue') });
  if (code !== null) process.exit(code);
} catch (error) {
  process.exit(shutdownSignal.aborted ? EXIT.cancelled : reportError(error));
}
