import { keepCompiled } from './compile-cache.js';
import { hearSignals } from './shutdown.js';

const asked = hearSignals();
keepCompiled();
const { serviceCommand } = await import('./cli/service.commands.js');
await serviceCommand(undefined, asked);
