import { describe, expect, it } from '@jest/globals';
import { externalUser } from './external-user.js';

const PROVIDER = { issuer: 'https://login.example:8443/realms/movies', roleClaim: 'role' };

describe('the user of an external token', () => {
  it('an external user is named by the host of the issuer and the subject', () => {
    expect(externalUser({ sub: 'auth0|42', role: 'viewer' }, PROVIDER)).toEqual({
      name: 'login.example:8443/auth0|42',
      role: 'viewer',
      tokenId: null,
    });
    expect(externalUser({ sub: '42', role: 'admin' }, { ...PROVIDER, issuer: 'movies' })?.name).toBe(
      'movies/42',
    );
  });

  it.each([
    ['role', { role: ['viewer', 'admin', 7] }, 'admin'],
    ['realm_access.roles', { realm_access: { roles: ['viewer'] } }, 'viewer'],
    ['https://movies.example/roles', { 'https://movies.example/roles': 'admin' }, 'admin'],
  ])('the role of an external user is read from the claim %s', (roleClaim, claims, role) => {
    expect(externalUser({ sub: 'ann', ...claims }, { ...PROVIDER, roleClaim })?.role).toBe(role);
  });

  it.each([
    {},
    { role: null },
    { role: 'Admin' },
    { role: { admin: true } },
    { role: [['admin']] },
    { roles: 'admin' },
  ])('external claims without a known role give no access: %j', (claims) => {
    expect(externalUser({ sub: 'ann', ...claims }, PROVIDER)).toBeNull();
  });

  it.each([
    ['no subject', undefined],
    ['a number as the subject', 7],
    ['an empty subject', ''],
    ['a subject of 256 characters', 'x'.repeat(256)],
    ['NUL in the subject', 'a\0b'],
    ['a line break in the subject', 'a\nb'],
    ['a lone surrogate in the subject', '\ud800'],
  ])('external claims with %s give no access', (_, sub) => {
    expect(externalUser({ sub, role: 'admin' }, PROVIDER)).toBeNull();
  });

  it.each(['constructor.name', 'toString', '__proto__.role'])(
    'the inherited property %s is not read as a role claim',
    (roleClaim) => {
      expect(externalUser({ sub: 'ann' }, { ...PROVIDER, roleClaim })).toBeNull();
    },
  );
});
