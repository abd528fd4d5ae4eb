import { reportError } from './cli/report-error.js';
import { loadServiceConfig, readEnvironment } from './config/load-config.js';
import { startService } from './serve.js';
import { hearSignals } from './shutdown.js';

const asked = hearSignals();

try {
  await startService(loadServiceConfig(readEnvironment()), asked);
} catch (error) {
  process.exit(reportError(error));
}
