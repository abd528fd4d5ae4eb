import { describe, expect, it } from '@jest/globals';
import { externalUser } from './external-user.js';

const FROM = { issuer: 'https://login.example:8443/realms/movies', roleClaim: 'role' };

describe("an outside issuer's claims", () => {
  it('name a user by the issuer and the subject', () => {
    expect(externalUser({ sub: 'auth0|42', role: 'viewer' }, FROM)).toEqual({
      name: 'login.example:8443/auth0|42',
      role: 'viewer',
    });
    expect(externalUser({ sub: '42', role: 'admin' }, { ...FROM, issuer: 'movies' })?.name).toBe('movies/42');
  });

  it.each([
    ['role', { role: ['viewer', 'admin', 7] }, 'admin'],
    ['realm_access.roles', { realm_access: { roles: ['viewer'] } }, 'viewer'],
    ['https://movies.example/roles', { 'https://movies.example/roles': 'admin' }, 'admin'],
  ])('hold the role in %s', (roleClaim, claims, role) => {
    expect(externalUser({ sub: 'ann', ...claims }, { ...FROM, roleClaim })?.role).toBe(role);
  });

  it.each([
    {},
    { role: null },
    { role: 'Admin' },
    { role: { admin: true } },
    { role: [['admin']] },
    { roles: 'admin' },
  ])('give no access with %j', (claims) => {
    expect(externalUser({ sub: 'ann', ...claims }, FROM)).toBeNull();
  });

  it.each([undefined, 7, '', 'x'.repeat(256), 'a\0b', 'a\nb', '\ud800'])(
    'name nobody by the subject %j',
    (sub) => {
      expect(externalUser({ sub, role: 'admin' }, FROM)).toBeNull();
    },
  );

  it.each(['constructor.name', 'toString', '__proto__.role'])('have no claim %s', (roleClaim) => {
    expect(externalUser({ sub: 'ann' }, { ...FROM, roleClaim })).toBeNull();
  });
});
