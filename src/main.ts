import { keepCompiled } from './app/compile-cache.js';
import { listenForSignals } from './app/shutdown.js';

const asked = listenForSignals();
keepCompiled();
const { serviceCommand } = await import('./cli/service.commands.js');
await serviceCommand(undefined, asked);
