import { EXIT } from './cli/exit-code.js';
import { demo } from './demo/demo.js';

try {
  const code = await demo();
  if (code !== null) process.exitCode = code;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT.failed;
}
