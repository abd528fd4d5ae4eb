import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CommonModule } from '../common/common.module.js';
import type { AppConfig } from '../config/app-config.js';
import { ConfigModule } from '../config/config.module.js';
import { DatabaseModule } from '../database/database.module.js';
import type { OpenDatabase } from '../database/connection/open-database.js';
import { ExportModule } from '../export/export.module.js';
import { HealthModule } from '../health/health.module.js';
import { ConnectionDrain } from './http/connection-drain.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { MonitorModule } from '../monitor/monitor.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { PipelineModule } from '../pipeline/pipeline.module.js';
import { SchedulerModule } from '../scheduler/scheduler.module.js';
import { StatusModule } from '../status/status.module.js';

@Module({})
export class AppModule {
  /** @param database is closed with the application */
  static of(config: AppConfig, database: OpenDatabase): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(config),
        CommonModule,
        DatabaseModule.of(database),
        QueueModule,
        AuthModule,
        PipelineModule,
        SchedulerModule,
        StatusModule,
        ExportModule,
        HealthModule,
        MetricsModule,
        MonitorModule,
      ],
      providers: [ConnectionDrain],
    };
  }
}
