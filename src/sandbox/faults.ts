import type { ServerResponse } from 'node:http';
import { Dice } from './random.js';
import { failure, JSON_TYPE, type JsonResponse, sendPlain } from './responses.js';

/** The share of responses, from 0 to 1, that have each fault. The shares sum to at most 1. */
export interface Faults {
  /** 429, as above the rate limit. */
  readonly tooMany: number;
  /** 500. */
  readonly serverError: number;
  /** 503, as during maintenance. */
  readonly unavailable: number;
  /** The connection ends without a response. */
  readonly dropped: number;
  /** The connection ends in the middle of the body. */
  readonly truncated: number;
  /** A page of HTML in place of JSON. */
  readonly html: number;
  /** The body stops in the middle and the connection stays open. */
  readonly hung: number;
}

export type Fault = keyof Faults;

const NO_FAULTS: Faults = {
  tooMany: 0,
  serverError: 0,
  unavailable: 0,
  dropped: 0,
  truncated: 0,
  html: 0,
  hung: 0,
};

/** Decides which responses are faulty, and how. */
export class FaultDice {
  private faults = NO_FAULTS;
  private readonly dice: Dice;

  constructor(seed: number) {
    this.dice = new Dice(seed, 99);
  }

  set(faults: Partial<Faults>): void {
    this.faults = { ...NO_FAULTS, ...faults };
  }

  throw(): Fault | null {
    let left = this.dice.next();
    for (const [fault, share] of Object.entries(this.faults) as [Fault, number][]) {
      left -= share;
      if (left < 0) return fault;
    }
    return null;
  }
}

const HTML =
  '<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>The site is busy</h1></body></html>';

/** @param intended the response without the fault */
export function sendFaulty(fault: Fault, response: ServerResponse, intended: JsonResponse): void {
  switch (fault) {
    case 'tooMany':
      response.setHeader('Retry-After', '1');
      sendPlain(response, failure(429, 25, 'Your request count is over the allowed limit.'));
      break;
    case 'serverError':
      sendPlain(response, failure(500, 11, 'Internal error: Something went wrong, contact TMDb.'));
      break;
    case 'unavailable':
      sendPlain(
        response,
        failure(503, 9, 'Service offline: This service is temporarily offline, try again later.'),
      );
      break;
    case 'dropped':
      response.socket?.destroy();
      break;
    case 'html':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(HTML);
      break;
    case 'truncated':
    case 'hung':
      sendHalf(response, intended, fault === 'truncated');
  }
}

function sendHalf(response: ServerResponse, { body }: JsonResponse, closeAfterwards: boolean): void {
  const whole = Buffer.from(JSON.stringify(body));
  response.writeHead(200, { 'Content-Type': JSON_TYPE, 'Content-Length': whole.length });
  response.write(whole.subarray(0, whole.length / 2), () => {
    if (closeAfterwards) response.socket?.destroy();
  });
}
