import { describe, expect, it } from '@jest/globals';
import { decodeGenres } from './genres.js';
import { decodeMovie, type TmdbMovie } from './movie.js';
import { decodePage } from './page.js';

const MOVIE = {
  id: 550,
  credits: { cast: [] as object[], crew: [] as object[] },
  keywords: { keywords: [] as object[] },
  videos: { results: [] as object[] },
  similar: { results: [] as object[] },
  alternative_titles: { titles: [] as object[] },
  release_dates: { results: [] as object[] },
  translations: { translations: [] as object[] },
};
const SCOPE = { regions: new Set(['US']), languages: new Set(['de']) };
const decode = (body: object): TmdbMovie => decodeMovie(body, SCOPE);
const page = (results: readonly unknown[]): object => ({
  page: 1,
  total_pages: 1,
  total_results: 1,
  results,
});
const video = (key: unknown): object => ({ key, site: 'YouTube', type: 'Trailer' });
const objects = (count: number): object[] => Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

describe('a value that TMDB never sends', () => {
  it.each([
    '/a b.jpg',
    '//evil.example/a.jpg',
    '/../a.jpg',
    '/..',
    '/a/b.jpg',
    '/a.jpg?x=1',
    '/a.jpg\n',
    'a.jpg',
    'https://evil.example/a.jpg',
    '/"onerror=x',
    '/',
    '',
    7,
    {},
  ])('is null as the path of an image: %j', (path) => {
    const { items } = decodePage(page([{ id: 550, poster_path: path, backdrop_path: path }]), 1);
    expect(items).toMatchObject([{ posterPath: null, backdropPath: null }]);
    const person = { id: 1, name: 'Brad Pitt', job: 'Director', profile_path: path };
    const movie = decode({ ...MOVIE, poster_path: path, credits: { cast: [person], crew: [person] } });
    expect(movie).toMatchObject({
      posterPath: null,
      cast: [{ profilePath: null }],
      crew: [{ profilePath: null }],
    });
  });

  it.each([
    'tt',
    '137523',
    'nm0000093',
    'tt0137523/',
    'tt0137523\n',
    ' tt0137523',
    'tt０',
    `tt${'1'.repeat(99)}`,
    1,
  ])('is null as an IMDb id: %j', (id) => {
    expect(decode({ ...MOVIE, imdb_id: id }).imdbId).toBeNull();
  });

  it.each(['short', 'a'.repeat(21), 'abcdef"', 'abc def', '../../etc', 'abcdef\n', 'javascript:', 6_000_000])(
    'leaves out a video whose key it is: %j',
    (key) => {
      const { videos } = decode({ ...MOVIE, videos: { results: [video(key), video('SUXWAEX2jlg')] } });
      expect(videos.map((each) => each.key)).toEqual(['SUXWAEX2jlg']);
    },
  );

  it.each(['us', 'USA', 'U', '', 'U$', 'US\n', null, 1])('is left out as a country: %j', (code) => {
    const release = { type: 3, release_date: '2013-05-01T00:00:00.000Z' };
    const movie = decode({
      ...MOVIE,
      origin_country: [code, 'US'],
      production_countries: [{ iso_3166_1: code }, { iso_3166_1: 'US' }, 'US'],
      production_companies: [{ id: 1, name: 'A', origin_country: code }],
      alternative_titles: { titles: [{ iso_3166_1: code, title: 'A' }] },
      release_dates: { results: [{ iso_3166_1: code, release_dates: [release] }] },
      translations: { translations: [{ iso_639_1: 'de', iso_3166_1: code, data: { title: 'A' } }] },
    });
    expect(movie).toMatchObject({
      ...{ originCountry: ['US'], productionCountries: ['US'], alternativeTitles: [] },
      ...{ productionCompanies: [{ originCountry: null }], releases: [], translations: [] },
    });
  });

  it.each([
    [{ type: 0 }],
    [{ type: 'Theatrical' }],
    [{ type: 101 }],
    [{ release_date: '' }],
    [{ release_date: '2013-02-30T00:00:00.000Z' }],
    [{ release_date: null }],
  ])('makes a release unusable: %j', (values) => {
    const known = { type: 3, release_date: '2013-05-01T00:00:00.000Z', certification: 'R' };
    const results = [{ iso_3166_1: 'US', release_dates: [known, { ...known, ...values }] }];
    expect(decode({ ...MOVIE, release_dates: { results } }).releases).toEqual([
      { region: 'US', type: 3, date: '2013-05-01', certification: 'R', note: null },
    ]);
  });

  it('is removed from the texts of releases, titles, translations and collections: NUL', () => {
    const texts = (value: string): object => ({
      ...MOVIE,
      belongs_to_collection: { id: 1, name: value, poster_path: '/../a.jpg' },
      alternative_titles: { titles: [{ iso_3166_1: 'US', title: value, type: value }] },
      translations: { translations: [{ iso_639_1: 'de', iso_3166_1: 'DE', data: { title: value } }] },
    });
    expect(decode(texts('a\0b'))).toMatchObject({
      collection: { id: 1, name: 'ab', posterPath: null },
      alternativeTitles: [{ country: 'US', title: 'ab', type: 'ab' }],
      translations: [{ title: 'ab', overview: null }],
    });
    expect(decode(texts('\0'))).toMatchObject({ collection: null, alternativeTitles: [], translations: [] });
  });

  it('does not include what TMDB does send', () => {
    const profile = { id: 1, name: 'Brad Pitt', profile_path: '/cckcYc2v0yh1tc9QjRelptcOBko.jpg' };
    const movie = decode({
      ...MOVIE,
      poster_path: '/a-b_C.0.svg',
      imdb_id: 'tt0137523',
      credits: { cast: [profile], crew: [] },
      videos: { results: [video('76979871'), video('-_a1B2c3D4e')] },
    });
    expect(movie).toMatchObject({
      posterPath: '/a-b_C.0.svg',
      imdbId: 'tt0137523',
      cast: [{ profilePath: profile.profile_path }],
      videos: [{ key: '76979871' }, { key: '-_a1B2c3D4e' }],
    });
  });
});

