import type { JSX } from 'preact';
import { ErrorBoundary } from './components/error-boundary';
import { Frame } from './components/frame';
import { PAGES } from './pages';
import { NotFound } from './pages/not-found';
import { match, path } from './router';

export function App(): JSX.Element {
  const here = path.value;
  return (
    <Frame>
      <ErrorBoundary key={here}>
        <Route at={here} />
      </ErrorBoundary>
    </Frame>
  );
}

function Route({ at }: { readonly at: string }): JSX.Element {
  for (const { path: pattern, page: Page } of PAGES) {
    const parameters = match(pattern, at);
    if (parameters !== null) return <Page {...parameters} />;
  }
  return <NotFound />;
}
