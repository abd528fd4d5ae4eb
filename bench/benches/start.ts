import { once } from 'node:events';
import { startFlags } from '../../scripts/start-flags.mjs';
import { type Bench, expectThat } from '../harness/bench.js';
import { endChild, startChild } from '../harness/child.js';
import type { Lab } from '../harness/lab.js';
import { serviceEnvironment } from '../harness/service.js';
import { built, type Target } from '../harness/target.js';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 5;
const PATIENCE_MS = 60_000;

/** From the start of the built service to its first answer that it is ready. */
export const start: Bench = {
  name: 'start',
  about: '`npm start` without npm: from nothing to GET /health/ready',
  figures: [
    { name: 'first ever, embedded database', unit: 's', goal: { atMost: 6 } },
    { name: 'again, embedded database', unit: 's', goal: { atMost: 2.5 } },
    { name: 'with a database that runs', unit: 's', goal: { atMost: 1 } },
  ],
  repeats: 3,
  warmUps: 1,
  async measure(target, lab) {
    const folder = await lab.dataDir();
    const first = await secondsToReady(target, lab, { DATA_DIR: folder.path });
    const again = await secondsToReady(target, lab, { DATA_DIR: folder.path });
    await folder.remove();
    const database = await lab.database(target);
    await secondsToReady(target, lab, { DATABASE_URL: database.url });
    const external = await secondsToReady(target, lab, { DATABASE_URL: database.url });
    await database.drop();
    return {
      'first ever, embedded database': first,
      'again, embedded database': again,
      'with a database that runs': external,
    };
  },
};

async function secondsToReady(target: Target, lab: Lab, env: Record<string, string>): Promise<number> {
  const port = await freePort();
  const common = serviceEnvironment({ sandboxUrl: 'http://127.0.0.1:9/3', dataDir: lab.folder });
  const started = performance.now();
  const child = startChild({
    file: built(target, 'main.js'),
    flags: startFlags(target.root),
    env: { ...common, PORT: String(port), ...env },
    cwd: lab.folder,
  });
  const forget = lab.onClose(() => endChild(child));
  child.stdout?.resume();
  const ended = once(child, 'exit').then(() => true);
  for (;;) {
    if (await isReady(`http://127.0.0.1:${port}/health/ready`)) break;
    const gone = await Promise.race([ended, sleep(POLL_MS, false)]);
    expectThat('the service goes on', !gone);
    expectThat('it is ready within a minute', performance.now() - started < PATIENCE_MS);
  }
  const seconds = (performance.now() - started) / 1_000;
  // Not SIGTERM, upon which it would answer for a second more.
  child.kill('SIGINT');
  await forget();
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
