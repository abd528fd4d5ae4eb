import { enableCompileCache } from './app/compile-cache.js';
import { listenForSignals } from './app/shutdown.js';

const shutdownSignal = listenForSignals();
enableCompileCache();
const { serveRoles } = await import('./cli/serve-roles.js');
await serveRoles(undefined, shutdownSignal);
