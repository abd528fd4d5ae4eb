#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { nodeFault } from '../scripts/node-version.mjs';

const cli = new URL('../dist/cli.js', import.meta.url);
const fault = nodeFault(process.versions.node);
if (fault !== null) fail(fault);
else if (!existsSync(cli)) fail('movie-pipeline is not built yet. Run: npm run build');
else {
  const { enableCompileCache } = await import('../dist/app/compile-cache.js');
  enableCompileCache();
  await import(cli.href);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 2;
}
