import type { ServerResponse } from 'node:http';
import { failure, type JsonAnswer } from './answer.js';
import { Dice } from './random.js';
import { JSON_TYPE, sendPlain } from './send.js';

/** Shares of the answers, from 0 to 1, that are spoilt on purpose; together 1 at most. */
export interface Faults {
  /** 429, as above the rate limit. */
  readonly tooMany: number;
  /** 500. */
  readonly serverError: number;
  /** 503, as during maintenance. */
  readonly unavailable: number;
  /** The connection ends without an answer. */
  readonly dropped: number;
  /** The connection ends in the middle of the body. */
  readonly truncated: number;
  /** A page of HTML in place of JSON. */
  readonly html: number;
  /** The body stops in its middle and never ends. */
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

/** Decides which answers are spoilt, and how. */
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

/** Answers badly, in the way asked for. */
export function spoil(fault: Fault, response: ServerResponse, answer: JsonAnswer): void {
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
      sendHalf(response, answer, fault === 'truncated');
  }
}

function sendHalf(response: ServerResponse, { body }: JsonAnswer, andEnd: boolean): void {
  const whole = Buffer.from(JSON.stringify(body));
  response.writeHead(200, { 'Content-Type': JSON_TYPE, 'Content-Length': whole.length });
  response.write(whole.subarray(0, whole.length / 2), () => {
    if (andEnd) response.socket?.destroy();
  });
}
