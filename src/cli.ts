import { listenForSignals } from './app/shutdown.js';
import { ignoreBrokenPipes } from './cli/broken-pipe.js';
import { EXIT } from './cli/exit-code.js';
import { createProgram } from './cli/program.js';
import { reportError } from './cli/report-error.js';

const shutdownSignal = listenForSignals();
ignoreBrokenPipes();

try {
  await createProgram(shutdownSignal).parseAsync();
} catch (error) {
  process.exitCode = error === shutdownSignal.reason ? EXIT.cancelled : reportError(error);
}
