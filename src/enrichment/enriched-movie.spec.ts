import { describe, expect, it } from '@jest/globals';
import { decodeMovie } from '../tmdb/schema/movie.js';
import { enrichedMovie } from './enriched-movie.js';

type Body = Readonly<Record<string, unknown>>;

/** The record of a details body with these values. */
function recordOf({ crew = [], videos = [], ...values }: Body): ReturnType<typeof enrichedMovie> {
  const parts = { credits: { cast: [], crew }, videos: { results: videos }, keywords: { keywords: [] } };
  const added = { alternative_titles: { titles: [] }, release_dates: { results: [] } };
  const body = { id: 1, release_date: '2013-05-01', ...parts, similar: { results: [] }, ...added, ...values };
  const scope = { regions: new Set(['DE', 'US']), languages: new Set(['de', 'pt-BR']) };
  const translations = { translations: { translations: [] }, ...body };
  return enrichedMovie(decodeMovie(translations, scope), 'de-DE', {
    certificationRegion: 'DE',
    releaseRegions: ['US', 'DE'],
  });
}

function people(job: string, count = 1): Body[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, name: `${job} ${index + 1}`, job }));
}

function jobsOf(...crew: Body[]): string[] {
  return recordOf({ crew }).crew.map(({ job }) => job);
}

describe('the crew of a movie', () => {
  it('is ordered by job, whatever the order of TMDB is', () => {
    const jobs =
      'Director|Co-Director|Screenplay|Writer|Story|Novel|Book|Comic Book|Graphic Novel|Short Story|Original Story|' +
      'Author|Theatre Play|Characters|Producer|Executive Producer|Director of Photography|Editor|' +
      'Original Music Composer|Music|Production Design|Casting|Costume Design';
    const shuffled = ['Gaffer', ...jobs.split('|').reverse(), 'Music Editor'];
    expect(jobsOf(...shuffled.flatMap((job) => people(job))).join('|')).toBe(jobs);
  });

  it('keeps editor and composer behind 25 producers, of whom it has ten', () => {
    const crew = [...people('Executive Producer', 18), ...people('Producer', 7)];
    expect(jobsOf(...crew, ...people('Editor'), ...people('Music'))).toEqual([
      ...Array.from({ length: 7 }, () => 'Producer'),
      ...Array.from({ length: 3 }, () => 'Executive Producer'),
      ...['Editor', 'Music'],
    ]);
  });

  it.each(['Co-Producer', 'Casting Associate', 'Assistant Director', 'Music Supervisor', 'director', ''])(
    'has no one whose job is %j',
    (job) => {
      expect(jobsOf(...people(job), ...people('Director'))).toEqual(['Director']);
    },
  );

  it('has at most 40 entries, and no person twice for one job', () => {
    const directors = people('Director', 50);
    expect(jobsOf(...directors)).toHaveLength(40);
    const [one] = people('Producer');
    expect(jobsOf(...people('Producer', 11), one!)).toHaveLength(10);
    expect(jobsOf(one!, one!, { ...one, job: 'Writer' })).toEqual(['Writer', 'Producer']);
  });
});

