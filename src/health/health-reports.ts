import { Inject, Injectable } from '@nestjs/common';
import { type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { CLOCK, type Clock } from '../common/clock.js';
import { Draining } from '../common/draining.js';
import { ReadinessIndicators } from './readiness-indicators.js';
import { WarningIndicators } from './warning-indicators.js';

/** Anyone may request a report, and each report queries the database. */
const MAX_AGE_MS = 1_000;

interface Report {
  readonly result: Promise<HealthCheckResult>;
  readonly madeAtMs: number;
  readonly isDraining: boolean;
}

/** The health reports. All requests within a second, and until a slower report is made, share one. */
@Injectable()
export class HealthReports {
  private readonly latest = new Map<'ready' | 'full', Report>();

  constructor(
    private readonly health: HealthCheckService,
    private readonly readiness: ReadinessIndicators,
    private readonly warnings: WarningIndicators,
    private readonly draining: Draining,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws ServiceUnavailableException when a check is down */
  ready(): Promise<HealthCheckResult> {
    return this.shared('ready', () => this.health.check(this.checks()));
  }

  /** @throws ServiceUnavailableException when a check is down */
  full(): Promise<HealthCheckResult> {
    return this.shared('full', () => this.health.check([...this.checks(), () => this.warnings.lastRun()]));
  }

  private checks(): Parameters<HealthCheckService['check']>[0] {
    return [
      () => this.readiness.service(),
      () => this.readiness.database(),
      () => this.readiness.migrations(),
      () => this.warnings.tmdb(),
      () => this.warnings.scheduler(),
    ];
  }

  /** A report from before the shutdown is not used after its begin: load balancers must see it at once. */
  private shared(
    kind: 'ready' | 'full',
    check: () => Promise<HealthCheckResult>,
  ): Promise<HealthCheckResult> {
    const nowMs = this.clock.monotonicMs();
    const isDraining = this.draining.hasBegun;
    const last = this.latest.get(kind);
    if (last?.isDraining === isDraining && nowMs - last.madeAtMs < MAX_AGE_MS) return last.result;
    const result = check();
    const report = { result, madeAtMs: Infinity, isDraining };
    this.latest.set(kind, report);
    const finished = (): void => {
      report.madeAtMs = this.clock.monotonicMs();
    };
    result.then(finished, finished);
    return result;
  }
}
