import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Readable } from '../auth/access/access.decorators.js';
import { CoverageService } from './coverage.service.js';
import { CoverageDto } from './dto/coverage.dto.js';

@ApiTags('pipeline')
@Controller('pipeline/coverage')
@Readable()
export class CoverageController {
  constructor(private readonly coverage: CoverageService) {}

  @Get()
  @ApiOperation({
    operationId: 'getCoverage',
    summary: 'How complete and how fresh the stored movies are',
    description: 'At most a minute old.',
  })
  @ApiOkResponse({ type: CoverageDto, description: 'The coverage.' })
  async read(): Promise<CoverageDto> {
    return CoverageDto.from(await this.coverage.read());
  }
}
