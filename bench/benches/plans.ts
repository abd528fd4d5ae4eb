import type * as RunPlans from '../../src/runs/run-plan.js';
import { load, type Target } from '../harness/target.js';

/** The movies of a measurement, unless it needs another number. */
export const MOVIES = 1_000;

const CATEGORIES = ['popular', 'top_rated', 'upcoming', 'now_playing'] as const;
/** A list page has 20 movies, of which other lists contain some as well. */
const NEW_ON_A_PAGE = 17;

/** A run that enriches this many movies, whether they are due or not. */
export async function customPlan(target: Target, movies: number): Promise<RunPlans.RunPlan> {
  const plans = await load<typeof RunPlans>(target, 'runs/run-plan.js');
  return plans.customPlan({
    categories: CATEGORIES,
    pages_per_category: Math.ceil(movies / NEW_ON_A_PAGE / CATEGORIES.length),
    include_trending: false,
    enrich_data: true,
    max_enrichment: movies,
    incremental: false,
    refresh_all: false,
    refresh_incomplete: false,
  });
}

export async function dailyPlan(target: Target): Promise<RunPlans.RunPlan> {
  const plans = await load<typeof RunPlans>(target, 'runs/run-plan.js');
  return plans.presetPlan('daily');
}
