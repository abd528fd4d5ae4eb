import { resolve } from 'node:path';
import { EXIT_OF_STATUS } from '../cli/exit-code.js';
import { number } from '../cli/format.js';
import { requestAndFollow } from '../cli/follow-run.js';
import { runSummary } from '../cli/run-summary.js';
import type { AppConfig } from '../config/app-config.js';
import { loadConfig } from '../config/load-config.js';
import { presetPlan } from '../runs/run-plan.js';
import { createApp, serve } from '../app/bootstrap.js';
import { launchSandbox } from '../sandbox/launch.js';
import { closeWhenAsked } from '../app/shutdown.js';
import { type DemoLogin, demoLogin } from './demo-login.js';
import { freePort } from './free-port.js';

const DATA_DIR = '.data/demo';
const FIRST_PORT = 8000;
/** The latency of TMDB over an ordinary line, and a rate limit just above TMDB_REQUESTS_PER_SECOND. */
const LIKE_TMDB = { latencyMs: 60, jitterMs: 40, rateLimit: 42 };
/** The sandbox accepts any key of this form. */
const SANDBOX_KEY = '0'.repeat(32);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Takes nothing from the environment or from .env, so that made-up movies can't reach real data. */
function demoConfig(sandboxUrl: string): AppConfig {
  return loadConfig(
    {
      TMDB_API_KEY: SANDBOX_KEY,
      TMDB_BASE_URL: sandboxUrl,
      TMDB_REQUESTS_PER_SECOND: '40',
      DATA_DIR,
      LOG_LEVEL: 'warn',
    },
    { tmdbKey: true },
  );
}

/**
 * Everything end to end with nothing but the packages: a made-up TMDB, a PostgreSQL of its own, one full update, and
 * then the API until `asked` ends it. Returns the exit code when it ends before it serves.
 */
export async function demo(asked: AbortSignal): Promise<number | null> {
  say(`movie-pipeline demo: made-up movies from a TMDB sandbox, stored below ${DATA_DIR}.`);
  const sandbox = await launchSandbox(LIKE_TMDB);
  const config = demoConfig(sandbox.url);
  say(`Starting PostgreSQL in ${resolve(DATA_DIR)} …`);
  const app = await createApp(config, asked);
  say('One full update: five lists, then cast, crew, keywords and more of each movie that is due.\n');
  await app.init();
  const details = await requestAndFollow(app, presetPlan('full'), {
    username: 'demo',
    quiet: false,
    signal: asked,
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
  const port = await freePort(FIRST_PORT, config.http.host);
  const url = await serve(app, { ...config.http, port });
  closeWhenAsked(app, asked, () => sandbox.stop());
  if (port !== FIRST_PORT) say(`Port ${FIRST_PORT} is taken, so this demo serves on ${port}.`);
  say(whatNow(url, login));
  return null;
}

function whatNow(url: string, { name, password }: DemoLogin): string {
  return [
    `Serving at ${url} until Ctrl-C:`,
    `  ${url}/docs                  Swagger UI`,
    `  ${url}/pipeline/status       what ran`,
    `  ${url}/pipeline/runs         every run on record`,
    `  ${url}/health                how it is`,
    `Log in as ${name} with the password ${password}, in Swagger UI (Authorize) or so:`,
    `  TOKEN=$(curl -s ${url}/auth/login -d username=${name} -d password=${password} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `  curl -X POST ${url}/pipeline/run -H "Authorization: Bearer $TOKEN"`,
    'Run it again: nothing that is fresh is asked for twice. To begin anew, delete .data/demo.',
  ].join('\n');
}
