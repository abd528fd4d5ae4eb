/**
 * Milliseconds that a Retry-After header asks to wait, given as seconds or as a date (RFC 9110); null if it has neither.
 * @param sentAt the Date header of the same response, so that the clocks of server and client need not agree
 * @param now the time to count from when there is no such header
 */
export function retryAfterMs(header: string | null, sentAt: string | null, now: Date): number | null {
  const value = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const date = timeOf(value);
  return date === null ? null : Math.max(0, date - (timeOf(sentAt ?? '') ?? now.getTime()));
}

/** The oldest form of a date in HTTP, `Tue Sep  1 12:00:30 2026`, is in UTC and does not say so. */
function timeOf(value: string): number | null {
  const zoned = / \d{4}$/.test(value) ? `${value} GMT` : value;
  const time = /[a-z]/i.test(value) ? Date.parse(zoned) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
