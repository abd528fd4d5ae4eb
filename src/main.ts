import { loadConfig, readEnvironment } from './config/load-config.js';
import { createApp, serve } from './serve.js';

const config = loadConfig(readEnvironment(), { tmdbKey: true });
await serve(await createApp(config), config.http);
