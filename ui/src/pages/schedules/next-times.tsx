import type { JSX } from 'preact';
import { Ago } from '../../components/time';
import { momentIn } from '../../format';

interface NextTimesProps {
  /** ISO 8601. */
  readonly times: readonly string[];
  /** Of the job. */
  readonly timezone: string;
}

/** The next times in the zone of the job, and in the viewer's where it is another one. */
export function NextTimes({ times, timezone }: NextTimesProps): JSX.Element {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = own === timezone ? [timezone] : [timezone, own];
  return (
    <table class="table next-times">
      <caption class="visually-hidden">Next times</caption>
      <thead>
        <tr>
          {zones.map((zone, index) => (
            <th key={zone} scope="col">
              {zone}
              {index === 1 ? ' (yours)' : ''}
            </th>
          ))}
          <th scope="col" class="optional">
            From now
          </th>
        </tr>
      </thead>
      <tbody>
        {times.map((at) => (
          <tr key={at}>
            {zones.map((zone) => (
              <td key={zone}>
                <time dateTime={at}>{momentIn(new Date(at), zone)}</time>
              </td>
            ))}
            <td class="optional muted">
              <Ago at={at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
