import { reportError } from './cli/report-error.js';
import { demo } from './demo/demo.js';

try {
  const code = await demo();
  if (code !== null) process.exit(code);
} catch (error) {
  process.exit(reportError(error));
}
