import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from '../../components/icons';
import type { SuggestionDto } from '../../generated/types.gen';
import { navigate, setQuery } from '../../router';
import { Suggestions } from './suggestions';
import { useSuggestions } from './use-suggestions';

/**
 * A field that suggests titles as the user types. The arrow keys choose a suggestion, and Enter opens it, or searches for
 * what was typed; Escape closes the suggestions, then empties the field. `/` leads here from anywhere on the page.
 */
export function SearchBox({ text: initial }: { readonly text: string }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  const [text, setText] = useState(initial);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const typed = text.trim();
  const found = useSuggestions(isOpen ? typed : '');
  const isShown = isOpen && found.text !== '';
  useSlash(field);
  useEffect(() => {
    setText(initial);
  }, [initial]);

  const open = ({ id }: SuggestionDto): void => {
    navigate(`/movies/${id}`);
  };
  const close = (): void => {
    setOpen(false);
    setChosen(-1);
  };
  const submit = (): void => {
    const suggestion = isShown ? found.movies[chosen] : undefined;
    close();
    if (suggestion === undefined) setQuery({ q: typed === '' ? null : typed });
    else open(suggestion);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      if (isShown) close();
      else setText('');
    } else if (step !== undefined) {
      setOpen(true);
      // One of the places is the field itself.
      const places = found.movies.length + 1;
      setChosen(((chosen + 1 + step + places) % places) - 1);
    } else return;
    event.preventDefault();
  };

  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Icon name="search" />
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Search movies by title"
        aria-autocomplete="list"
        aria-expanded={isShown}
        aria-controls={listId}
        aria-activedescendant={isShown && chosen >= 0 ? `${listId}-${chosen}` : undefined}
        placeholder="Search by title, in any language"
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="search"
        maxLength={200}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
          setChosen(-1);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <kbd aria-hidden="true">/</kbd>
      <Suggestions id={listId} found={isShown ? found : null} chosen={chosen} onOpen={open} />
    </form>
  );
}

/** Moves the focus to a field when `/` is pressed outside of one. */
function useSlash(field: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof Element && event.target.closest('input, select, textarea, dialog');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
    };
  }, []);
}
