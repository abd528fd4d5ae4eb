import type { INestApplicationContext } from '@nestjs/common';
import { randomPassword, UsersService } from '../auth/users/users.service.js';

export const DEMO_USER = 'demo';

export interface DemoLogin {
  readonly name: string;
  readonly password: string;
}

/** Creates the demo's admin, or gives it a new password. */
export async function demoLogin(app: INestApplicationContext): Promise<DemoLogin> {
  const users = app.get(UsersService);
  const login = { name: DEMO_USER, password: randomPassword() };
  const isKnown = (await users.list()).some(({ name }) => name === login.name);
  if (isKnown) await users.setPassword(login.name, login.password);
  else await users.add(login.name, login.password, 'admin');
  return login;
}
