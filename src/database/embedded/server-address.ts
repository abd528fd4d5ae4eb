import { createHmac } from 'node:crypto';
import { READER } from '../access/reader-grants.js';
import type { Cluster } from './data-folder.js';
import type { Postmaster } from './postmaster-file.js';
import { findSocketFolder } from './socket-folder.js';

/** Created by initdb. It only prepares the cluster while a process joins, and no session of the service uses it. */
export const SUPERUSER = 'movie_pipeline';
/** The service's own role. It owns the database and everything in it. */
export const OWNER = 'movie_pipeline_owner';

export const DATABASE = 'movie_pipeline';

type ClusterRole = typeof SUPERUSER | typeof OWNER | typeof READER;

/** The other passwords are derived from the superuser's, the cluster's one stored secret, and do not reveal it. */
export function passwordOf({ password }: Cluster, role: ClusterRole): string {
  return role === SUPERUSER ? password : createHmac('sha256', password).update(role).digest('base64url');
}

/** Contains the password: never log it. By the server's socket where this process can reach it, else by TCP. */
export async function serverUrl(
  cluster: Cluster,
  server: Postmaster,
  role: ClusterRole,
  database = DATABASE,
): Promise<string> {
  const socket = await findSocketFolder(cluster, server);
  const host = socket === null ? '' : `&host=${encodeURIComponent(socket)}`;
  const url = tcpUrl(cluster, server, role, database);
  return `${url}?sslmode=disable&require_auth=scram-sha-256${host}`;
}

/** Contains the password: never log it. Without parameters, of which other programs know different ones. */
export function tcpUrl(
  cluster: Cluster,
  { port }: Postmaster,
  role: ClusterRole,
  database = DATABASE,
): string {
  return `postgres://${role}:${passwordOf(cluster, role)}@127.0.0.1:${port}/${database}`;
}
