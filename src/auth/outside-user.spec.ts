import { describe, expect, it } from '@jest/globals';
import { outsideUser } from './outside-user.js';

const FROM = { issuer: 'https://login.example:8443/realms/films', roleClaim: 'role' };

describe("an outside issuer's claims", () => {
  it('name a user by the issuer and the subject', () => {
    expect(outsideUser({ sub: 'auth0|42', role: 'viewer' }, FROM)).toEqual({
      name: 'login.example:8443/auth0|42',
      role: 'viewer',
    });
    expect(outsideUser({ sub: '42', role: 'admin' }, { ...FROM, issuer: 'films' })?.name).toBe('films/42');
  });

  it.each([
    ['role', { role: ['viewer', 'admin', 7] }, 'admin'],
    ['realm_access.roles', { realm_access: { roles: ['viewer'] } }, 'viewer'],
    ['https://films.example/roles', { 'https://films.example/roles': 'admin' }, 'admin'],
  ])('hold the role in %s', (roleClaim, claims, role) => {
    expect(outsideUser({ sub: 'ann', ...claims }, { ...FROM, roleClaim })?.role).toBe(role);
  });

  it.each([
    {},
    { role: null },
    { role: 'Admin' },
    { role: { admin: true } },
    { role: [['admin']] },
    { roles: 'admin' },
  ])('give no access with %j', (claims) => {
    expect(outsideUser({ sub: 'ann', ...claims }, FROM)).toBeNull();
  });

  it.each([undefined, 7, '', 'x'.repeat(256), 'a\0b', 'a\nb', '\ud800'])(
    'name nobody by the subject %j',
    (sub) => {
      expect(outsideUser({ sub, role: 'admin' }, FROM)).toBeNull();
    },
  );

  it.each(['constructor.name', 'toString', '__proto__.role'])('have no claim %s', (roleClaim) => {
    expect(outsideUser({ sub: 'ann' }, { ...FROM, roleClaim })).toBeNull();
  });
});
