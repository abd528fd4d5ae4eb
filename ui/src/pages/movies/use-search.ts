import { useEffect, useState } from 'preact/hooks';
import { navigate, setQuery } from '../../router';
import { type Suggestions, useSuggestions } from './use-suggestions';

interface Search {
  readonly text: string;
  /** Null while the suggestions are closed. */
  readonly found: Suggestions | null;
  /** Index of the suggestion that Enter opens; -1: none. */
  readonly chosen: number;
  readonly type: (text: string) => void;
  readonly press: (event: KeyboardEvent) => void;
  readonly submit: () => void;
  readonly close: () => void;
}

/** The state of the search field. @param initial what the address searches for */
export function useSearch(initial: string): Search {
  const [text, setText] = useState(initial);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const typed = text.trim();
  const suggestions = useSuggestions(isOpen ? typed : '');
  const found = isOpen && suggestions.text !== '' ? suggestions : null;
  useEffect(() => {
    setText(initial);
  }, [initial]);

  const close = (): void => {
    setOpen(false);
    setChosen(-1);
  };
  return {
    ...{ text, found, chosen, close },
    type: (now) => {
      setText(now);
      setOpen(true);
      setChosen(-1);
    },
    submit: () => {
      const suggestion = found?.movies[chosen];
      close();
      if (suggestion === undefined) setQuery({ q: typed === '' ? null : typed });
      else navigate(`/movies/${suggestion.id}`);
    },
    press: (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') {
        if (found !== null) close();
        else {
          setText('');
          setQuery({ q: null });
        }
      } else if (step !== undefined) {
        setOpen(true);
        // One of the places is the field itself.
        const places = suggestions.movies.length + 1;
        setChosen(((chosen + 1 + step + places) % places) - 1);
      } else return;
      event.preventDefault();
    },
  };
}
