import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Ip,
  Post,
  Res,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { AuditLog } from '../../common/logging/audit-log.js';
import { ApiProblem, NOT_JSON, tooLarge } from '../../common/problem-details/api-problem.js';
import { Authenticated, CurrentUser, Public } from '../access/access.decorators.js';
import { FOREIGN_PAGE } from './login-origin.js';
import { LoginGuard } from './login.guard.js';
import { LoginService } from './login.service.js';
import type { AuthUser } from '../users/auth-user.js';
import { challenge } from '../access/challenge.js';
import { NO_TOKEN_ID, TokensService } from '../tokens/tokens.service.js';
import { ChangePasswordDto } from './dto/change-password.dto.js';
import { EXTERNAL_USER, PasswordChange } from './password-change.js';
import { LoginDto, TokenDto } from './dto/login.dto.js';
import { MeDto } from './dto/me.dto.js';

const WRONG_CREDENTIALS =
  'The name or the password is wrong. "npx movie-pipeline user list" lists the users; "npx movie-pipeline user passwd ' +
  'NAME" sets a new password.';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly logins: LoginService,
    private readonly passwordChange: PasswordChange,
    private readonly tokens: TokensService,
    private readonly audit: AuditLog,
  ) {}

  @Post('login')
  @Public()
  @UseGuards(LoginGuard)
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'login',
    summary: 'Exchange a name and a password for a token',
    description:
      'Accepts JSON, and the form that OAuth 2 clients and Swagger UI send. Failed attempts are throttled: 429 and 503 ' +
      'carry `Retry-After`. The body may have 4 kB. A page of another origin is refused unless CORS_ORIGINS lists it.',
  })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ type: LoginDto })
  @ApiOkResponse({ type: TokenDto, description: 'The token.' })
  @ApiProblem({
    400: ['password must be 1 to 1000 characters, without control characters'],
    401: WRONG_CREDENTIALS,
    403: FOREIGN_PAGE,
    413: tooLarge(4),
    415: NOT_JSON,
    429: 'Too many login attempts for this user or from this network. Try again in 42 seconds.',
    503: 'Too many logins at the same time. Try again in 5 seconds.',
  })
  async login(
    @Body() { username, password }: LoginDto,
    @Ip() address: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenDto> {
    const issued = await this.logins.login(username, password, address);
    if (issued === null) {
      this.audit.record('login.failed', { actor: username, reason: 'wrong_credentials' });
      challenge(response, null);
      throw new UnauthorizedException(WRONG_CREDENTIALS);
    }
    this.audit.record('login.succeeded', { actor: username, tokenId: issued.id });
    return TokenDto.of(issued);
  }

  @Post('logout')
  @Authenticated()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'logout',
    summary: 'End the token of this request',
    description: 'The other tokens of the user stay valid.',
  })
  @ApiNoContentResponse({ description: 'The token is no longer valid.' })
  @ApiProblem({ 409: NO_TOKEN_ID })
  logout(@CurrentUser() user: AuthUser): Promise<void> {
    return this.tokens.logout(user);
  }

  @Post('password')
  @Authenticated()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'changePassword',
    summary: "Change one's own password",
    description:
      'Ends all tokens of the user and returns a new one. A wrong current password counts as a failed login.',
  })
  @ApiOkResponse({ type: TokenDto, description: 'The new token.' })
  @ApiProblem({
    400: 'The password of ann is too easy to guess. Choose four or more unrelated words, or random characters.',
    409: EXTERNAL_USER,
    413: tooLarge(100),
    415: NOT_JSON,
    429: 'Too many login attempts for this user or from this network. Try again in 42 seconds.',
  })
  async changePassword(
    @CurrentUser() user: AuthUser,
    @Body() { current_password: current, new_password: next }: ChangePasswordDto,
    @Ip() address: string,
  ): Promise<TokenDto> {
    return TokenDto.of(await this.passwordChange.change(user, { current, next }, address));
  }

  @Get('me')
  @Authenticated()
  @ApiOperation({ operationId: 'whoAmI', summary: 'Get the user behind the token' })
  @ApiOkResponse({ type: MeDto, description: 'The user.' })
  me(@CurrentUser() user: AuthUser): MeDto {
    return { username: user.name, role: user.role };
  }
}
