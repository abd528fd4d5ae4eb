import { reportError } from './cli/report-error.js';
import { outliveReaders } from './cli/broken-pipe.js';
import { demo } from './demo/demo.js';
import { listenForSignals } from './app/shutdown.js';

const asked = listenForSignals();
outliveReaders();

try {
  const code = await demo(asked);
  if (code !== null) process.exit(code);
} catch (error) {
  process.exit(reportError(error));
}
