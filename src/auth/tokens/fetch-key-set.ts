import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { JSONWebKeySet } from 'jose';
import { Agent, fetch, type Response } from 'undici';
import { isPrivateAddress } from '../../common/private-address.js';

/** From the start of the request to the last byte of the body. */
const TIMEOUT_MS = 3_000;
const MAX_BYTES = 256 * 1_024;
const MAX_KEYS = 100;

/**
 * Fetches a JSON Web Key Set (RFC 7517). Redirects are not followed.
 * @throws Error when the response is anything but a key set within the limits, or the address is private and not allowed
 */
export async function fetchKeySet(url: string, isPrivateAllowed: boolean): Promise<JSONWebKeySet> {
  // A name is checked when it is resolved. An address is not resolved.
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  if (!isPrivateAllowed && isIP(host) !== 0 && isPrivateAddress(host)) throw privateAddressError(host);
  const dispatcher = new Agent({ connect: isPrivateAllowed ? {} : { lookup: lookupPublic } });
  try {
    const response = await fetch(url, {
      ...{ dispatcher, redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) },
      headers: { Accept: 'application/jwk-set+json, application/json' },
    });
    if (response.status !== 200) throw new Error(`JWT_JWKS_URL responded with ${response.status}.`);
    return keySetOf(await textOf(response));
  } finally {
    await dispatcher.destroy();
  }
}

/** Counts decompressed bytes, and leaves the rest of a body that is too long unread. */
async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`JWT_JWKS_URL responded with more than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function keySetOf(text: string): JSONWebKeySet {
  const keySet: unknown = JSON.parse(text);
  const keys = typeof keySet === 'object' && keySet !== null && 'keys' in keySet ? keySet.keys : null;
  if (!Array.isArray(keys)) throw new Error('JWT_JWKS_URL responded without a list of keys.');
  if (keys.length > MAX_KEYS) throw new Error(`JWT_JWKS_URL responded with more than ${MAX_KEYS} keys.`);
  return keySet as JSONWebKeySet;
}

/** Connects to the addresses that it has checked: a second resolution could return others. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, options, (error, found, family) => {
    const addresses =
      typeof found === 'string'
        ? [found]
        : (found as typeof found | undefined)?.map(({ address }) => address);
    const refused = addresses?.find(isPrivateAddress);
    callback(refused === undefined ? error : privateAddressError(refused), found, family);
  });
};

function privateAddressError(address: string): Error {
  return new Error(
    `JWT_JWKS_URL leads to ${address}, which is an address of a private network. If the identity provider is there, set ` +
      'JWT_JWKS_ALLOW_PRIVATE=true.',
  );
}
