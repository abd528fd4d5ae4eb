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
} from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiProblem } from '../../common/problem-details/api-problem.js';
import { CurrentUser, Open, SignedIn } from '../access/access.js';
import { LoginService } from './login.service.js';
import type { AuthUser } from '../users/auth-user.js';
import { challenge } from '../access/challenge.js';
import { LoginDto, TokenDto } from './dto/login.dto.js';
import { MeDto } from './dto/me.dto.js';

const WRONG =
  'Name or password is wrong. "movie-pipeline user list" names the users; "user passwd" sets a new password.';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: LoginService) {}

  @Post('login')
  @Open()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'login',
    summary: 'A token for a name and a password',
    description:
      'As JSON, or as a form, which is how OAuth 2 clients and Swagger UI send it. Wrong attempts are slowed down: 429 ' +
      'and 503 say in `Retry-After` when to try again.',
  })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ type: LoginDto })
  @ApiOkResponse({ type: TokenDto, description: 'The token.' })
  @ApiProblem(400, 401, 429, 503)
  async login(
    @Body() { username, password }: LoginDto,
    @Ip() address: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenDto> {
    const issued = await this.auth.login(username, password, address);
    if (issued === null) {
      challenge(response, null);
      throw new UnauthorizedException(WRONG);
    }
    return { access_token: issued.token, token_type: 'bearer', expires_in: issued.expiresInSeconds };
  }

  @Get('me')
  @SignedIn()
  @ApiOperation({ operationId: 'whoAmI', summary: 'Who the token is' })
  @ApiOkResponse({ type: MeDto, description: 'The user.' })
  me(@CurrentUser() user: AuthUser | null): MeDto {
    if (user === null) throw new UnauthorizedException();
    return { username: user.name, role: user.role };
  }
}
