import type { JsonResponse } from './responses.js';

const DAY_MS = 86_400_000;

/** Answers of the change feed to dated requests, which TMDB caches for up to a day, each page by itself. */
export class FeedCache {
  private readonly answers = new Map<string, { readonly at: number; readonly answer: JsonResponse }>();

  get({ searchParams }: URL, now: Date, make: () => JsonResponse): JsonResponse {
    const [start, end] = [searchParams.get('start_date'), searchParams.get('end_date')];
    if (start === null || end === null) return make();
    const key = `${start} ${end} ${searchParams.get('page') ?? '1'}`;
    const cached = this.answers.get(key);
    if (cached !== undefined && now.getTime() - cached.at < DAY_MS) return cached.answer;
    const answer = make();
    if (answer.status === 200) this.answers.set(key, { at: now.getTime(), answer });
    return answer;
  }
}
