import type { Command } from 'commander';
import { addCommand, exitWith, type Output, wholeNumber } from '../command.js';
import { EXIT } from '../exit-code.js';
import { moment, print, table } from '../format.js';

export function addAuditCommand(program: Command): void {
  addCommand(program, 'audit', 'list who did what, newest first')
    .option('--limit <n>', 'how many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--before <id>', 'only records with a lower id', wholeNumber(1, 9_999_999_999))
    .action(exitWith(listAudit));
}

interface AuditOptions extends Output {
  readonly limit: number;
  readonly before?: number;
}

async function listAudit({ limit, before, json }: AuditOptions): Promise<number> {
  const { commandConfig, withApplication } = await import('../context.js');
  const { AuditRepository } = await import('../../audit/audit.repository.js');
  const { AuditRecordDto } = await import('../../auth/audit/audit.dto.js');
  return withApplication(commandConfig({ tmdbKey: false }), 'check', async (app) => {
    const { records } = await app.get(AuditRepository).list(limit, before ?? null);
    const rows = records.map((record) => AuditRecordDto.from(record));
    const text = table(
      ['id', 'at', 'action', 'actor', 'address', 'details'],
      rows.map(({ id, at, action, actor, address, details }) => [
        ...[id, moment(at), action, actor ?? '', address ?? ''],
        Object.entries(details)
          .map(([name, value]) => `${name}=${String(value)}`)
          .join(' '),
      ]),
    );
    print(rows, rows.length === 0 ? 'There are no records.' : text, { json });
    return EXIT.success;
  });
}
