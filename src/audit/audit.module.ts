import { Module } from '@nestjs/common';
import { AuditRepository } from './audit.repository.js';
import { AuditTrail } from './audit-trail.js';

@Module({ providers: [AuditTrail, AuditRepository], exports: [AuditTrail, AuditRepository] })
export class AuditModule {}
