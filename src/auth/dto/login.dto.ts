import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, MaxLength } from 'class-validator';

/** A name and a password; the other fields are those that OAuth 2's password flow sends along, and mean nothing here. */
export class LoginDto {
  @ApiProperty({ example: 'admin', maxLength: 64 })
  @IsString()
  @Length(1, 64)
  username!: string;

  @ApiProperty({ example: 'correct horse battery', maxLength: 1_000, format: 'password' })
  @IsString()
  @Length(1, 1_000)
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
