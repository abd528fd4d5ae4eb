import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Alert } from '../../alerts/alert.js';
import { addCommand, exitWith, type Output } from '../command.js';
import { EXIT } from '../exit-code.js';
import { print, table } from '../format.js';

export function addAlertCommand(program: Command): void {
  const alert = program.command('alert').description('tell the receivers of ALERT_URLS').helpCommand(false);
  addCommand(alert, 'test', 'send a test to every receiver of ALERT_URLS').action(exitWith(testAlerts));
}

async function testAlerts(output: Output): Promise<number> {
  const { commandConfig } = await import('../context.js');
  const { ConfigError } = await import('../../config/config-error.js');
  const { post } = await import('../../alerts/post.js');
  const { alertRequest } = await import('../../alerts/alert-request.js');
  const { alerts } = commandConfig({ tmdbKey: false });
  if (alerts.targets.length === 0) throw new ConfigError(['ALERT_URLS is missing: it names the receivers']);
  const now = new Date();
  const message = 'This is a test. Nothing is wrong.';
  const alert: Alert = { id: randomUUID(), event: 'test', subject: '', message, at: now.toISOString() };
  const results = await Promise.all(
    alerts.targets.map(async (target) => {
      const request = alertRequest(target, alert, alerts.secret, now);
      const error = await post(target.url, request, alerts).then(
        () => null,
        (reason: unknown) => (reason as Error).message,
      );
      return { kind: target.kind, host: new URL(target.url).host, error };
    }),
  );
  const rows = results.map(({ kind, host, error }) => [kind, host, error ?? 'accepted']);
  print(results, table(['receiver', 'host', 'result'], rows), output);
  return results.every(({ error }) => error === null) ? EXIT.success : EXIT.failed;
}
