import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { tmdbImage } from '../tmdb-links';
import './image.css';

const TINTS = 6;

interface ImageProps {
  /** TMDB's id of what is shown; it chooses the tint of the placeholder. */
  readonly of: number;
  /** TMDB's path; null without an image. */
  readonly path: string | null | undefined;
  readonly size: string;
  readonly width: number;
  readonly height: number;
  readonly class: string;
  /** In place of an image that is missing or can't be loaded. */
  readonly children: ComponentChildren;
  readonly onMissing?: (() => void) | undefined;
}

/** An image of TMDB that is loaded when it comes into view. The text beside it names what it shows. */
export function Image(props: ImageProps): JSX.Element {
  const { of, path, size, width, height, class: name, children, onMissing } = props;
  const [failed, setFailed] = useState<string | null>(null);
  const isMissing = path === null || path === undefined || failed === path;
  return (
    <span class={`image ${name} tint-${of % TINTS}`}>
      {isMissing ? (
        <span class="image-placeholder" aria-hidden="true">
          {children}
        </span>
      ) : (
        <img
          src={tmdbImage(size, path)}
          width={width}
          height={height}
          loading="lazy"
          decoding="async"
          alt=""
          onError={() => {
            setFailed(path);
            onMissing?.();
          }}
        />
      )}
    </span>
  );
}
