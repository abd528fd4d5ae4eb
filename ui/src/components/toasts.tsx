import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { NotSignedInError } from '../api/client';
import { Icon } from './icons';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'neutral';
}

const SHOWN_MS = 6_000;
const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Tells the user what came of an action, for a few seconds; a failure stays until it is closed. */
export function notify(text: string, tone: Toast['tone'] = 'neutral'): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.slice(-2), { id, text, tone }];
  if (tone !== 'bad') window.setTimeout(dismiss, SHOWN_MS, id);
}

/** Runs an action of a button, and shows why it failed. A user who closed the sign-in dialog knows. */
export async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (error instanceof NotSignedInError) return;
    notify(error instanceof Error ? error.message : String(error), 'bad');
  }
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** A live region: screen readers read each toast once, after what they are reading. */
export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class={`toast tone-${tone}`}>
          <span>{text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label="Close the message"
            onClick={() => {
              dismiss(id);
            }}
          >
            <Icon name="cross" />
          </button>
        </div>
      ))}
    </div>
  );
}
