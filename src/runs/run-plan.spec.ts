import { describe, expect, it } from '@jest/globals';
import { CUSTOM_DEFAULTS, customPlan, planFault, presetPlan, type RunPlan } from './run-plan.js';

function pagesOf(plan: RunPlan): Record<string, number> {
  return Object.fromEntries(plan.sources.map(({ source, pages }) => [source, pages]));
}

describe('the plan of a run', () => {
  it('a quick run reads three pages each of popular and trending and enriches no movies', () => {
    const plan = presetPlan('quick');
    expect(pagesOf(plan)).toEqual({ popular: 3, trending: 3 });
    expect(plan.enrichment).toBeNull();
  });

  it('a daily run reads five pages of each list and three of trending and enriches 500 collected movies', () => {
    const plan = presetPlan('daily');
    expect(pagesOf(plan)).toEqual({ popular: 5, top_rated: 5, upcoming: 5, now_playing: 5, trending: 3 });
    expect(plan.enrichment).toEqual({ limit: 500, alsoStored: false, followChanges: true });
  });

  it('a full run reads ten pages of each list and three of trending and enriches 1,000 collected or stored movies', () => {
    const plan = presetPlan('full');
    expect(pagesOf(plan)).toEqual({ popular: 10, top_rated: 10, upcoming: 10, now_playing: 10, trending: 3 });
    expect(plan.enrichment).toEqual({ limit: 1_000, alsoStored: true, followChanges: true });
  });

  it('a catalogue run reads no list and enriches every movie that is due', () => {
    const plan = presetPlan('catalogue');
    expect(plan.sources).toEqual([]);
    expect(plan.enrichment).toEqual({ limit: 0, alsoStored: true, followChanges: true, catalogue: true });
  });

  it('a catalogue run is allowed with CATALOGUE=all only, and the fault names the variable', () => {
    expect(planFault(presetPlan('catalogue'), { scope: 'lists' })).toContain('CATALOGUE=all');
    expect(planFault(presetPlan('catalogue'), { scope: 'all' })).toBeNull();
    expect(planFault(presetPlan('full'), { scope: 'lists' })).toBeNull();
  });

  it('a custom run reads five pages of each list and three of trending by default', () => {
    const plan = customPlan(CUSTOM_DEFAULTS);
    expect(pagesOf(plan)).toEqual({ popular: 5, top_rated: 5, upcoming: 5, now_playing: 5, trending: 3 });
    expect(plan).toMatchObject({ enrichment: null, incremental: true });
  });

  it('a custom run follows every option', () => {
    const plan = customPlan({
      categories: ['top_rated'],
      pages_per_category: 500,
      include_trending: false,
      enrich_data: true,
      max_enrichment: 7,
      incremental: false,
      refresh_all: false,
      refresh_incomplete: true,
    });
    expect(plan).toEqual({
      updateType: 'custom',
      sources: [{ source: 'top_rated', pages: 500 }],
      enrichment: { limit: 7, alsoStored: false, incompleteFirst: true },
      incremental: false,
    });
  });

  it('a custom run with refresh_incomplete needs no list', () => {
    const options = { categories: [], include_trending: false, enrich_data: true, refresh_incomplete: true };
    expect(customPlan({ ...CUSTOM_DEFAULTS, ...options })).toMatchObject({
      sources: [],
      enrichment: { limit: 50, alsoStored: false, incompleteFirst: true },
    });
  });

  it('a custom run with refresh_all enriches everything that is stored, without a limit, and needs no list', () => {
    const options = { ...CUSTOM_DEFAULTS, categories: [], include_trending: false, refresh_all: true };
    expect(customPlan(options)).toMatchObject({
      sources: [],
      enrichment: { alsoStored: true, refreshAll: true },
    });
  });

  it.each([
    [{ pages_per_category: 0 }, 'pages_per_category must be a whole number from 1 to 500'],
    [{ pages_per_category: 501 }, 'pages_per_category must be a whole number from 1 to 500'],
    [{ pages_per_category: 1.5 }, 'pages_per_category must be a whole number from 1 to 500'],
    [{ max_enrichment: 100_001 }, 'max_enrichment must be a whole number from 0 to 100000'],
    [{ categories: [], include_trending: false }, 'the run would collect nothing'],
    [{ refresh_incomplete: true }, 'refresh_incomplete requires enrich_data'],
    [{ refresh_incomplete: true, enrich_data: true, max_enrichment: 0 }, 'a max_enrichment of 1 or more'],
  ])('the custom options %j are refused with the rule that they break', (options, message) => {
    expect(() => customPlan({ ...CUSTOM_DEFAULTS, ...options })).toThrow(message);
  });
});
