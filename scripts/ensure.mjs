/**
 * Runs the steps that a command needs, each only when its inputs have changed, then the command:
 *
 *   node scripts/ensure.mjs install|client|service|types|build|bench|chaos [-- command …]
 *
 * Each step runs the step that it needs first. This is plain JavaScript without dependencies, because a fresh clone has
 * nothing else, and an old Node.js may run it.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeFault } from './node-version.mjs';
import { onParentDeath } from './parent-death.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, 'node_modules', '.bin');
const bundledNode = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
const stamps = join(root, 'node_modules', '.cache', 'movie-pipeline');
const windows = process.platform === 'win32';
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };

const STEPS = {
  install: {
    needs: null,
    message: 'Installing the packages (npm ci)',
    inputs: ['package-lock.json', '.npmrc'],
    output: 'node_modules/typescript',
    run() {
      call('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
      dropUnusableNode();
    },
  },
  client: {
    needs: 'install',
    message: 'Generating the database client (prisma generate)',
    inputs: ['package-lock.json', 'prisma/schema.prisma', 'prisma.config.ts'],
    output: 'src/database/generated/client.ts',
    run() {
      // Generating needs no schema engine, but the Prisma CLI downloads one unless this variable names an executable.
      call('prisma', ['generate'], {
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: '1',
      });
    },
  },
  service: {
    needs: 'client',
    message: 'Building the service (nest build)',
    inputs: ['package-lock.json', 'prisma', 'src', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'],
    output: 'dist/cli.js',
    run() {
      call('nest', ['build']);
    },
  },
  types: {
    needs: 'service',
    message: "Generating the dashboard's types of the API (openapi-ts)",
    inputs: ['package-lock.json', 'src', 'ui/openapi-ts.config.js'],
    output: 'ui/src/generated/types.gen.ts',
    run() {
      call('node', ['dist/write-openapi.js', 'ui/src/generated/openapi.json']);
      call('openapi-ts', ['-f', 'ui/openapi-ts.config.js', '--no-log-file', '--silent']);
    },
  },
  build: {
    needs: 'types',
    message: 'Building the dashboard (vite build)',
    inputs: ['package-lock.json', 'ui'],
    output: 'dist/ui/index.html',
    run() {
      call('vite', ['build', 'ui', '--logLevel', 'warn']);
    },
  },
  bench: {
    needs: 'service',
    message: 'Building the benchmarks (tsc)',
    inputs: ['package-lock.json', 'bench', 'tsconfig.json', 'tsconfig.bench.json'],
    output: 'dist-bench/main.js',
    run() {
      rmSync(join(root, 'dist-bench'), { recursive: true, force: true });
      call('tsc', ['-p', 'tsconfig.bench.json']);
    },
  },
  chaos: {
    needs: 'service',
    message: 'Building the chaos suite (tsc)',
    inputs: [
      'package-lock.json',
      'test/chaos',
      'test/support/program.ts',
      'tsconfig.json',
      'tsconfig.chaos.json',
    ],
    output: 'dist-chaos/chaos/main.js',
    run() {
      rmSync(join(root, 'dist-chaos'), { recursive: true, force: true });
      call('tsc', ['-p', 'tsconfig.chaos.json']);
    },
  },
};

/** Removes the Node.js of the packages where it does not run (another C library), so that the machine's own is used. */
function dropUnusableNode() {
  if (!existsSync(bundledNode)) return;
  if (spawnSync(bundledNode, ['--version'], { shell: windows }).status !== 0) rmSync(bundledNode);
}

function requireUsableNode() {
  const fault = existsSync(bundledNode) ? null : nodeFault(process.versions.node);
  if (fault === null) return;
  process.stderr.write(`${fault}\n`);
  process.exit(1);
}

function call(command, args, extra = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...env, ...extra },
    encoding: 'utf8',
    shell: windows,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status === 0) return;
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
  process.stderr.write(`"${command} ${args.join(' ')}" failed. The lines above give the reason.\n`);
  process.exit(1);
}

function filesOf(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function fingerprint(inputs) {
  const hash = createHash('sha256').update(process.platform + process.arch);
  for (const file of inputs.flatMap((input) => filesOf(join(root, input)).sort())) {
    hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}

function ensure(name) {
  const step = STEPS[name];
  if (step.needs !== null) ensure(step.needs);
  const stamp = join(stamps, name);
  const now = fingerprint(step.inputs);
  if (existsSync(join(root, step.output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  process.stderr.write(`${step.message} … `);
  const started = performance.now();
  step.run();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, fingerprint(step.inputs));
  process.stderr.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/**
 * Forwards signals, except the terminal's Ctrl-C, which the command receives itself, and exits as the command does. Ends
 * the command when npm, which started this, is killed.
 */
function run([command, ...args]) {
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit', shell: windows });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  if (env.npm_lifecycle_event !== undefined) onParentDeath(() => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

const [target, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(STEPS, target)) {
  process.stderr.write(
    'Usage: node scripts/ensure.mjs install|client|service|types|build|bench|chaos [-- command …]\n',
  );
  process.exit(2);
}
ensure('install');
requireUsableNode();
ensure(target);
if (rest[0] === '--' && rest.length > 1) run(rest.slice(1));