describe('the trailer of a movie', () => {
  function video(key: string, published: unknown, values: Body = {}): Body {
    return {
      ...{
        key: key.padEnd(11, '-'),
        site: 'YouTube',
        type: 'Trailer',
        official: true,
        iso_639_1: 'de',
        published_at: published,
      },
      ...values,
    };
  }

  function nameOf(key: string | null): string | null {
    return key?.replace(/-+$/, '') ?? null;
  }

  function trailerOf(...videos: Body[]): string | null {
    return nameOf(recordOf({ videos }).trailerKey);
  }

  it('is the last of equals that was published up to a week after the release', () => {
    const before = [video('first', '2012-11-01T10:00:00.000Z'), video('last', '2013-05-08T00:00:00.000Z')];
    const anniversary = video('anniversary', '2023-05-01T00:00:00.000Z');
    expect(trailerOf(anniversary, ...before, video('late', '2013-05-08T00:00:01.000Z'))).toBe('last');
  });

  it('is the oldest of equals when all were published later, or when no release date is known', () => {
    const videos = [video('b', '2023-05-01T00:00:00.000Z'), video('a', '2020-05-01T00:00:00.000Z')];
    expect(trailerOf(...videos)).toBe('a');
    expect(nameOf(recordOf({ videos, release_date: '' }).trailerKey)).toBe('a');
  });

  it.each([
    ['2013-05-02 12:00:00 UTC', '2013-05-02T11:00:00.000Z'],
    ['2013-05-02T12:00:00.000Z', '2013-05-02 11:00:00 UTC'],
    ['2013-05-02T01:00:00+02:00', '2013-05-01T22:00:00.000Z'],
    ['2013-05-02 12:00:00', '2013-05-02T11:59:59Z'],
  ])('is chosen by the instant of its publication, not by its text: %s is after %s', (later, earlier) => {
    expect(trailerOf(video('earlier', earlier), video('later', later))).toBe('later');
    expect(trailerOf(video('later', later), video('earlier', earlier))).toBe('later');
  });

  it('is one with a known time before one without', () => {
    const unknown = [video('a', null), video('b', 'soon'), video('c', 5)];
    expect(trailerOf(...unknown, video('known', '2014-01-01T00:00:00.000Z'))).toBe('known');
    expect(trailerOf(...unknown)).toBe('a');
  });

  it('is official in another language rather than unofficial in the configured one, and a teaser last', () => {
    const at = '2013-01-01T00:00:00.000Z';
    const teaser = video('teaser', at, { type: 'Teaser' });
    const unofficial = video('unofficial', at, { official: false });
    const english = video('english', at, { iso_639_1: 'en' });
    const vimeo = video('vimeo', at, { site: 'Vimeo' });
    expect(trailerOf(vimeo, teaser, unofficial, english)).toBe('english');
    expect(trailerOf(vimeo, teaser, unofficial)).toBe('unofficial');
    expect(trailerOf(vimeo, teaser)).toBe('teaser');
    expect(trailerOf(english, video('german', at))).toBe('german');
  });
});

describe('the certification of a movie', () => {
  function certificationOf(
    ...releases: [type: number, date: string, certification: string][]
  ): string | null {
    const dates = releases.map(([type, date, certification]) => ({
      type,
      release_date: `${date}T00:00:00.000Z`,
      certification,
    }));
    const results = [
      {
        iso_3166_1: 'US',
        release_dates: [{ type: 3, release_date: '2000-01-01T00:00:00.000Z', certification: 'R' }],
      },
      { iso_3166_1: 'DE', release_dates: dates },
    ];
    return recordOf({ release_dates: { results } }).certification;
  }

  it('is that of the theatrical release, else of a limited one, else the earliest of the others', () => {
    const others = [
      [5, '2013-09-01', '18'],
      [1, '2013-04-01', '0'],
    ] as [number, string, string][];
    expect(certificationOf(...others, [2, '2013-05-01', '16'], [3, '2013-06-01', '12'])).toBe('12');
    expect(certificationOf(...others, [2, '2013-05-01', '16'])).toBe('16');
    expect(certificationOf(...others)).toBe('0');
  });

  it('is the earliest one that is not empty of equal releases', () => {
    expect(certificationOf([3, '2013-05-01', ''], [3, '2013-07-01', '16'], [3, '2013-06-01', '12'])).toBe(
      '12',
    );
    expect(certificationOf([3, '2013-05-01', ''], [6, '2015-07-01', '16'])).toBe('16');
  });

  it('is unknown where the region has none, whatever other regions have', () => {
    expect(certificationOf()).toBeNull();
    expect(certificationOf([3, '2013-05-01', ''])).toBeNull();
  });
});

