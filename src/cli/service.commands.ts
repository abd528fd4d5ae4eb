import type { Role } from '../config/app-config.js';
import { loadServiceConfig, readEnvironment } from '../config/load-config.js';
import { startService } from '../serve.js';

/** Starts the parts of the service that a command names; they go on until a signal ends them. */
export async function serviceCommand(roles: readonly Role[], asked: AbortSignal): Promise<void> {
  await startService(loadServiceConfig(readEnvironment(), roles), asked);
}
