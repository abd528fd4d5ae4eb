import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './program.js';

const UNSHARE = ['--map-root-user', '--net', '--mount', '--kill-child'];
/** Debian has `ip` and `nft` where not every user looks. */
const ENV = { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };

export const hasNamespaces =
  spawnSync('unshare', [...UNSHARE, 'sh', '-c', 'ip link && nft list ruleset'], { env: ENV }).status === 0;

/** For the name of a suite, which then reports what is missing. */
export const IN_A_NETWORK_OF_ITS_OWN = hasNamespaces
  ? 'in a network of its own'
  : 'in a network of its own (skipped: that needs Linux, iproute2, nftables and the right to make namespaces)';

/** A network and a file /etc/hosts that only the programs started in it see. All its addresses are on the loopback device. */
export class NetworkNamespace {
  private readonly programs: Program[] = [];

  private constructor(
    private readonly owner: Program,
    private readonly folder: string,
  ) {}

  /**
   * @param names the addresses of each host
   * @param rules for `nft`: what happens to the packets
   */
  static async create(
    names: Readonly<Record<string, readonly string[]>>,
    rules: string,
  ): Promise<NetworkNamespace> {
    const folder = await mkdtemp(join(tmpdir(), 'movie-pipeline-network-'));
    const hosts = Object.entries(names).flatMap(([name, addresses]) =>
      addresses.map((address) => `${address} ${name}\n`),
    );
    await writeFile(join(folder, 'hosts'), hosts.join(''));
    await writeFile(join(folder, 'rules'), rules);
    // Without one of its own, the program reads that of this working copy.
    await writeFile(join(folder, '.env'), '');
    const script = [
      'set -e',
      'mount --bind hosts /etc/hosts',
      'ip link set lo up',
      ...Object.values(names)
        .flat()
        .map((address) => `ip address add ${address} dev lo`),
      'nft -f rules',
      'echo ready',
      'exec sleep 600',
    ].join('\n');
    const owner = Program.command('unshare', [...UNSHARE, 'sh', '-c', script], { env: ENV, cwd: folder });
    await owner.printed(/ready/);
    return new NetworkNamespace(owner, folder);
  }

  /** A program that ends with the network. */
  start(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
    const enter = [
      '--target',
      String(this.owner.pid),
      '--user',
      '--net',
      '--mount',
      '--preserve-credentials',
    ];
    const program = Program.command('nsenter', [...enter, `--wd=${this.folder}`, '--', file, ...args], {
      env,
      cwd: this.folder,
    });
    this.programs.push(program);
    return program;
  }

  async close(): Promise<void> {
    for (const program of [...this.programs, this.owner]) {
      program.kill('SIGKILL');
      await program.end();
    }
    await rm(this.folder, { recursive: true });
  }
}
