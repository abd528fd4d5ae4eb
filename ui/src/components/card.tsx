import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface CardProps {
  readonly title: ComponentChildren;
  /** On the right of the title: a short note or a link. */
  readonly note?: ComponentChildren;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A titled section of a page. */
export function Card({ title, note, class: name, children }: CardProps): JSX.Element {
  const id = useId();
  return (
    <section class={`card ${name ?? ''}`} aria-labelledby={id}>
      <header class="card-header">
        <h2 id={id}>{title}</h2>
        {note === undefined ? null : <div class="card-note">{note}</div>}
      </header>
      {children}
    </section>
  );
}
