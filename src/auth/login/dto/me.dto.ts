import { ApiProperty } from '@nestjs/swagger';
import { USER_ROLES, type UserRole } from '../../users/auth-user.js';

export class MeDto {
  @ApiProperty({ example: 'admin' })
  username!: string;

  @ApiProperty({ enum: USER_ROLES, enumName: 'UserRole', example: 'admin' })
  role!: UserRole;
}
