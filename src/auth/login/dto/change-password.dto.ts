import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../../../common/credentials.js';
import { ANY_PASSWORD, ANY_PASSWORD_RULE, WithoutFileMarks } from './login.dto.js';

export class ChangePasswordDto {
  @ApiProperty({
    example: 'correct horse battery',
    minLength: 1,
    maxLength: LONGEST_PASSWORD,
    format: 'password',
    description: 'No control characters; one newline at the end is ignored.',
  })
  @WithoutFileMarks()
  @Matches(ANY_PASSWORD, { message: `current_password must be ${ANY_PASSWORD_RULE}` })
  current_password!: string;

  @ApiProperty({
    example: 'staple mantle orbit velvet',
    minLength: SHORTEST_PASSWORD,
    maxLength: LONGEST_PASSWORD,
    format: 'password',
    description: 'As current_password, and not easily guessed.',
  })
  @WithoutFileMarks()
  @Matches(ANY_PASSWORD, { message: `new_password must be ${ANY_PASSWORD_RULE}` })
  new_password!: string;
}
