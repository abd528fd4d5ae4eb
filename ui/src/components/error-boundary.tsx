import { Component, type ComponentChildren } from 'preact';
import { Empty } from './states';

interface Props {
  /** A change forgets the error: another page may work. */
  readonly page: string;
  readonly children: ComponentChildren;
}

/** Shows that a page failed, in place of an empty window. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null; readonly page: string }> {
  override state = { error: null, page: this.props.page };

  static override getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidUpdate({ page }: Props): void {
    if (page !== this.props.page) this.setState({ error: null, page: this.props.page });
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
