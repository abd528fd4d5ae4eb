import { startService } from '../app/bootstrap.js';
import type { Role } from '../config/app-config.js';
import { loadServiceConfig, readEnvironment } from '../config/load-config.js';
import { EXIT } from './exit-code.js';
import { reportError } from './report-error.js';

/**
 * Starts parts of the service, which run until `shutdownSignal` is aborted. A failed start exits the process, since some
 * parts may already run.
 * @param roles default: those of ROLES
 */
export async function serveRoles(
  roles: readonly Role[] | undefined,
  shutdownSignal: AbortSignal,
): Promise<void> {
  try {
    await startService(loadServiceConfig(readEnvironment(), roles), shutdownSignal);
  } catch (error) {
    process.exit(shutdownSignal.aborted ? EXIT.success : reportError(error));
  }
}