describe('a list with more elements than TMDB ever sends', () => {
  it.each([
    ['results', 100, (list: object[]) => decodePage(page(list), 1)],
    ['genre_ids', 100, (list: object[]) => decodePage(page([{ id: 1, genre_ids: list }]), 1)],
    ['genres', 100, (list: object[]) => decode({ ...MOVIE, genres: list })],
    ['credits.cast', 5_000, (list: object[]) => decode({ ...MOVIE, credits: { cast: list, crew: [] } })],
    ['credits.crew', 5_000, (list: object[]) => decode({ ...MOVIE, credits: { cast: [], crew: list } })],
    ['keywords.keywords', 1_000, (list: object[]) => decode({ ...MOVIE, keywords: { keywords: list } })],
    ['videos.results', 1_000, (list: object[]) => decode({ ...MOVIE, videos: { results: list } })],
    ['similar.results', 1_000, (list: object[]) => decode({ ...MOVIE, similar: { results: list } })],
    ['production_companies', 1_000, (list: object[]) => decode({ ...MOVIE, production_companies: list })],
    ['spoken_languages', 1_000, (list: object[]) => decode({ ...MOVIE, spoken_languages: list })],
    [
      'alternative_titles.titles',
      1_000,
      (list: object[]) => decode({ ...MOVIE, alternative_titles: { titles: list } }),
    ],
    [
      'translations.translations',
      1_000,
      (list: object[]) => decode({ ...MOVIE, translations: { translations: list } }),
    ],
    [
      'release_dates.results',
      400,
      (list: object[]) => decode({ ...MOVIE, release_dates: { results: list } }),
    ],
    [
      'release_dates of US',
      200,
      (list: object[]) =>
        decode({ ...MOVIE, release_dates: { results: [{ iso_3166_1: 'US', release_dates: list }] } }),
    ],
  ])('makes the body unusable: %s over %i', (name, max, decodeList) => {
    expect(() => decodeList(objects(max))).not.toThrow();
    expect(() => decodeList(objects(max + 1))).toThrow(`${name} has ${max + 1} elements, more than ${max}`);
  });

  it('makes the list of genres unusable', () => {
    const genres = objects(101).map((genre) => ({ ...genre, name: 'Drama' }));
    expect(decodeGenres({ genres: genres.slice(1) })).toHaveLength(100);
    expect(() => decodeGenres({ genres })).toThrow('genres has 101 elements');
  });
});
