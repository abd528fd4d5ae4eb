import { effect, signal } from '@preact/signals';
import type { PipelineStatusDto } from '../generated/types.gen';
import { ApiError, bodyOf, send } from './client';
import { connection } from './connection';
import { eventsOf } from './events';
import { forgetToken, requestSignIn, token } from './session';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
/** The service sends at least a comment every 10 seconds. */
const SILENCE_MS = 25_000;

/** The pipeline as it is now; null before the first event. */
export const pipeline = signal<PipelineStatusDto | null>(null);

const isVisible = signal(!document.hidden);
let lastEventId = '';
let wake = Promise.withResolvers<undefined>();

/** Ends the pause before the next attempt. */
export function reconnectNow(): void {
  wake.resolve(undefined);
  wake = Promise.withResolvers();
}

/** Follows the pipeline in one stream while the tab is visible. */
export function followPipeline(): void {
  document.addEventListener('visibilitychange', () => {
    isVisible.value = !document.hidden;
  });
  window.addEventListener('online', reconnectNow);
  // Another user may see more, so the stream begins again with the token.
  effect(() => {
    const shown = isVisible.value;
    if (lastToken !== token.value) lastEventId = '';
    lastToken = token.value;
    if (!shown) return undefined;
    const over = new AbortController();
    void keepFollowing(over.signal);
    return () => {
      over.abort();
    };
  });
}

let lastToken = token.peek();

async function keepFollowing(over: AbortSignal): Promise<void> {
  const isOver = (): boolean => over.aborted;
  let pauseMs = FIRST_PAUSE_MS;
  while (!isOver()) {
    const startedMs = performance.now();
    try {
      await follow(over);
    } catch (error) {
      if (isOver()) return;
      if (error instanceof ApiError && error.status === 401) {
        forgetToken();
        if (await requestSignIn('This needs a login.')) continue;
        connection.refuse();
        return;
      }
      if (error instanceof ApiError && (error.status === 429 || error.status === 503)) await poll(over);
      else connection.fail();
    }
    if (performance.now() - startedMs > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
    connection.retryAt.value = Date.now() + pauseMs;
    await pause(pauseMs);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

/** In place of a stream, of which the service has too many. */
async function poll(over: AbortSignal): Promise<void> {
  connection.limit();
  try {
    const response = await send('/pipeline/status', { signal: over });
    if (response.ok) pipeline.value = await bodyOf<PipelineStatusDto>(response);
  } catch {
    // The next attempt follows.
  }
}

/** Reads one stream to its end. */
async function follow(over: AbortSignal): Promise<void> {
  const silence = new AbortController();
  let timer = window.setTimeout(() => undefined);
  const waitForMore = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      silence.abort();
    }, SILENCE_MS);
  };
  waitForMore();
  try {
    const response = await send('/pipeline/events', {
      headers: {
        Accept: 'text/event-stream',
        ...(lastEventId === '' ? {} : { 'Last-Event-ID': lastEventId }),
      },
      signal: AbortSignal.any([over, silence.signal]),
    });
    if (!response.ok) await bodyOf(response);
    connection.succeed();
    for await (const event of eventsOf(response)) {
      waitForMore();
      if (event?.kind !== 'status') continue;
      lastEventId = event.id;
      pipeline.value = JSON.parse(event.data) as PipelineStatusDto;
    }
  } finally {
    window.clearTimeout(timer);
  }
}

async function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = window.setTimeout(() => {
    resolve(undefined);
  }, ms);
  await Promise.race([promise, wake.promise]);
  window.clearTimeout(timer);
}
