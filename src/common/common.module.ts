import { Global, Module } from '@nestjs/common';
import { CLOCK } from './clock.js';
import { Draining } from './draining.js';
import { RANDOM } from './random.js';
import { systemClock } from './system-clock.js';

@Global()
@Module({
  providers: [
    { provide: CLOCK, useValue: systemClock },
    { provide: RANDOM, useValue: Math.random },
    Draining,
  ],
  exports: [CLOCK, RANDOM, Draining],
})
export class CommonModule {}
