import { expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { loadConfig } from '../../config/load-config.js';
import type { TokenIssuer } from '../tokens/token-issuer.js';
import { Passwords } from '../users/passwords.js';
import type { User, UsersRepository } from '../users/users.repository.js';
import { LoginService } from './login.service.js';
import { AuditLog } from '../../common/logging/audit-log.js';
import { LoginThrottle } from './login-throttle.js';

function loginService(find: () => Promise<User | null>): LoginService {
  return new LoginService(
    { find } as Partial<UsersRepository> as UsersRepository,
    new Passwords(),
    new LoginThrottle(new FakeClock(), new AuditLog()),
    {} as TokenIssuer,
    loadConfig({}, { tmdbKey: false }),
  );
}

it('a login that fails because the database is unavailable does not count against the address', async () => {
  const logins = loginService(() => Promise.reject(new Error('no database')));
  for (let n = 0; n < 20; n++) {
    await expect(logins.login('ann', 'a long password', '192.0.2.1')).rejects.toThrow('no database');
  }
});

it('the eleventh login with an unknown name from one address is refused', async () => {
  const logins = loginService(() => Promise.resolve(null));
  for (let n = 0; n < 10; n++) {
    await expect(logins.login(`user-${n}`, 'a long password', '192.0.2.1')).resolves.toBeNull();
  }
  await expect(logins.login('ann', 'a long password', '192.0.2.1')).rejects.toMatchObject({ status: 429 });
});
