import { resolve } from 'node:path';
import { randomPassword } from '../auth/users/users.service.js';
import { freePort } from '../common/free-port.js';
import { EXIT_OF_STATUS } from '../cli/exit-code.js';
import { number } from '../cli/format.js';
import { requestAndFollow } from '../cli/follow-run.js';
import { runSummary } from '../cli/run-summary.js';
import type { AppConfig } from '../config/app-config.js';
import { loadConfig } from '../config/load-config.js';
import { OpenDatabase } from '../database/connection/open-database.js';
import { presetPlan } from '../runs/run-plan.js';
import { createApp, serve } from '../app/bootstrap.js';
import { type LaunchedSandbox, launchSandbox } from '../sandbox/launch.js';
import { closeOnShutdown } from '../app/shutdown.js';
import { DEMO_USER, type DemoLogin, demoLogin } from './demo-login.js';

const DATA_DIR = resolve('.data/demo');
const FIRST_PORT = 8000;
const LAST_PORT = 8099;
/** The latency of TMDB over an ordinary line, and a rate limit just above TMDB_REQUESTS_PER_SECOND. */
const LIKE_TMDB = { latencyMs: 60, jitterMs: 40, rateLimit: 42 };
/** Faster than TMDB, so that all movies take a minute or two. */
const EVERY_MOVIE = { movies: 20_000, latencyMs: 20, jitterMs: 20 };
/** The sandbox accepts any key of this form. */
const SANDBOX_KEY = '0'.repeat(32);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * Reads neither the environment nor .env, so that made-up movies can't reach real data.
 * @param catalogue whether to load every movie of the sandbox
 */
function demoConfig({ url, exportUrl }: LaunchedSandbox, catalogue: boolean): AppConfig {
  return loadConfig(
    {
      TMDB_API_KEY: SANDBOX_KEY,
      TMDB_BASE_URL: url,
      TMDB_EXPORT_URL: exportUrl,
      // At TMDB's limit, every movie would take eight minutes.
      TMDB_REQUESTS_PER_SECOND: catalogue ? '400' : '40',
      CATALOGUE: catalogue ? 'all' : 'lists',
      DATA_DIR,
      LOG_LEVEL: 'warn',
      // The first user; the end of the demo gives it the password that is printed.
      ADMIN_USERNAME: DEMO_USER,
      ADMIN_PASSWORD: randomPassword(),
    },
    { tmdbKey: true },
  );
}

/**
 * The whole service with nothing but the packages: starts a TMDB sandbox and an embedded PostgreSQL, makes one full
 * update, then serves the API until `shutdownSignal` is aborted. Returns the exit code when it ends before it serves.
 */
export async function demo(
  shutdownSignal: AbortSignal,
  { catalogue }: { readonly catalogue: boolean },
): Promise<number | null> {
  say(`movie-pipeline demo: made-up movies from a TMDB sandbox, stored in ${DATA_DIR}.`);
  const sandbox = await launchSandbox(catalogue ? EVERY_MOVIE : LIKE_TMDB);
  const config = demoConfig(sandbox, catalogue);
  say(`Starting PostgreSQL in ${DATA_DIR} …`);
  const app = await createApp(config, shutdownSignal);
  say(
    catalogue
      ? `Running a catalogue update: ids of ${number(EVERY_MOVIE.movies)} movies, then the details of each.\n`
      : 'Running a full update: five lists, then cast, crew, keywords and more of each due movie.\n',
  );
  await app.init();
  const details = await requestAndFollow(app, presetPlan(catalogue ? 'catalogue' : 'full'), {
    username: 'demo',
    quiet: false,
    signal: shutdownSignal,
  });
  if (details !== null) say(`\n${runSummary(details)}`);
  say(`The sandbox counted ${number((await sandbox.counters()).requests)} requests.\n`);
  const status = details?.run.status ?? 'CANCELLED';
  if (status === 'CANCELLED' || status === 'FAILED') {
    await app.close();
    await sandbox.stop();
    return EXIT_OF_STATUS[status];
  }
  const login = await demoLogin(app);
  const port = await firstFreePort(config.http.host);
  const url = await serve(app, { ...config.http, port });
  closeOnShutdown(app, shutdownSignal, () => sandbox.stop());
  if (port !== FIRST_PORT) say(`Port ${FIRST_PORT} is taken, so this demo uses port ${port}.`);
  say(nextSteps(url, login, app.get(OpenDatabase).folder ?? DATA_DIR));
  return null;
}

async function firstFreePort(host: string): Promise<number> {
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) {
    if ((await freePort(port, host)) !== null) return port;
  }
  throw new Error(
    `Every port from ${FIRST_PORT} to ${LAST_PORT} is taken. Stop a program that listens on one.`,
  );
}

function nextSteps(url: string, { name, password }: DemoLogin, folder: string): string {
  const outside = folder.startsWith(DATA_DIR) ? '' : ` and ${folder}, where the data is`;
  return [
    `Serving at ${url} until Ctrl-C:`,
    `  ${url}/ui/                   dashboard`,
    `  ${url}/docs                  Swagger UI`,
    `  ${url}/pipeline/status       the current and the last run`,
    `  ${url}/pipeline/runs         all runs`,
    `  ${url}/health                service health`,
    `Log in as ${name} with the password ${password}, in the dashboard, in Swagger UI (Authorize) or with curl:`,
    `  TOKEN=$(curl -s ${url}/auth/login -d username=${name} -d password=${password} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `  curl -X POST ${url}/pipeline/run -H "Authorization: Bearer $TOKEN"`,
    `Run the demo again: it fetches no details that are still fresh. To start over, delete ${DATA_DIR}${outside}.`,
  ].join('\n');
}
