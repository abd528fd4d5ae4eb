import type { INestApplicationContext } from '@nestjs/common';
import { CLOCK, type Clock } from '../../src/common/clock.js';

/** Advances the monotonic clock of this test file's applications, for example past the age of a cached health report. */
export function passTime(app: INestApplicationContext, ms: number): void {
  const clock = app.get<Clock>(CLOCK);
  const before = clock.monotonicMs;
  clock.monotonicMs = () => before() + ms;
}
