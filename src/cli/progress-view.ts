import { oneLine } from '../common/one-line.js';
import type { RunProgress, SourceReport } from '../runs/run.js';
import { bar, cut, duration, number } from './format.js';

export interface ProgressView {
  show(progress: RunProgress): void;
}

export interface Screen {
  write(text: string): unknown;
  /** Undefined for anything but a terminal. */
  readonly columns?: number | undefined;
}

type Now = () => number;

/** The throughput since the first movie, and the time left. */
export class Throughput {
  private start: { readonly ms: number; readonly done: number } | null = null;

  constructor(private readonly nowMs: Now) {}

  of(done: number, total: number): { perSecond: number; secondsLeft: number } | null {
    this.start ??= { ms: this.nowMs(), done };
    const seconds = (this.nowMs() - this.start.ms) / 1_000;
    const gone = done - this.start.done;
    if (seconds < 1 || gone === 0) return null;
    const perSecond = gone / seconds;
    return { perSecond, secondsLeft: (total - done) / perSecond };
  }
}

function sourceLine(report: SourceReport): string {
  const { source, pages_fetched: pages, pages_planned: planned, movies, status } = report;
  const done = status === 'done' ? 1 : pages / planned;
  const note = status === 'partial' || status === 'failed' ? `  ${status}: ${report.error ?? ''}` : '';
  return `${source.padEnd(12)} ${bar(done)} ${`${pages}/${planned}`.padStart(7)} pages  ${number(movies).padStart(6)} movies${note}`;
}

function enrichmentLine(progress: RunProgress, throughput: Throughput): string | null {
  const { enrichment } = progress;
  if (enrichment === null) return null;
  const { done, total, failed } = enrichment;
  const speed = throughput.of(done, total);
  const rate = speed === null ? '' : `  ${speed.perSecond.toFixed(1)}/s  ${duration(speed.secondsLeft)} left`;
  const failures = failed === 0 ? '' : `  ${number(failed)} failed`;
  return `${'enrichment'.padEnd(12)} ${bar(total === 0 ? 1 : done / total)} ${`${done}/${total}`.padStart(7)} movies${failures}${done < total ? rate : ''}`;
}

function linesOf(progress: RunProgress, throughput: Throughput): string[] {
  const enrichment = enrichmentLine(progress, throughput);
  const waiting = progress.waiting === null ? null : `${'waiting'.padEnd(12)} ${progress.waiting.message}`;
  const lines = [...progress.sources.map(sourceLine), enrichment, waiting];
  return lines.filter((line) => line !== null).map(oneLine);
}

/** Where the width is unknown: some terminals, such as those of containers, report 0 columns. */
const DEFAULT_COLUMNS = 80;
const CLEAR_BELOW = '\u001b[J';

/** On a terminal: redraws a line for each source, one for enrichment, and one while the run waits. */
export class LiveView implements ProgressView {
  private readonly throughput: Throughput;
  private drawnLines = 0;

  constructor(
    private readonly screen: Screen,
    nowMs: Now,
  ) {
    this.throughput = new Throughput(nowMs);
  }

  show(progress: RunProgress): void {
    const lines = linesOf(progress, this.throughput);
    const { columns = 0 } = this.screen;
    const width = (columns > 0 ? columns : DEFAULT_COLUMNS) - 1;
    const up = this.drawnLines === 0 ? '' : `\u001b[${this.drawnLines}A`;
    const text = lines.map((line) => `\u001b[2K${cut(line, width)}\n`).join('');
    this.screen.write(up + text + CLEAR_BELOW);
    this.drawnLines = lines.length;
  }
}

/** Elsewhere: a line when a source has ended, when a wait begins, and for each tenth of the enrichment. */
export class PlainView implements ProgressView {
  private readonly throughput: Throughput;
  private readonly reported = new Set<string>();
  private tenth = -1;
  private waitingFor: string | null = null;

  constructor(
    private readonly screen: Screen,
    nowMs: Now,
  ) {
    this.throughput = new Throughput(nowMs);
  }

  show(now: RunProgress): void {
    for (const report of now.sources) {
      if (['pending', 'fetching'].includes(report.status) || this.reported.has(report.source)) continue;
      this.reported.add(report.source);
      this.screen.write(`${sourceLine(report)}\n`);
    }
    this.showWait(now);
    if (now.enrichment === null) return;
    const line = enrichmentLine(now, this.throughput);
    const tenth = Math.floor((10 * now.enrichment.done) / Math.max(1, now.enrichment.total));
    if (tenth === this.tenth || line === null) return;
    this.tenth = tenth;
    this.screen.write(`${line}\n`);
  }

  private showWait({ waiting }: RunProgress): void {
    if (waiting !== null && waiting.for !== this.waitingFor) this.screen.write(`${waiting.message}\n`);
    this.waitingFor = waiting?.for ?? null;
  }
}
