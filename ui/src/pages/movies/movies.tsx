import type { JSX } from 'preact';
import { Page } from '../../components/page';
import { query } from '../../router';
import { Browse } from './browse';
import { Found } from './found';
import { SearchBox } from './search-box';
import './movies.css';

/** The stored movies: searched by title, or filtered. All of it is in the address. */
export function Movies(): JSX.Element {
  const text = query.value.get('q');
  return (
    <Page title="Movies">
      <div class="movies">
        <SearchBox text={text ?? ''} />
        {text === null ? <Browse /> : <Found text={text} year={query.value.get('year')} />}
      </div>
    </Page>
  );
}
