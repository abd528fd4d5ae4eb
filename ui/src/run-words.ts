import { words } from './format';
import type { RunDto, ScheduledJobDto, Trigger } from './generated/types.gen';

export const TRIGGER_WORD = {
  schedule: 'Schedule',
  api: 'API',
  cli: 'Command line',
} as const satisfies Record<Trigger, string>;

/** `Daily update` */
export function runName(type: RunDto['update_type']): string {
  return type === null ? 'Run of an older version' : `${words(type)} ${type === 'custom' ? 'run' : 'update'}`;
}

/** `Quick Update`: the name without what the job does, which is in parentheses. */
export function jobName({ name }: Pick<ScheduledJobDto, 'name'>): string {
  return name.replace(/\s*\(.*\)$/, '');
}
