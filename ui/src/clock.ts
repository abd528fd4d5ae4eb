import { signal } from '@preact/signals';

/** The current time in ms since 1970, once a second while the tab is visible. */
export const now = signal(Date.now());

export function startClock(): void {
  const tick = (): void => {
    if (!document.hidden) now.value = Date.now();
  };
  window.setInterval(tick, 1_000);
  document.addEventListener('visibilitychange', tick);
}
