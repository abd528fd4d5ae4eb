import { reportError } from './cli/report-error.js';
import { loadServiceConfig, readEnvironment } from './config/load-config.js';
import { startService } from './serve.js';

try {
  await startService(loadServiceConfig(readEnvironment()));
} catch (error) {
  process.exit(reportError(error));
}
