#!/usr/bin/env node
import { existsSync } from 'node:fs';

const cli = new URL('../dist/cli.js', import.meta.url);
if (existsSync(cli)) {
  const { enableCompileCache } = await import('../dist/app/compile-cache.js');
  enableCompileCache();
  await import(cli.href);
} else {
  process.stderr.write('movie-pipeline is not built yet: run "npm run build" first.\n');
  process.exitCode = 2;
}
