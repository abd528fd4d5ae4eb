import type { ComponentChildren, JSX } from 'preact';
import { NotSignedInError, UnreachableError } from '../api/client';
import { connection } from '../api/connection';
import { reconnectNow } from '../api/live';
import { requestSignIn } from '../api/session';
import type { Resource } from '../api/use-resource';

/** Grey lines in place of what is being loaded. */
export function Skeleton({ lines = 3 }: { readonly lines?: number }): JSX.Element {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} class="skeleton-line" />
      ))}
    </div>
  );
}

/** Nothing to show: why, and what to do. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children === undefined ? null : <div class="empty-text">{children}</div>}
    </div>
  );
}

/** Why something could not be loaded, and how to go on. */
function Failure({ error, retry }: { readonly error: Error; readonly retry: () => void }): JSX.Element {
  if (error instanceof NotSignedInError) {
    return (
      <Empty title="Sign in to see this.">
        <button type="button" class="button" onClick={() => void requestSignIn('This needs a login.')}>
          Sign in
        </button>
      </Empty>
    );
  }
  return (
    <Empty
      title={error instanceof UnreachableError ? 'The service does not answer.' : 'This could not be loaded.'}
    >
      <p>{error.message}</p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </Empty>
  );
}

/** In place of the pipeline status before its first event. */
export function PipelinePending(): JSX.Element {
  if (connection.state.value !== 'signed-out') return <Skeleton />;
  return <Failure error={new NotSignedInError()} retry={reconnectNow} />;
}

interface LoadedProps<T> {
  readonly of: Resource<T>;
  /** Lines of the skeleton. */
  readonly lines?: number;
  readonly children: (data: T) => ComponentChildren;
}

/** A resource's data, or that it is being loaded, or why it could not be. */
export function Loaded<T>({ of: resource, lines, children }: LoadedProps<T>): JSX.Element {
  if (resource.data !== null) return <>{children(resource.data)}</>;
  if (resource.error !== null) return <Failure error={resource.error} retry={resource.reload} />;
  return lines === undefined ? <Skeleton /> : <Skeleton lines={lines} />;
}
