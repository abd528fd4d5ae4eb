import { count, plural, words } from '../../format';
import type { EnrichmentPlanDto, RunPlanDto } from '../../generated/types.gen';

/** What a run was asked to do, a line each. */
export function planInWords({ sources, enrichment, incremental }: RunPlanDto): readonly string[] {
  const lists = [...new Set(sources.map(({ pages }) => pages))].map((pages) => {
    const names = sources.filter((source) => source.pages === pages).map(({ source }) => words(source));
    return `Collect ${names.join(', ')}: the first ${plural(pages, 'page')}${names.length > 1 ? ' of each' : ''}.`;
  });
  return [
    ...(lists.length === 0 ? ['Collect no list.'] : lists),
    ...(enrichment === null ? ['Fetch no details.'] : detailsInWords(enrichment)),
    ...(incremental || enrichment === null
      ? []
      : ['Every collected movie counts as due, however fresh it is.']),
  ];
}

function detailsInWords(plan: EnrichmentPlanDto): readonly string[] {
  if (plan.refresh_all) return ['Fetch the details of every stored movie again.'];
  return [
    `Fetch the details of up to ${count(plan.limit)} movies that are due.`,
    ...(plan.incomplete_first ? ['Movies that lack newer columns come first.'] : []),
    ...(plan.also_stored ? ['Stored movies are included.'] : []),
    ...(plan.follow_changes
      ? ["Read TMDB's change feed, and include all stored movies that changed or are overdue."]
      : []),
  ];
}
