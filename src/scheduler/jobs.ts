import type { JobId } from '../config/app-config.js';
import type { UpdateType } from '../runs/run-plan.js';

interface Job {
  readonly name: string;
  readonly updateType: Exclude<UpdateType, 'custom'>;
  /** How late an occurrence may still fire. */
  readonly graceMs: number;
}

const HOUR_MS = 3_600_000;

export const JOBS = {
  quick_update: {
    name: 'Quick Update (Popular + Trending)',
    updateType: 'quick',
    graceMs: 3 * HOUR_MS,
  },
  daily_update: {
    name: 'Daily Update (All Categories)',
    updateType: 'daily',
    graceMs: 12 * HOUR_MS,
  },
  weekly_enrichment: {
    name: 'Weekly Enrichment (Full Data)',
    updateType: 'full',
    graceMs: 48 * HOUR_MS,
  },
  catalogue_sync: {
    name: 'Catalogue Sync (Every Movie)',
    updateType: 'catalogue',
    graceMs: 12 * HOUR_MS,
  },
} as const satisfies Record<JobId, Job>;
