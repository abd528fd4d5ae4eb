import type { JSX } from 'preact';
import { now } from '../clock';
import { duration, exactTime, relativeTime } from '../format';

/** `2 hours ago`, with the exact time in the title. @param at ISO 8601 */
export function Ago({ at }: { readonly at: string }): JSX.Element {
  const time = new Date(at);
  return (
    <time dateTime={at} title={exactTime(time)}>
      {relativeTime(time, now.value)}
    </time>
  );
}

/** The time left until `at`, counted down: `3 min 12 s`; `due` once it has passed. @param at ISO 8601 */
export function Countdown({ at }: { readonly at: string }): JSX.Element {
  const time = new Date(at);
  const seconds = Math.ceil((time.getTime() - now.value) / 1_000);
  return (
    <time dateTime={at} title={exactTime(time)} class="countdown">
      {seconds <= 0 ? 'due' : duration(seconds)}
    </time>
  );
}

/** The time since `at`, counted up. @param at ISO 8601 */
export function Elapsed({ at }: { readonly at: string }): JSX.Element {
  const seconds = Math.max(0, Math.floor((now.value - new Date(at).getTime()) / 1_000));
  return <span title={`Since ${exactTime(new Date(at))}`}>{duration(seconds)}</span>;
}
