/**
 * Writes the OpenAPI document of this version to a file, for programs that generate code from it:
 *
 *   node dist/write-openapi.js openapi.json
 *
 * Nest's preview mode reads the modules and constructs nothing, so neither a database nor settings are needed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app/app.module.js';
import { buildDocument } from './app/http/openapi.js';
import { loadConfig } from './config/load-config.js';
import type { OpenDatabase } from './database/connection/open-database.js';

const [, , file = 'openapi.json'] = process.argv;
const config = loadConfig({ JWT_SECRET: 'unused, since no token is issued' }, { tmdbKey: false });
const app = await NestFactory.create(AppModule.of(config, {} as OpenDatabase), {
  preview: true,
  logger: ['error', 'warn'],
});
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, JSON.stringify(buildDocument(app), null, 2));
