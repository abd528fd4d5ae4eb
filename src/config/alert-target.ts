import { createHash } from 'node:crypto';

export const TARGET_KINDS = ['webhook', 'slack', 'discord', 'ntfy'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface AlertTarget {
  /** Names the target in the queue: the URL itself is a secret. */
  readonly id: string;
  readonly kind: TargetKind;
  readonly url: string;
}

/** Null when it is none. @param value an entry of ALERT_URLS, such as `slack+https://hooks.slack.com/…` */
export function parseTarget(value: string): AlertTarget | null {
  const kind = TARGET_KINDS.find((known) => value.startsWith(`${known}+`));
  if (kind === undefined) return null;
  const url = value.slice(kind.length + 1);
  const protocols = kind === 'webhook' ? ['https:', 'http:'] : ['https:'];
  if (!URL.canParse(url) || !protocols.includes(new URL(url).protocol)) return null;
  return { id: createHash('sha256').update(value).digest('hex').slice(0, 16), kind, url };
}
