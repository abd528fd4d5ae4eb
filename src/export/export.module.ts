import { Module } from '@nestjs/common';
import { ExportJobs } from './export.job.js';
import { Exporter } from './exporter.js';
import { ExportsController } from './exports.controller.js';
import { Snapshots } from './snapshots.js';

/** Snapshots of the movies as files. */
@Module({ controllers: [ExportsController], providers: [Exporter, Snapshots, ExportJobs] })
export class ExportModule {}
