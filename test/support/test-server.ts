import { join } from 'node:path';
import { Client } from 'pg';
import { findCluster } from '../../src/database/embedded/data-folder.js';
import {
  attachEmbeddedPostgres,
  type EmbeddedServer,
} from '../../src/database/embedded/embedded-postgres.js';
import { readPostmaster } from '../../src/database/embedded/postmaster-file.js';
import { SUPERUSER, tcpUrl } from '../../src/database/embedded/server-address.js';

/** A server for test databases. The URL names any of its databases, with a role that may CREATE DATABASE. */
export interface TestServer {
  readonly url: string;
  leave(): Promise<void>;
}

const EMBEDDED_DIR = join(import.meta.dirname, '..', '..', '.data', 'test');

/** Joins `TEST_DATABASE_URL`, else the embedded server of this working copy. Each caller must leave. */
export async function joinTestServer(): Promise<TestServer> {
  const external = process.env.TEST_DATABASE_URL;
  if (external !== undefined && external !== '') {
    return { url: checkTestUrl(external), leave: () => Promise.resolve() };
  }
  users += 1;
  try {
    const { folder } = await (attached ??= attachEmbeddedPostgres(EMBEDDED_DIR, { durable: false }));
    return { url: await superuserUrl(folder), leave: leaveOnce() };
  } catch (error) {
    users -= 1;
    attached = null;
    throw error;
  }
}

let users = 0;
let attached: Promise<EmbeddedServer> | null = null;

function leaveOnce(): () => Promise<void> {
  let left = false;
  return async () => {
    if (left) return;
    left = true;
    users -= 1;
    if (users > 0) return;
    const server = attached;
    attached = null;
    await (await server)?.leave();
  };
}

/** Of a running embedded server. */
export async function superuserUrl(cluster: string): Promise<string> {
  const [found, server] = [await findCluster(cluster), await readPostmaster(cluster)];
  if (found === null || server === null) throw new Error(`No server runs on ${cluster}.`);
  return `${tcpUrl(found, server, SUPERUSER)}?sslmode=disable&require_auth=scram-sha-256`;
}

function checkTestUrl(url: string): string {
  const name = URL.canParse(url) ? new URL(url).pathname.slice(1) : '';
  if (name.includes('test')) return url;
  throw new Error(
    `TEST_DATABASE_URL must name a database whose name contains "test", so that tests never reach real data; it names "${name}".`,
  );
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

/** Runs `action` with a connection that is closed afterwards. */
export async function withClient<T>(url: string, action: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'movie-pipeline test' });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}
