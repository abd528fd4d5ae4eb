import { computed, signal } from '@preact/signals';
import type { MeDto, TokenDto } from '../generated/types.gen';

/** In this tab only; the browser forgets it with the tab. */
const KEY = 'movie-pipeline:token';

const stored = signal(window.sessionStorage.getItem(KEY));

/** Who is signed in; null before that is known. */
export const user = signal<MeDto | null>(null);

/** The token to send; null when nobody is signed in. */
export const token = computed(() => stored.value);

export const isSignedIn = computed(() => stored.value !== null);

/** Whether to offer what changes something: not to a viewer, whom the API would refuse. */
export const mayChange = computed(() => user.value?.role !== 'viewer');

/** Why the sign-in dialog is open; null while it is closed. */
export const signInReason = signal<string | null>(null);

let pending: { readonly done: Promise<boolean>; readonly settle: (signedIn: boolean) => void } | null = null;

/**
 * Opens the sign-in dialog, and resolves with whether the user has signed in. Requests that need it at the same time
 * share one dialog.
 */
export function requestSignIn(reason: string): Promise<boolean> {
  if (pending === null) {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    pending = { done: promise, settle: resolve };
    signInReason.value = reason;
  }
  return pending.done;
}

export function closeSignIn(signedIn: boolean): void {
  signInReason.value = null;
  pending?.settle(signedIn);
  pending = null;
}

export function keepToken({ access_token: accessToken }: TokenDto): void {
  window.sessionStorage.setItem(KEY, accessToken);
  stored.value = accessToken;
}

/** Forgets the token: the user signed out, or the API no longer accepts it. */
export function forgetToken(): void {
  window.sessionStorage.removeItem(KEY);
  stored.value = null;
  user.value = null;
}
