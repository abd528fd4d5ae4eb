import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AccessGuard } from './access.guard.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { FirstAdmin } from './first-admin.js';
import { LoginThrottle } from './login-throttle.js';
import { OurTokens } from './our-tokens.strategy.js';
import { OutsideTokens } from './outside-tokens.strategy.js';
import { Passwords } from './passwords.js';
import { TokenKey } from './token-key.js';
import { Tokens } from './tokens.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [JwtModule.register({})],
  controllers: [AuthController],
  providers: [
    ...[AuthService, UsersService, UsersRepository, Passwords, LoginThrottle, Tokens, TokenKey],
    ...[OurTokens, OutsideTokens, FirstAdmin],
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [UsersService],
})
export class AuthModule {}
