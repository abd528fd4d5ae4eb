import type { ComponentType, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Empty, Skeleton } from './states';

/** A component in a chunk of its own, which is loaded when it is first rendered. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  lines: number,
): ComponentType<P> {
  return function Lazy(props: P): JSX.Element {
    const [loaded, setLoaded] = useState<{ readonly component: ComponentType<P> } | 'failed' | null>(null);
    useEffect(() => {
      load().then(
        (component) => {
          setLoaded({ component });
        },
        () => {
          setLoaded('failed');
        },
      );
    }, []);
    if (loaded === null) return <Skeleton lines={lines} />;
    if (loaded !== 'failed') return <loaded.component {...props} />;
    return (
      <Empty title="This part of the page could not be loaded.">
        <p>The service may have been updated. Load the page again.</p>
      </Empty>
    );
  };
}
