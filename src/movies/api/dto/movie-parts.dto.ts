import { ApiProperty } from '@nestjs/swagger';

const ofTmdb = { example: 819, description: "TMDB's id." };
const profilePath = {
  ...{ type: String, nullable: true, example: '/8nytsqL59SFJTVYVrN72k6qkGgJ.jpg' },
  description: "TMDB's path of a portrait.",
} as const;
const country = { example: 'US', description: 'ISO 3166-1 code.' };
const text = (example: string): object => ({ type: String, nullable: true, example });

export class CastMemberDto {
  @ApiProperty(ofTmdb)
  id!: number;

  @ApiProperty({ example: 'Edward Norton' })
  name!: string;

  @ApiProperty(text('Narrator'))
  character!: string | null;

  @ApiProperty(profilePath)
  profile_path!: string | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0,
    description: 'Place in the billing order, from 0.',
  })
  order!: number | null;
}

export class CrewMemberDto {
  @ApiProperty(ofTmdb)
  id!: number;

  @ApiProperty({ example: 'David Fincher' })
  name!: string;

  @ApiProperty(text('Director'))
  job!: string | null;

  @ApiProperty(text('Directing'))
  department!: string | null;

  @ApiProperty(profilePath)
  profile_path!: string | null;
}

export class CompanyDto {
  @ApiProperty(ofTmdb)
  id!: number;

  @ApiProperty({ example: 'Regency Enterprises' })
  name!: string;

  @ApiProperty({ ...text('/7cxRWzi4LsVm4Utfpr1hfARNurT.png'), description: "TMDB's path of a logo." })
  logo_path!: string | null;

  @ApiProperty({ ...country, type: String, nullable: true })
  origin_country!: string | null;
}

export class CollectionDto {
  @ApiProperty({ example: 2344, description: "TMDB's id." })
  id!: number;

  @ApiProperty({ example: 'The Matrix Collection' })
  name!: string;

  @ApiProperty({ ...text('/bV9qTVHTVf0gkW0j7p7M0ILD4pG.jpg'), description: "TMDB's path of a poster." })
  poster_path!: string | null;
}

export class AlternativeTitleDto {
  @ApiProperty(country)
  country!: string;

  @ApiProperty({ example: 'Le Club de la bagarre' })
  title!: string;

  @ApiProperty({
    ...text('working title'),
    description: 'What kind of title it is; null where TMDB does not say.',
  })
  type!: string | null;
}

export class TranslationDto {
  @ApiProperty({ example: 'de', description: 'ISO 639-1 code.' })
  language!: string;

  @ApiProperty({ ...country, example: 'DE' })
  region!: string;

  @ApiProperty({ ...text('Fight Club'), description: 'Null: that of the original, or unknown.' })
  title!: string | null;

  @ApiProperty(text('Ein Yuppie findet beim charismatischen Tyler Durden …'))
  overview!: string | null;

  @ApiProperty(text('Unfug. Chaos. Seife.'))
  tagline!: string | null;

  @ApiProperty(text('https://example.com/de'))
  homepage!: string | null;
}

export class ReleaseDto {
  @ApiProperty(country)
  region!: string;

  @ApiProperty({
    type: 'integer',
    example: 3,
    description: '1 premiere, 2 limited theatrical, 3 theatrical, 4 digital, 5 physical, 6 TV.',
  })
  type!: number;

  @ApiProperty({ format: 'date', example: '1999-10-15' })
  date!: string;

  @ApiProperty({ ...text('R'), description: 'Age rating.' })
  certification!: string | null;

  @ApiProperty({ ...text('Fantastic Fest'), description: 'Such as the name of a festival.' })
  note!: string | null;
}

export class ListPlaceDto {
  @ApiProperty({ example: 'popular', description: 'popular, top_rated, upcoming, now_playing or trending.' })
  category!: string;

  @ApiProperty({ example: 7, description: 'From 1.' })
  position!: number;

  @ApiProperty({ format: 'date-time', description: 'When the movie was last seen in the list.' })
  seen_at!: string;
}
