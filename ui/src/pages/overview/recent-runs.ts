import { request } from '../../api/client';
import { nextPage } from '../../api/links';
import type { RunDto } from '../../generated/types.gen';

const DAYS = 7;
/** Of 100 runs each. The default schedules make 36 runs a week. */
const MAX_PAGES = 5;

/** The start of each of the last seven days in the viewer's zone, today last. */
export function recentDays(today = new Date()): readonly Date[] {
  return Array.from(
    { length: DAYS },
    (_, index) => new Date(today.getFullYear(), today.getMonth(), today.getDate() - (DAYS - 1 - index)),
  );
}

/** The runs of the last seven days, newest first. */
export async function recentRuns(signal: AbortSignal): Promise<readonly RunDto[]> {
  const [first = new Date()] = recentDays();
  let address: string | null = `/pipeline/runs?limit=100&since=${first.toISOString()}`;
  const runs: RunDto[] = [];
  for (let page = 1; address !== null && page <= MAX_PAGES; page++) {
    const { body, headers }: { body: RunDto[]; headers: Headers } = await request<RunDto[]>(address, {
      signal,
    });
    runs.push(...body);
    address = nextPage(headers);
  }
  return runs;
}
