import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { isLoopbackAddress, isPrivateAddress } from '../common/private-address.js';
import type { AlertRequest } from './alert-request.js';

const TIMEOUT_MS = 10_000;

/** The receiver did not accept the request. The message holds neither the path nor the query of its URL. */
class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
}

/**
 * Sends a request. Redirects are not followed.
 * @throws DeliveryError when the response is not a success within ten seconds, or the address is a private one and that is
 * not allowed
 */
export async function post(
  url: string,
  { headers, body }: AlertRequest,
  { isPrivateAllowed }: { readonly isPrivateAllowed: boolean },
): Promise<void> {
  const { hostname, host } = new URL(url);
  // A name is checked when it is resolved. An address is not resolved.
  const address = hostname.replace(/^\[|\]$/g, '');
  if (!isPrivateAllowed && isIP(address) !== 0 && isInside(address)) throw insideError(address);
  const dispatcher = new Agent({ connect: isPrivateAllowed ? {} : { lookup: lookupOutside } });
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await request(url, { method: 'POST', headers, body, dispatcher, signal });
    if (response.statusCode < 200 || response.statusCode > 299)
      throw new DeliveryError(`${host} responded with ${response.statusCode}.`);
  } catch (error) {
    if (error instanceof DeliveryError) throw error;
    const { name, code } = error as NodeJS.ErrnoException;
    const reason = name === 'TimeoutError' ? `no response within ${TIMEOUT_MS / 1_000} s` : (code ?? name);
    throw new DeliveryError(`${host} could not be reached: ${reason}.`);
  } finally {
    // The body of the response is left unread.
    await dispatcher.destroy();
  }
}

/** Connects to the addresses that it has checked: a second resolution could return others. */
const lookupOutside: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, options, (error, found, family) => {
    const addresses =
      typeof found === 'string'
        ? [found]
        : (found as typeof found | undefined)?.map(({ address }) => address);
    const refused = addresses?.find(isInside);
    callback(refused === undefined ? error : insideError(refused), found, family);
  });
};

function isInside(address: string): boolean {
  return isPrivateAddress(address) || isLoopbackAddress(address);
}

function insideError(address: string): Error {
  return new DeliveryError(
    `${address} is an address of this machine or of a private network. If the receiver is there, set ALERT_ALLOW_PRIVATE=true.`,
  );
}
