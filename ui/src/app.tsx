import type { ComponentType, JSX } from 'preact';
import { ErrorBoundary } from './components/error-boundary';
import { Frame } from './components/frame';
import { NotFound } from './pages/not-found';
import { Overview } from './pages/overview/overview';
import { match, path } from './router';

type Parameters = Readonly<Record<string, string>>;

/** The pages by path. A page receives the parameters of its path, and reads its filters from the query. */
const ROUTES: readonly (readonly [string, ComponentType<Parameters>])[] = [['/', Overview]];

export function App(): JSX.Element {
  const here = path.value;
  return (
    <Frame>
      <ErrorBoundary page={here}>
        <Route at={here} />
      </ErrorBoundary>
    </Frame>
  );
}

function Route({ at }: { readonly at: string }): JSX.Element {
  for (const [pattern, Page] of ROUTES) {
    const parameters = match(pattern, at);
    // The key makes another address of the same page start afresh.
    if (parameters !== null) return <Page key={at} {...parameters} />;
  }
  return <NotFound />;
}
