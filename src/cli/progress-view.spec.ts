import { describe, expect, it } from '@jest/globals';
import type { RunProgress, SourceReport } from '../runs/run.js';
import type { RunWait } from '../runs/run-wait.js';
import { LiveView, PlainView, Throughput } from './progress-view.js';

function source(change: Partial<SourceReport>): SourceReport {
  return {
    source: 'popular',
    pages_planned: 4,
    pages_fetched: 0,
    movies: 0,
    status: 'fetching',
    error: null,
    ...change,
  };
}

function progress(
  sources: SourceReport[],
  enrichment: RunProgress['enrichment'] = null,
  waiting: RunWait | null = null,
): RunProgress {
  return { at: '', stage: 'collecting', sources, enrichment, waiting };
}

function pause(seconds: number): RunWait {
  return { for: 'throttled', message: `requests go on in ${seconds} s.`, until: '' };
}

function screen(columns?: number): { text: string; columns?: number | undefined; write(text: string): void } {
  return {
    text: '',
    columns,
    write(text) {
      this.text += text;
    },
  };
}

describe('progress on a terminal', () => {
  it('draws a line for each source, in place', () => {
    const out = screen();
    const view = new LiveView(out, () => 0);
    view.show(progress([source({ pages_fetched: 1, movies: 20 })]));
    expect(out.text).toContain('1/4 pages');
    view.show(progress([source({ pages_fetched: 3, movies: 60 })]));
    expect(out.text).toContain('\u001b[1A');
    expect(out.text).toContain('3/4 pages');
  });

  it.each([
    [undefined, /^\S*popular .* 80 movies$/m],
    [0, /^\S*popular .* 80 movies$/m],
    [80, /^\S*popular .* 80 movies$/m],
    [40, /^\S*popular [^\n]{30}…$/m],
  ])('draws whole lines on a terminal of %s columns, or marks what it cuts', (columns, line) => {
    const out = screen(columns);
    new LiveView(out, () => 0).show(progress([source({ pages_fetched: 4, movies: 80, status: 'done' })]));
    expect(out.text).toMatch(line);
  });

  it('has a line for what is waited for, while that lasts', () => {
    const out = screen();
    let now = 0;
    const view = new LiveView(out, () => now);
    view.show(progress([source({})], null, pause(12)));
    expect(out.text).toMatch(/^\S*waiting +requests go on in 12 s\.$/m);
    now = 1_000;
    view.show(progress([source({})], null, pause(11)));
    expect(out.text).toContain('in 11 s.');
    out.text = '';
    now = 2_000;
    view.show(progress([source({})]));
    // Two lines up, one line down, and what is below goes.
    expect(out.text).toMatch(/^\u001b\[2A[^\n]*popular[^\n]*\n\u001b\[J$/);
  });

  it('calculates the rate and the time left', () => {
    let now = 0;
    const throughput = new Throughput(() => now);
    expect(throughput.of(0, 100)).toBeNull();
    now = 2_000;
    expect(throughput.of(50, 100)).toEqual({ perSecond: 25, secondsLeft: 2 });
  });
});

describe('the progress off a terminal', () => {
  it('prints each finished source once, and each tenth of the enrichment', () => {
    const out = screen();
    const view = new PlainView(out, () => 0);
    const done = source({ pages_fetched: 4, movies: 80, status: 'done' });
    view.show(progress([source({})]));
    view.show(progress([done]));
    for (let movies = 0; movies <= 40; movies++)
      view.show(progress([done], { done: movies, total: 40, failed: 0 }));
    const lines = out.text.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('popular'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('enrichment'))).toHaveLength(11);
    expect(out.text).not.toContain('\u001b');
  });

  it('prints each wait once', () => {
    const out = screen();
    const view = new PlainView(out, () => 0);
    view.show(progress([source({})], null, pause(12)));
    view.show(progress([source({})], null, pause(11)));
    expect(out.text).toBe('requests go on in 12 s.\n');
    view.show(progress([source({})]));
    view.show(progress([source({})], null, pause(5)));
    expect(out.text).toBe('requests go on in 12 s.\nrequests go on in 5 s.\n');
  });
});
