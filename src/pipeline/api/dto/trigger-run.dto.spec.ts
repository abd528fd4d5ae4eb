import { describe, expect, it } from '@jest/globals';
import { planOfRequest, type TriggerRunDto } from './trigger-run.dto.js';

describe('the plan of a custom run that a request describes', () => {
  it.each([
    [{}, null],
    [{ max_enrichment: 400 }, 400],
    [{ max_enrichment: 0 }, null],
    [{ max_enrichment: 400, enrich_data: false }, null],
    [{ max_enrichment: 400, enrich_data: null }, 400],
    [{ max_enrichment: null, enrich_data: true }, 50],
    [{ max_enrichment: null }, null],
    [{ enrich_data: true }, 50],
    [{ enrich_data: true, max_enrichment: 0 }, null],
  ])('%j enriches at most %s movies', (options, limit) => {
    const plan = planOfRequest({ update_type: 'custom', ...options } as TriggerRunDto);
    expect(plan.enrichment).toEqual(limit === null ? null : { limit, alsoStored: false });
  });

  it.each([
    [{ refresh_incomplete: true }, { limit: 50, incompleteFirst: true }],
    [
      { refresh_incomplete: true, max_enrichment: 9 },
      { limit: 9, incompleteFirst: true },
    ],
    [{ refresh_all: true }, { refreshAll: true }],
    [{ refresh_all: true, enrich_data: false }, { refreshAll: true }],
  ])('%j enriches stored movies without enrich_data', (options, enrichment) => {
    const plan = planOfRequest({ update_type: 'custom', ...options });
    expect(plan.enrichment).toMatchObject(enrichment);
  });
});
