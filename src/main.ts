import { keepCompiled } from './compile-cache.js';
import { hearSignals } from './shutdown.js';

const asked = hearSignals();
keepCompiled();
const [{ reportError }, { loadServiceConfig, readEnvironment }, { startService }] = await Promise.all([
  import('./cli/report-error.js'),
  import('./config/load-config.js'),
  import('./serve.js'),
]);

try {
  await startService(loadServiceConfig(readEnvironment()), asked);
} catch (error) {
  process.exit(reportError(error));
}
