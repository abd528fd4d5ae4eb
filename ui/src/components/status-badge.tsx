import type { JSX } from 'preact';
import type { RunStatus } from '../generated/types.gen';

export const STATUS_TONE = {
  QUEUED: 'neutral',
  RUNNING: 'active',
  SUCCESS: 'good',
  PARTIAL: 'warn',
  FAILED: 'bad',
  CANCELLED: 'neutral',
} as const satisfies Record<RunStatus, string>;

export const STATUS_WORD = {
  QUEUED: 'Queued',
  RUNNING: 'Running',
  SUCCESS: 'Success',
  PARTIAL: 'Partial',
  FAILED: 'Failed',
  CANCELLED: 'Cancelled',
} as const satisfies Record<RunStatus, string>;

export function StatusBadge({ status }: { readonly status: RunStatus }): JSX.Element {
  return <span class={`badge tone-${STATUS_TONE[status]}`}>{STATUS_WORD[status]}</span>;
}