describe('the releases of a movie', () => {
  function release(type: number, day: string, values: Body = {}): Body {
    return { type, release_date: `${day}T00:00:00.000Z`, certification: '', note: '', ...values };
  }

  it('are those of the configured regions, two of one type on different days among them, each key once', () => {
    const results = [
      { iso_3166_1: 'FR', release_dates: [release(3, '2013-05-01')] },
      {
        iso_3166_1: 'DE',
        release_dates: [
          release(5, '2013-09-01', { note: 'DVD' }),
          release(5, '2013-10-01', { note: 'Blu-ray' }),
          release(5, '2013-09-01', { certification: '12' }),
        ],
      },
    ];
    const { releases } = recordOf({ release_dates: { results } });
    expect([...releases].sort((a, b) => Date.parse(a.date) - Date.parse(b.date))).toEqual([
      { region: 'DE', type: 5, date: '2013-09-01', certification: '12', note: null },
      { region: 'DE', type: 5, date: '2013-10-01', certification: null, note: 'Blu-ray' },
    ]);
  });
});

describe('the translations of a movie', () => {
  it('are those of the configured languages, or of one country only, without those that are empty', () => {
    const translation = (language: string, region: string, data: Body): Body => ({
      iso_639_1: language,
      iso_3166_1: region,
      data,
    });
    const translations = [
      translation('de', 'DE', { title: 'Titel', overview: '', tagline: '', homepage: '' }),
      translation('de', 'AT', { title: '', overview: 'Handlung' }),
      translation('de', 'CH', { title: '', overview: '', runtime: 90 }),
      translation('pt', 'BR', { title: 'Título' }),
      translation('pt', 'PT', { title: 'Outro' }),
      translation('de', 'DE', { title: 'Noch einer' }),
    ];
    const none = { title: null, overview: null, tagline: null, homepage: null };
    expect(recordOf({ translations: { translations } }).translations).toEqual([
      { language: 'de', region: 'DE', ...none, title: 'Titel' },
      { language: 'de', region: 'AT', ...none, overview: 'Handlung' },
      { language: 'pt', region: 'BR', ...none, title: 'Título' },
    ]);
  });
});

describe('unknown values of a movie', () => {
  it('are null where TMDB sends 0', () => {
    const unknown = { budget: 0, revenue: 0, runtime: 0, vote_average: 0, vote_count: 0 };
    const known = { budget: 1, revenue: '3000000000', runtime: 90, vote_average: 5.5, vote_count: 1 };
    expect(recordOf(unknown)).toMatchObject({
      ...{ budget: null, revenue: null, runtime: null },
      ...{ voteAverage: null, voteCount: 0 },
    });
    expect(recordOf(known)).toMatchObject({
      ...{ budget: 1, revenue: 3_000_000_000, runtime: 90 },
      ...{ voteAverage: 5.5, voteCount: 1 },
    });
  });

  it.each(['0', '0.0', -0, -1, '', 'unknown', null, false, 2 ** 53])(
    'are null where an amount is %p',
    (amount) => {
      expect(recordOf({ budget: amount, revenue: amount, runtime: amount })).toMatchObject({
        ...{ budget: null, revenue: null, runtime: null },
      });
    },
  );

  it('are the average of no votes, and known without the number of votes', () => {
    expect(recordOf({ vote_average: 7, vote_count: 0 }).voteAverage).toBeNull();
    expect(recordOf({ vote_average: 7 }).voteAverage).toBe(7);
  });

  it('are null where a list is absent, and the list where it is empty', () => {
    const lists = ['originCountry', 'productionCompanies', 'productionCountries', 'spokenLanguages'];
    const unknown = Object.fromEntries(lists.map((list) => [list, null]));
    expect(recordOf({})).toMatchObject({ ...unknown, collection: null, video: null, softcore: null });
    const empty = {
      origin_country: [],
      production_companies: [],
      production_countries: [],
      spoken_languages: [],
    };
    expect(recordOf(empty)).toMatchObject(Object.fromEntries(lists.map((list) => [list, []])));
  });

  it.each([
    [[{ id: 28, name: null }], null],
    [[{ id: 28, name: 'Acció' }, { id: 18 }], null],
    [[{ id: 28, name: '' }], null],
    [null, null],
    [[], []],
    [[{ id: 28, name: 'Acció' }], ['Acció']],
  ])('are all genres when one has no name: %j', (genres, expected) => {
    expect(recordOf({ genres }).genres).toEqual(expected);
  });
});
