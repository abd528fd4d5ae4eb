import { enableCompileCache } from './app/compile-cache.js';
import { allowSlowConnections } from './app/connection-attempts.js';
import { listenForSignals } from './app/shutdown.js';

const shutdownSignal = listenForSignals();
enableCompileCache();
allowSlowConnections();
const { serveRoles } = await import('./cli/serve-roles.js');
await serveRoles(undefined, shutdownSignal);
