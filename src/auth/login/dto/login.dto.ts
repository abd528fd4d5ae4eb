import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { LONGEST_PASSWORD, USER_NAME, USER_NAME_RULE } from '../../../common/credentials.js';

/** Shorter than what may be set is wrong like any other. */
const LOGIN_PASSWORD = new RegExp(`^\\P{Cc}{1,${LONGEST_PASSWORD}}$`, 'u');

/** A name and a password; the other fields are those that OAuth 2's password flow sends along, and mean nothing here. */
export class LoginDto {
  @ApiProperty({ example: 'admin', pattern: USER_NAME.source, description: `It is ${USER_NAME_RULE}.` })
  @Matches(USER_NAME, { message: `username must be ${USER_NAME_RULE}` })
  username!: string;

  @ApiProperty({
    example: 'correct horse battery',
    minLength: 1,
    maxLength: LONGEST_PASSWORD,
    format: 'password',
    description: 'Without control characters.',
  })
  @Matches(LOGIN_PASSWORD, {
    message: `password must be 1 to ${LONGEST_PASSWORD} characters, without control characters`,
  })
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

  @ApiProperty({ description: 'Seconds.', example: 3_600 })
  expires_in!: number;
}
