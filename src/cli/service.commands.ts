import type { Role } from '../config/app-config.js';
import { loadServiceConfig, readEnvironment } from '../config/load-config.js';
import { startService } from '../app/bootstrap.js';
import { EXIT } from './exit-code.js';
import { reportError } from './report-error.js';

/**
 * Starts the parts of the service that a command names, or else ROLES; they go on until a signal ends them. Where they
 * can't be started the process ends at once: parts may have begun.
 */
export async function serviceCommand(roles: readonly Role[] | undefined, asked: AbortSignal): Promise<void> {
  try {
    await startService(loadServiceConfig(readEnvironment(), roles), asked);
  } catch (error) {
    process.exit(asked.aborted ? EXIT.success : reportError(error));
  }
}
