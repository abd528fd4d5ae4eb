import { describe, expect, it } from '@jest/globals';
import type { RunProgress, SourceReport } from '../pipeline/run.js';
import { LiveView, Pace, PlainView } from './progress-view.js';

const COUNTS = {} as RunProgress['counts'];

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

function progress(sources: SourceReport[], enrichment: RunProgress['enrichment'] = null): () => RunProgress {
  return () => ({ at: '', stage: 'collecting', sources, enrichment, counts: COUNTS });
}

function screen(): { text: string; write(text: string): void } {
  return {
    text: '',
    write(text) {
      this.text += text;
    },
  };
}

describe('progress on a terminal', () => {
  it('draws a line a source in place, ten times a second at most', () => {
    const out = screen();
    let now = 0;
    const view = new LiveView(out, () => now);
    view.show(progress([source({ pages_fetched: 1, movies: 20 })]));
    view.show(progress([source({ pages_fetched: 2, movies: 40 })]));
    expect(out.text).toContain('1/4 pages');
    expect(out.text).not.toContain('2/4');
    now = 100;
    view.show(progress([source({ pages_fetched: 3, movies: 60 })]));
    expect(out.text).toContain('\u001b[1A');
    expect(out.text).toContain('3/4 pages');
  });

  it('leaves the last state behind', () => {
    const out = screen();
    const view = new LiveView(out, () => 0);
    view.show(progress([source({})]));
    view.show(progress([source({ pages_fetched: 4, status: 'done' })]));
    view.end();
    expect(out.text).toContain('4/4 pages');
  });

  it('tells the rate and the time left', () => {
    let now = 0;
    const pace = new Pace(() => now);
    expect(pace.of(0, 100)).toBeNull();
    now = 2_000;
    expect(pace.of(50, 100)).toEqual({ perSecond: 25, secondsLeft: 2 });
  });
});

describe('progress elsewhere', () => {
  it('says once that a source has ended, and each tenth of the enrichment', () => {
    const out = screen();
    const view = new PlainView(out, () => 0);
    const done = source({ pages_fetched: 4, movies: 80, status: 'done' });
    view.show(progress([source({})]));
    view.show(progress([done]));
    for (let films = 0; films <= 40; films++)
      view.show(progress([done], { done: films, total: 40, failed: 0 }));
    const lines = out.text.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('popular'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('enrichment'))).toHaveLength(11);
    expect(out.text).not.toContain('\u001b');
  });
});
