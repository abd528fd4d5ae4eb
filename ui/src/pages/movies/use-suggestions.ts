import { useEffect, useState } from 'preact/hooks';
import { get } from '../../api/client';
import type { SuggestionDto } from '../../generated/types.gen';

/** Between two keys of someone who types. */
const PAUSE_MS = 120;

export interface Suggestions {
  /** What they are for. */
  readonly text: string;
  readonly movies: readonly SuggestionDto[];
  readonly error: string | null;
}

const NONE: Suggestions = { text: '', movies: [], error: null };

/** The movies whose titles begin with `text`, once the user pauses. The former ones stay until then. */
export function useSuggestions(text: string): Suggestions {
  const [found, setFound] = useState(NONE);
  useEffect(() => {
    if (text === '') {
      setFound(NONE);
      return undefined;
    }
    const replaced = new AbortController();
    const timer = window.setTimeout(() => {
      get<SuggestionDto[]>('/suggest', { q: text }, replaced.signal).then(
        (movies) => {
          setFound({ text, movies, error: null });
        },
        (error: unknown) => {
          if (replaced.signal.aborted) return;
          setFound({ text, movies: [], error: error instanceof Error ? error.message : String(error) });
        },
      );
    }, PAUSE_MS);
    return () => {
      window.clearTimeout(timer);
      replaced.abort();
    };
  }, [text]);
  return found;
}
