import { Body, Controller, Get, HttpCode, Ip, Post, UnauthorizedException } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblem } from '../common/api-problem.js';
import { CurrentUser, Open, SignedIn } from './access.js';
import { AuthService } from './auth.service.js';
import type { AuthUser } from './auth-user.js';
import { LoginDto, TokenDto } from './dto/login.dto.js';
import { MeDto } from './dto/me.dto.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @Open()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'login',
    summary: 'A token for a name and a password',
    description: 'As JSON, or as a form, which is how OAuth 2 clients and Swagger UI send it.',
  })
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ type: LoginDto })
  @ApiOkResponse({ type: TokenDto, description: 'The token.' })
  @ApiProblem(400, 401, 429, 503)
  async login(@Body() { username, password }: LoginDto, @Ip() address: string): Promise<TokenDto> {
    const { token, expiresInSeconds } = await this.auth.login(username, password, address);
    return { access_token: token, token_type: 'bearer', expires_in: expiresInSeconds };
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
