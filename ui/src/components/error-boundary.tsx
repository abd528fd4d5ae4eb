import { Component, type ComponentChildren } from 'preact';
import { Empty } from './states';

interface Props {
  readonly children: ComponentChildren;
}

interface State {
  readonly error: Error | null;
}

/** Shows that a page failed, in place of an empty window. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static override getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render(): ComponentChildren {
    if (this.state.error === null) return this.props.children;
    return (
      <Empty title="This page failed.">
        <p>It is a fault of the dashboard, and the service is not affected. Load the page again.</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            window.location.reload();
          }}
        >
          Load again
        </button>
      </Empty>
    );
  }
}
