import type { Command } from 'commander';
import { addCommand, exitWith, type Output } from '../command.js';
import type { Finding } from '../doctor-checks.js';
import { EXIT } from '../exit-code.js';

const SIGNS = { ok: '✓', warning: '!', fault: '✗' } as const;

export function addDoctorCommand(program: Command): void {
  addCommand(
    program,
    'doctor',
    'check environment, key, database and data, with a next step for each',
  ).action(exitWith(doctor));
}

async function doctor({ json }: Output): Promise<number> {
  const { examine } = await import('../doctor-checks.js');
  const findings: Finding[] = [];
  for await (const found of examine()) {
    findings.push(found);
    if (!json) process.stdout.write(`${SIGNS[found.verdict]} ${found.check.padEnd(12)} ${found.detail}\n`);
  }
  if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  return findings.some(({ verdict }) => verdict === 'fault') ? EXIT.failed : EXIT.success;
}
