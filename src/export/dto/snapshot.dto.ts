import { ApiProperty } from '@nestjs/swagger';
import { EXPORT_FORMATS, type ExportFormat, MANIFEST, NOTICE } from '../manifest.js';
import type { Snapshot } from '../snapshots.js';

const EXAMPLE = '20260901T030112Z';

export class ExportedFileDto {
  @ApiProperty({ example: 'movies.parquet' })
  name!: string;

  @ApiProperty({ description: 'Relative to the host.', example: `/exports/${EXAMPLE}/movies.parquet` })
  url!: string;

  @ApiProperty({ description: 'movies, translations, releases or lists.', example: 'movies' })
  table!: string;

  @ApiProperty({ enum: EXPORT_FORMATS, enumName: 'ExportFormat', example: 'parquet' })
  format!: ExportFormat;

  @ApiProperty({ type: 'integer', example: 1_520 })
  rows!: number;

  @ApiProperty({ type: 'integer', example: 4_210_688 })
  bytes!: number;

  @ApiProperty({
    description: 'SHA-256 of the file, hexadecimal.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  sha256!: string;
}

export class SnapshotDto {
  @ApiProperty({ description: 'The name of the snapshot in paths.', example: EXAMPLE })
  snapshot!: string;

  @ApiProperty({
    format: 'date-time',
    description: 'The files contain what was stored at this time.',
    example: '2026-09-01T03:01:12.345Z',
  })
  snapshot_time!: string;

  @ApiProperty({ description: 'The last migration of the database.', example: '0012_people_views' })
  schema_version!: string;

  @ApiProperty({ example: NOTICE })
  notice!: string;

  @ApiProperty({ description: 'Relative to the host.', example: `/exports/${EXAMPLE}/${MANIFEST}` })
  manifest_url!: string;

  @ApiProperty({ type: [ExportedFileDto], description: 'One for each table and format.' })
  files!: ExportedFileDto[];

  static from({ name: snapshot, manifest }: Snapshot): SnapshotDto {
    const { snapshot_time, schema_version, notice } = manifest;
    const urlOf = (file: string): string => `/exports/${snapshot}/${file}`;
    return {
      ...{ snapshot, snapshot_time, schema_version, notice, manifest_url: urlOf(MANIFEST) },
      files: manifest.files.map(({ name, table, format, rows, bytes, sha256 }) => ({
        ...{ name, url: urlOf(name), table, format, rows, bytes, sha256 },
      })),
    };
  }
}
