import { useEffect, useState } from 'preact/hooks';
import { connection } from './connection';
import { token } from './session';

/** What a page loads from the API. While it loads again, the former data stay. */
export interface Resource<T> {
  readonly data: T | null;
  readonly error: Error | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/**
 * Loads data, and loads them again when a key changes, another user signs in, or the service is back after an outage.
 * @param load must not depend on anything but `keys`
 */
export function useResource<T>(
  load: (signal: AbortSignal) => Promise<T>,
  keys: readonly unknown[] = [],
): Resource<T> {
  const [state, setState] = useState<Omit<Resource<T>, 'reload'>>({
    data: null,
    error: null,
    isLoading: true,
  });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    load(left.signal).then(
      (data) => {
        if (!left.signal.aborted) setState({ data, error: null, isLoading: false });
      },
      (error: unknown) => {
        if (left.signal.aborted) return;
        const reason = error instanceof Error ? error : new Error(String(error));
        setState((before) => ({ ...before, error: reason, isLoading: false }));
      },
    );
    return () => {
      left.abort();
    };
  }, [...keys, attempt, token.value, connection.recoveries.value]);
  return {
    ...state,
    reload: () => {
      setAttempt((before) => before + 1);
    },
  };
}
