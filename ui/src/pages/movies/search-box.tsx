import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from '../../components/icons';
import { navigate } from '../../router';
import { SuggestionList } from './suggestion-list';
import { useSearch } from './use-search';

/**
 * A field that suggests titles as the user types. The arrow keys choose a suggestion, and Enter opens it, or searches for
 * what was typed; Escape closes the suggestions, then empties the field. `/` leads here from anywhere on the page.
 */
export function SearchBox({ text: initial }: { readonly text: string }): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const listId = useId();
  const { text, found, chosen, type, press, submit, close } = useSearch(initial);
  useSlash(field);
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
        aria-expanded={found !== null}
        aria-controls={listId}
        aria-activedescendant={found !== null && chosen >= 0 ? `${listId}-${chosen}` : undefined}
        placeholder="Search by title, in any language"
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="search"
        maxLength={200}
        value={text}
        onInput={(event) => {
          type(event.currentTarget.value);
        }}
        onKeyDown={press}
        onBlur={close}
      />
      <kbd aria-hidden="true">/</kbd>
      <SuggestionList
        id={listId}
        found={found}
        chosen={chosen}
        onOpen={({ id }) => {
          navigate(`/movies/${id}`);
        }}
      />
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
