import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AccessGuard } from './access/access.guard.js';
import { AuthController } from './login/auth.controller.js';
import { LoginService } from './login/login.service.js';
import { FirstAdmin } from './users/first-admin.js';
import { LoginThrottle } from './login/login-throttle.js';
import { OwnTokens } from './tokens/own-tokens.strategy.js';
import { ExternalTokens } from './tokens/external-tokens.strategy.js';
import { Passwords } from './users/passwords.js';
import { SigningKey } from './tokens/signing-key.js';
import { Tokens } from './tokens/tokens.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';

@Module({
  imports: [JwtModule.register({})],
  controllers: [AuthController],
  providers: [
    ...[LoginService, UsersService, UsersRepository, Passwords, LoginThrottle, Tokens, SigningKey],
    ...[OwnTokens, ExternalTokens, FirstAdmin],
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [UsersService],
})
export class AuthModule {}
