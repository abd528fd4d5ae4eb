import { loadConfig, readEnvironment } from '../config/load-config.js';
import { createApp, serve } from '../serve.js';
import { EXIT } from './exit-code.js';

/** Serves until a signal ends it; Nest's shutdown hooks then close everything in order. */
export async function serveCommand(): Promise<number> {
  const config = loadConfig(readEnvironment(), { tmdbKey: true });
  await serve(await createApp(config), config.http);
  return EXIT.success;
}
