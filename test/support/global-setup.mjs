import { join } from 'node:path';
import pg from 'pg';
// Jest does not transform the imports of its global setup, so this imports the built file.
import { findCluster } from '../../dist/database/embedded/data-folder.js';
import { attachEmbeddedPostgres } from '../../dist/database/embedded/embedded-postgres.js';
import { readPostmaster } from '../../dist/database/embedded/postmaster-file.js';
import { SUPERUSER, tcpUrl } from '../../dist/database/embedded/server-address.js';

/** Keeps the embedded test server running; otherwise it would stop and start between the test files. */
export default async function globalSetup() {
  if (process.env.TEST_DATABASE_URL) return;
  const dataDir = join(import.meta.dirname, '..', '..', '.data', 'test');
  const server = await attachEmbeddedPostgres(dataDir, { durable: false });
  globalThis.embeddedTestServer = server;
  // No other process uses the server, so these databases are those of a killed run.
  if (!server.started) return;
  const [cluster, postmaster] = [await findCluster(server.folder), await readPostmaster(server.folder)];
  await dropLeftovers(tcpUrl(cluster, postmaster, SUPERUSER));
}

async function dropLeftovers(url) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT datname FROM pg_database
        WHERE datname ~ 'test' AND NOT datistemplate`,
    );
    for (const { datname } of rows) {
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(datname)} WITH (FORCE)`);
    }
  } finally {
    await client.end();
  }
}
