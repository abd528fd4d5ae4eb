import { HttpException, Injectable } from '@nestjs/common';
import { clientNetworks } from '../../common/client-networks.js';

const MAX_STREAMS = 100;
/** From one IPv4 address or IPv6 /64. */
const MAX_STREAMS_PER_LINE = 10;
/** From one IPv6 /48. */
const MAX_STREAMS_PER_SITE = 20;

/** The refusals, as OpenAPI documents them. */
export const TOO_MANY_STREAMS = {
  429: 'Too many streams of your network are open. Close one first.',
  503: 'Too many streams are open. Try again later.',
} as const;

/** Bounds the event streams of this process, of all kinds together. */
@Injectable()
export class StreamLimits {
  /** By network, of both sizes. */
  private readonly open = new Map<string, number>();
  private total = 0;

  /**
   * Counts a stream, and returns the function that ends it.
   * @throws HttpException 429 or 503 when there are too many streams
   */
  admit(address: string): () => void {
    const { line, site } = clientNetworks(address);
    if (this.of(line) >= MAX_STREAMS_PER_LINE || (site !== null && this.of(site) >= MAX_STREAMS_PER_SITE))
      throw new TooManyStreamsError(429);
    if (this.total >= MAX_STREAMS) throw new TooManyStreamsError(503);
    const networks = site === null ? [line] : [line, site];
    this.count(networks, 1);
    return () => {
      this.count(networks, -1);
    };
  }

  private of(network: string): number {
    return this.open.get(network) ?? 0;
  }

  private count(networks: readonly string[], change: 1 | -1): void {
    this.total += change;
    for (const network of networks) {
      const streams = this.of(network) + change;
      if (streams > 0) this.open.set(network, streams);
      else this.open.delete(network);
    }
  }
}

class TooManyStreamsError extends HttpException {
  readonly retryAfterSeconds = 10;

  constructor(status: keyof typeof TOO_MANY_STREAMS) {
    super(TOO_MANY_STREAMS[status], status);
  }
}
