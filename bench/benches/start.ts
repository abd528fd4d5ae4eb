import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFlags } from '../../scripts/start-flags.mjs';
import { type Bench, expectThat } from '../harness/bench.js';
import { endChild, startChild } from '../harness/child.js';
import type { Environment } from '../harness/environment.js';
import { serviceEnvironment } from '../harness/service.js';
import { built, type Target } from '../harness/target.js';

const POLL_MS = 5;
const MAX_START_MS = 60_000;

/** The time from starting the built service to its first successful readiness probe. */
export const start: Bench = {
  name: 'start',
  about: 'from starting dist/main.js to the first 200 of GET /health/ready',
  figures: [
    { name: 'first start, embedded database', unit: 's', goal: { atMost: 6 } },
    { name: 'later start, embedded database', unit: 's', goal: { atMost: 2.5 } },
    { name: 'with a running database', unit: 's', goal: { atMost: 1 } },
  ],
  repeats: 3,
  warmUps: 1,
  async measure(target, environment) {
    const folder = await environment.dataDir();
    const first = await secondsToReady(target, environment, { DATA_DIR: folder.path });
    const later = await secondsToReady(target, environment, { DATA_DIR: folder.path });
    await folder.remove();
    const database = await environment.database(target);
    await secondsToReady(target, environment, { DATABASE_URL: database.url });
    const external = await secondsToReady(target, environment, { DATABASE_URL: database.url });
    await database.drop();
    return {
      'first start, embedded database': first,
      'later start, embedded database': later,
      'with a running database': external,
    };
  },
};

async function secondsToReady(
  target: Target,
  environment: Environment,
  env: Record<string, string>,
): Promise<number> {
  const port = await freePort();
  const common = serviceEnvironment({ sandboxUrl: 'http://127.0.0.1:9/3', dataDir: environment.folder });
  const started = performance.now();
  const child = startChild({
    file: built(target, 'main.js'),
    flags: startFlags(target.root),
    env: { ...common, PORT: String(port), ...env },
    cwd: environment.folder,
  });
  const stopped = environment.onClose(() => endChild(child));
  child.stdout?.resume();
  const exited = once(child, 'exit').then(() => true);
  while (!(await isReady(`http://127.0.0.1:${port}/health/ready`))) {
    const hasExited = await Promise.race([exited, sleep(POLL_MS, false)]);
    expectThat('the service keeps running', !hasExited);
    expectThat('the service is ready within a minute', performance.now() - started < MAX_START_MS);
  }
  const seconds = (performance.now() - started) / 1_000;
  // After SIGTERM, the service would serve requests for another second.
  child.kill('SIGINT');
  await stopped();
  return seconds;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status === 200;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
