import { signal } from '@preact/signals';

/**
 * `limited`: the service refuses a further stream, because too many tabs are open. `signed-out`: it requires a login, and
 * the user has closed the dialog.
 */
type ConnectionState = 'connecting' | 'live' | 'limited' | 'signed-out' | 'lost';

const state = signal<ConnectionState>('connecting');
/** When the next attempt starts, in ms since 1970; null during one. */
const retryAt = signal<number | null>(null);
/** Grows each time the service is back, so that pages load again what they show. */
const recoveries = signal(0);

/** Whether the service answers, as the live stream and the requests find out. */
export const connection = {
  state,
  retryAt,
  recoveries,
  succeed(): void {
    if (state.value === 'lost') recoveries.value += 1;
    state.value = 'live';
    retryAt.value = null;
  },
  limit(): void {
    if (state.value === 'lost') recoveries.value += 1;
    state.value = 'limited';
  },
  refuse(): void {
    state.value = 'signed-out';
  },
  fail(): void {
    state.value = 'lost';
  },
};
