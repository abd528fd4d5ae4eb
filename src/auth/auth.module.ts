import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AuditModule } from '../audit/audit.module.js';
import { AuditController } from './audit/audit.controller.js';
import { AccessGuard } from './access/access.guard.js';
import { AuthController } from './login/auth.controller.js';
import { LoginGuard } from './login/login.guard.js';
import { LoginService } from './login/login.service.js';
import { LoginThrottle } from './login/login-throttle.js';
import { PasswordChange } from './login/password-change.js';
import { ExternalKeys } from './tokens/external-keys.js';
import { ExternalTokens } from './tokens/external-tokens.js';
import { ExternalTokensStrategy } from './tokens/external-tokens.strategy.js';
import { OwnTokensStrategy } from './tokens/own-tokens.strategy.js';
import { SigningKey } from './tokens/signing-key.js';
import { TokenIssuer } from './tokens/token-issuer.js';
import { TokensRepository } from './tokens/tokens.repository.js';
import { TokensService } from './tokens/tokens.service.js';
import { FirstAdmin } from './users/first-admin.js';
import { Passwords } from './users/passwords.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';

@Module({
  imports: [JwtModule.register({}), AuditModule],
  controllers: [AuthController, AuditController],
  providers: [
    ...[LoginService, LoginThrottle, LoginGuard, PasswordChange],
    ...[OwnTokensStrategy, SigningKey, TokenIssuer, TokensRepository, TokensService],
    ...[ExternalTokensStrategy, ExternalTokens, ExternalKeys],
    ...[UsersService, UsersRepository, Passwords, FirstAdmin],
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [UsersService],
})
export class AuthModule {}
