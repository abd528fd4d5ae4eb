import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

type Describe = (cron: string) => string;

const DAILY = /^[\d,]+ [\d,]+ \* \* \*$/;

const describe = signal<Describe | null>(null);

/** Loads the library, which is a chunk of its own. */
async function load(): Promise<void> {
  const { default: cronstrue } = await import('cronstrue');
  const { hourCycle } = new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions();
  const use24HourTimeFormat = hourCycle === 'h23' || hourCycle === 'h24';
  describe.value = (cron) =>
    cronstrue.toString(cron, {
      use24HourTimeFormat,
      throwExceptionOnParseError: false,
      // "At 3:00 AM" is not enough; "every 6 hours, every day" is too much.
      verbose: DAILY.test(cron),
    });
}

/** `At 03:00 AM, every day`; the expression itself until the words are there. @param cron that the API accepts */
export function CronWords({ cron }: { readonly cron: string }): JSX.Element {
  useEffect(() => {
    if (describe.peek() === null) load().catch(() => undefined);
  }, []);
  return <>{describe.value?.(cron) ?? cron}</>;
}
