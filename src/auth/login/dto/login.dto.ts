import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import {
  LONGEST_PASSWORD,
  USER_NAME,
  USER_NAME_RULE,
  withoutFileMarks,
} from '../../../common/credentials.js';
import type { IssuedToken } from '../../tokens/token-issuer.js';

/** No minimum of 12 here: a password that is too short to be set is answered as a wrong one. */
export const ANY_PASSWORD = new RegExp(`^\\P{Cc}{1,${LONGEST_PASSWORD}}$`, 'u');
export const ANY_PASSWORD_RULE = `1 to ${LONGEST_PASSWORD} characters, without control characters`;

/** As `user add` reads a password: the file that it was given may have these marks, and so has the form made from it. */
export const WithoutFileMarks = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? withoutFileMarks(value) : value));

/** The other fields belong to OAuth 2's password flow (RFC 6749, section 4.3.2); they are accepted and ignored. */
export class LoginDto {
  @ApiProperty({ example: 'admin', pattern: USER_NAME.source, description: `Must be ${USER_NAME_RULE}.` })
  @WithoutFileMarks()
  @Matches(USER_NAME, { message: `username must be ${USER_NAME_RULE}` })
  username!: string;

  @ApiProperty({
    example: 'correct horse battery',
    minLength: 1,
    maxLength: LONGEST_PASSWORD,
    format: 'password',
    description: 'No control characters; one newline at the end is ignored.',
  })
  @WithoutFileMarks()
  @Matches(ANY_PASSWORD, { message: `password must be ${ANY_PASSWORD_RULE}` })
  password!: string;

  @ApiPropertyOptional({ example: 'password', maxLength: 100 })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  grant_type?: string;

  @ApiPropertyOptional({ example: '', maxLength: 1_000 })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  scope?: string;

  @ApiPropertyOptional({ example: '', maxLength: 1_000 })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  client_id?: string;

  @ApiPropertyOptional({ example: '', maxLength: 1_000 })
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  client_secret?: string;
}

export class TokenDto {
  @ApiProperty({
    description: 'Send it as `Authorization: Bearer …`.',
    example: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
  })
  access_token!: string;

  @ApiProperty({ enum: ['bearer'], example: 'bearer' })
  token_type!: 'bearer';

  @ApiProperty({ description: 'Seconds until the token expires.', example: 3_600 })
  expires_in!: number;

  static of({ token, expiresInSeconds }: IssuedToken): TokenDto {
    return { access_token: token, token_type: 'bearer', expires_in: expiresInSeconds };
  }
}
