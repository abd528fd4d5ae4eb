import { createHmac } from 'node:crypto';
import type { Alert } from './alert.js';
import type { AlertTarget } from '../config/alert-target.js';

export interface AlertRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Discord's limit is 2,000 characters, that of ntfy 4,096 bytes. */
const MAX_TEXT_LENGTH = 1_000;

/**
 * The request that tells a target of an alert.
 * @param secret signs webhooks, as `whsec_` and base64
 * @param sentAt becomes a webhook's timestamp
 */
export function alertRequest(
  { kind }: AlertTarget,
  alert: Alert,
  secret: string | null,
  sentAt: Date,
): AlertRequest {
  const text = textOf(alert);
  switch (kind) {
    case 'webhook':
      return webhook(alert, secret, sentAt);
    case 'slack':
      return json({ text: escapeSlack(text) });
    case 'discord':
      return json({ content: text, allowed_mentions: { parse: [] } });
    case 'ntfy':
      return {
        headers: {
          'Content-Type': 'text/plain; charset=utf-8',
          Title: `movie-pipeline: ${alert.event}`,
          Tags: isGood(alert) ? 'white_check_mark' : 'warning',
          Priority: isGood(alert) ? 'default' : 'high',
        },
        body: alert.message.slice(0, MAX_TEXT_LENGTH),
      };
  }
}

/** Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function webhook(
  { id, event, subject, message, at }: Alert,
  secret: string | null,
  sentAt: Date,
): AlertRequest {
  const { body, headers } = json({ type: event, timestamp: at, data: { subject, message } });
  const timestamp = String(Math.floor(sentAt.getTime() / 1_000));
  if (secret === null) throw new Error('Webhooks are signed with ALERT_SECRET, which is missing.');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return { body, headers: { ...headers, ...signed } };
}

function json(value: object): AlertRequest {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

function textOf(alert: Alert): string {
  return `${isGood(alert) ? '✅' : '⚠️'} movie-pipeline: ${alert.event}. ${alert.message}`.slice(
    0,
    MAX_TEXT_LENGTH,
  );
}

function isGood({ event }: Alert): boolean {
  return event === 'test' || event.endsWith('.recovered');
}

/** Slack's own markup. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
