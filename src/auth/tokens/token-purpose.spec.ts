import { expect, it } from '@jest/globals';
import { isAccessToken } from './token-purpose.js';

it.each([
  ['no type', {}, {}],
  ['the type JWT', { typ: 'JWT' }, {}],
  ['the type at+jwt', { typ: 'at+jwt' }, {}],
  ['the media type of access tokens', { typ: 'application/AT+JWT' }, { nonce: 'n' }],
  ['the type Bearer of Keycloak', { typ: 'JWT' }, { typ: 'Bearer', nonce: 'n' }],
  ['the use of Cognito', {}, { token_use: 'access' }],
])('an external token with %s is an access token', (_, header, claims) => {
  expect(isAccessToken(header, claims)).toBe(true);
});

it.each([
  ['a logout token', { typ: 'logout+jwt' }, {}],
  ['a logout token of the type JWT', { typ: 'JWT' }, { events: {} }],
  ['a refresh token', { typ: 'refresh+jwt' }, {}],
  ['a security event', { typ: 'application/secevent+jwt' }, {}],
  ['a proof of possession', { typ: 'dpop+jwt' }, {}],
  ['a token of an unknown type', { typ: 'anything' }, {}],
  ['a token whose type is no text', { typ: 7 }, {}],
  ['a token of an empty type', { typ: '' }, {}],
  ['a token of the type null', { typ: null }, {}],
  ['an ID token with a nonce', {}, { nonce: 'n' }],
  ['an ID token with the hash of an access token', { typ: 'JWT' }, { at_hash: 'h' }],
  ['an ID token with the hash of a code', {}, { c_hash: 'h' }],
  ['an ID token of Keycloak', { typ: 'JWT' }, { typ: 'ID' }],
  ['a refresh token of Keycloak', { typ: 'JWT' }, { typ: 'Refresh' }],
  ['an ID token of Cognito', {}, { token_use: 'id' }],
])('%s is no access token', (_, header, claims) => {
  expect(isAccessToken(header, claims)).toBe(false);
});
