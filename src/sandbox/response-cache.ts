import type { Encoded } from './responses.js';

/** Keeps each response as it was first made, so that the sandbox's own work does not slow down a measurement. */
export class ResponseCache {
  private readonly responses = new Map<string, Promise<Encoded>>();

  /** The cached response, or the one that `make` returns. */
  get(key: string, make: () => Promise<Encoded>): Promise<Encoded> {
    const response = this.responses.get(key) ?? make();
    this.responses.set(key, response);
    return response;
  }
}
