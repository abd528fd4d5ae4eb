import { channel } from 'node:diagnostics_channel';

/**
 * A kind of event that metrics count. The code that measures knows no metrics: without a subscriber, publishing costs one
 * comparison.
 */
class Measurement<Values extends object> {
  private readonly channel;

  constructor(name: string) {
    this.channel = channel(`movie-pipeline.${name}`);
  }

  publish(values: Values): void {
    if (this.channel.hasSubscribers) this.channel.publish(values);
  }

  /** Returns a function that ends the subscription. */
  subscribe(onValues: (values: Values) => void): () => void {
    const listener = (values: unknown): void => {
      onValues(values as Values);
    };
    this.channel.subscribe(listener);
    return () => {
      this.channel.unsubscribe(listener);
    };
  }
}

/** A response has been sent, or its client has left. `route` is a template such as `/movies/:id`. */
export const httpRequests = new Measurement<{
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}>('http.request');

/** TMDB has responded, or not. `outcome` is `ok` or the kind of the error. */
export const tmdbRequests = new Measurement<{ readonly outcome: string; readonly seconds: number }>(
  'tmdb.request',
);

/** A request to TMDB has waited: for a permit of the rate limit, for a retry, or for the end of a pause after a 429. */
export const tmdbWaits = new Measurement<{
  readonly reason: 'rate_limit' | 'retry' | 'pause';
  readonly seconds: number;
}>('tmdb.wait');
