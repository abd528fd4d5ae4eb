import { Global, Module } from '@nestjs/common';
import { CLOCK } from './clock.js';
import { Draining } from './draining.js';
import { AuditLog } from './logging/audit-log.js';
import { RANDOM } from './random.js';
import { systemClock } from './system-clock.js';

@Global()
@Module({
  providers: [
    { provide: CLOCK, useValue: systemClock },
    { provide: RANDOM, useValue: Math.random },
    Draining,
    AuditLog,
  ],
  exports: [CLOCK, RANDOM, Draining, AuditLog],
})
export class CommonModule {}
