import { describe, expect, it } from '@jest/globals';
import { decodeGenres } from './genres.js';
import { decodeMovie } from './movie.js';
import { decodePage } from './page.js';

const MOVIE = {
  id: 550,
  credits: { cast: [] as object[], crew: [] as object[] },
  keywords: { keywords: [] as object[] },
  videos: { results: [] as object[] },
  similar: { results: [] as object[] },
};
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
    const movie = decodeMovie({ ...MOVIE, poster_path: path, credits: { cast: [person], crew: [person] } });
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
    expect(decodeMovie({ ...MOVIE, imdb_id: id }).imdbId).toBeNull();
  });

  it.each(['short', 'a'.repeat(21), 'abcdef"', 'abc def', '../../etc', 'abcdef\n', 'javascript:', 6_000_000])(
    'leaves out a video whose key it is: %j',
    (key) => {
      const { videos } = decodeMovie({ ...MOVIE, videos: { results: [video(key), video('SUXWAEX2jlg')] } });
      expect(videos.map((each) => each.key)).toEqual(['SUXWAEX2jlg']);
    },
  );

  it('does not include what TMDB does send', () => {
    const profile = { id: 1, name: 'Brad Pitt', profile_path: '/cckcYc2v0yh1tc9QjRelptcOBko.jpg' };
    const movie = decodeMovie({
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
    ['genres', 100, (list: object[]) => decodeMovie({ ...MOVIE, genres: list })],
    ['credits.cast', 5_000, (list: object[]) => decodeMovie({ ...MOVIE, credits: { cast: list, crew: [] } })],
    ['credits.crew', 5_000, (list: object[]) => decodeMovie({ ...MOVIE, credits: { cast: [], crew: list } })],
    ['keywords.keywords', 1_000, (list: object[]) => decodeMovie({ ...MOVIE, keywords: { keywords: list } })],
    ['videos.results', 1_000, (list: object[]) => decodeMovie({ ...MOVIE, videos: { results: list } })],
    ['similar.results', 1_000, (list: object[]) => decodeMovie({ ...MOVIE, similar: { results: list } })],
  ])('makes the body unusable: %s over %i', (name, max, decode) => {
    expect(() => decode(objects(max))).not.toThrow();
    expect(() => decode(objects(max + 1))).toThrow(`${name} has ${max + 1} elements, more than ${max}`);
  });

  it('makes the list of genres unusable', () => {
    const genres = objects(101).map((genre) => ({ ...genre, name: 'Drama' }));
    expect(decodeGenres({ genres: genres.slice(1) })).toHaveLength(100);
    expect(() => decodeGenres({ genres })).toThrow('genres has 101 elements');
  });
});
