import type * as RunPlans from '../../src/pipeline/run-plan.js';
import { load, type Target } from '../harness/target.js';

/** Films of an ordinary measurement. */
export const FILMS = 1_000;

const CATEGORIES = ['popular', 'top_rated', 'upcoming', 'now_playing'] as const;
/** A list's page has 20 films, some of which other lists have as well. */
const NEW_ON_A_PAGE = 17;

/** Collects and enriches so many films, due or not. */
export async function customPlan(target: Target, films: number): Promise<RunPlans.RunPlan> {
  const plans = await load<typeof RunPlans>(target, 'pipeline/run-plan.js');
  return plans.customPlan({
    categories: CATEGORIES,
    pages_per_category: Math.ceil(films / NEW_ON_A_PAGE / CATEGORIES.length),
    include_trending: false,
    enrich_data: true,
    max_enrichment: films,
    incremental: false,
  });
}

export async function dailyPlan(target: Target): Promise<RunPlans.RunPlan> {
  const plans = await load<typeof RunPlans>(target, 'pipeline/run-plan.js');
  return plans.presetPlan('daily');
}
