import type * as RunPlans from '../../src/runs/run-plan.js';
import { load, type Target } from '../harness/target.js';

/** Movies of an ordinary measurement. */
export const MOVIES = 1_000;

const CATEGORIES = ['popular', 'top_rated', 'upcoming', 'now_playing'] as const;
/** A list's page has 20 movies, some of which other lists have as well. */
const NEW_ON_A_PAGE = 17;

/** Collects and enriches so many movies, due or not. */
export async function customPlan(target: Target, movies: number): Promise<RunPlans.RunPlan> {
  const plans = await load<typeof RunPlans>(target, 'pipeline/run-plan.js');
  return plans.customPlan({
    categories: CATEGORIES,
    pages_per_category: Math.ceil(movies / NEW_ON_A_PAGE / CATEGORIES.length),
    include_trending: false,
    enrich_data: true,
    max_enrichment: movies,
    incremental: false,
  });
}

export async function dailyPlan(target: Target): Promise<RunPlans.RunPlan> {
  const plans = await load<typeof RunPlans>(target, 'pipeline/run-plan.js');
  return plans.presetPlan('daily');
}
