import type { CatalogueConfig } from '../config/app-config.js';

/** TMDB's movie lists, in the order in which runs take them. */
export const CATEGORIES = ['popular', 'top_rated', 'upcoming', 'now_playing'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Where a run finds movies: the lists, and the movies trending this week. */
export const SOURCES = [...CATEGORIES, 'trending'] as const;
export type Source = (typeof SOURCES)[number];

export const UPDATE_TYPES = ['quick', 'daily', 'full', 'catalogue', 'custom'] as const;
export type UpdateType = (typeof UPDATE_TYPES)[number];

/** The type of run that gives way to those of all other types. */
export const CATALOGUE = 'catalogue' satisfies UpdateType;

/** TMDB serves pages 1 to 500 of a list, whatever its `total_pages` says. */
export const MAX_PAGES = 500;
export const MAX_ENRICHMENT = 100_000;

/** Which movies a run enriches. */
export interface EnrichmentPlan {
  /** The most movies, changed and overdue ones not counted. */
  readonly limit: number;
  /** Also due movies that this run did not collect, up to the limit. */
  readonly alsoStored: boolean;
  /** Reads TMDB's change feed first, and enriches all stored movies that changed or are overdue beyond the limit. */
  readonly followChanges?: boolean;
  /** Before all others, movies that an earlier version enriched, whose newer columns are unknown. */
  readonly incompleteFirst?: boolean;
  /** Every stored movie, whatever the other rules are. */
  readonly refreshAll?: boolean;
  /** Every movie that TMDB has, as its id exports list them, if its details are due. */
  readonly catalogue?: boolean;
}

/** What a run does. Stored with the run as JSON. */
export interface RunPlan {
  readonly updateType: UpdateType;
  readonly sources: readonly { readonly source: Source; readonly pages: number }[];
  readonly enrichment: EnrichmentPlan | null;
  /** False: treat every collected movie as due. */
  readonly incremental: boolean;
}

/** The options of a custom run, as REST and the command line name them. */
export interface CustomOptions {
  readonly categories: readonly Category[];
  readonly pages_per_category: number;
  readonly include_trending: boolean;
  readonly enrich_data: boolean;
  readonly max_enrichment: number;
  readonly incremental: boolean;
  readonly refresh_all: boolean;
  readonly refresh_incomplete: boolean;
}

export const CUSTOM_DEFAULTS: CustomOptions = {
  categories: CATEGORIES,
  pages_per_category: 5,
  include_trending: true,
  enrich_data: false,
  max_enrichment: 50,
  incremental: true,
  refresh_all: false,
  refresh_incomplete: false,
};

/** Fetches the details of everything that is stored again. */
export const REFRESH_ALL: EnrichmentPlan = { limit: 0, alsoStored: true, refreshAll: true };

const TRENDING_PAGES = 3;

function sources(categories: readonly Category[], pages: number, trending: boolean): RunPlan['sources'] {
  const lists = CATEGORIES.filter((category) => categories.includes(category));
  return [
    ...lists.map((source) => ({ source, pages: Math.min(pages, MAX_PAGES) })),
    ...(trending ? [{ source: 'trending' as const, pages: TRENDING_PAGES }] : []),
  ];
}

const PRESETS = {
  quick: { sources: sources(['popular'], 3, true), enrichment: null },
  daily: {
    sources: sources(CATEGORIES, 5, true),
    enrichment: { limit: 500, alsoStored: false, followChanges: true },
  },
  full: {
    sources: sources(CATEGORIES, 10, true),
    enrichment: { limit: 1_000, alsoStored: true, followChanges: true },
  },
  catalogue: {
    sources: [],
    enrichment: { limit: 0, alsoStored: true, followChanges: true, catalogue: true },
  },
} as const satisfies Record<Exclude<UpdateType, 'custom'>, Pick<RunPlan, 'sources' | 'enrichment'>>;

export function presetPlan(updateType: Exclude<UpdateType, 'custom'>): RunPlan {
  return { updateType, ...PRESETS[updateType], incremental: true };
}

/** Why the configuration does not allow a run of this plan; null when it does. */
export function planFault({ updateType }: RunPlan, { scope }: Pick<CatalogueConfig, 'scope'>): string | null {
  if (updateType !== CATALOGUE || scope === 'all') return null;
  return 'A catalogue run requires CATALOGUE=all, which fetches every movie that TMDB has. Set it, and restart the service.';
}

/** @throws RangeError when an option is outside its bounds. */
export function customPlan(options: CustomOptions): RunPlan {
  const { pages_per_category: pages, max_enrichment: limit } = options;
  requireWholeNumber('pages_per_category', pages, 1, MAX_PAGES);
  requireWholeNumber('max_enrichment', limit, 0, MAX_ENRICHMENT);
  const planned = sources(options.categories, pages, options.include_trending);
  if (planned.length === 0 && !options.refresh_all && !options.refresh_incomplete) {
    throw new RangeError('categories is empty and trending is off: the run would collect nothing.');
  }
  return {
    updateType: 'custom',
    sources: planned,
    enrichment: options.refresh_all ? REFRESH_ALL : customEnrichment(options),
    incremental: options.incremental,
  };
}

function customEnrichment(options: CustomOptions): EnrichmentPlan | null {
  const { enrich_data: enrich, max_enrichment: limit, refresh_incomplete: incompleteFirst } = options;
  if (enrich && limit > 0)
    return { limit, alsoStored: false, ...(incompleteFirst ? { incompleteFirst } : {}) };
  if (!incompleteFirst) return null;
  throw new RangeError('refresh_incomplete requires enrich_data and a max_enrichment of 1 or more.');
}

function requireWholeNumber(name: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}.`);
  }
}
