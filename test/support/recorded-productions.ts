/** What the recorded details say of production and release, written by hand from the recordings. */

function company(id: number, name: string, country: string | null, logo: string | null): object {
  return { id, name, logo_path: logo === null ? null : `/${logo}.png`, origin_country: country };
}

const DUNE = company(444, 'Dune Entertainment', 'US', null);
const FOX = company(25, '20th Century Fox', 'US', 'qZCc1lty5FzX30aOCVRBLzaVmcp');

export const PRODUCTION_47964 = {
  origin_country: ['US'],
  production_companies: [
    company(2735, 'Mid Atlantic Films', 'HU', null),
    company(290, 'Ingenious Media', 'GB', 'jrgCuaQsY9ouP5ILZf4Dq4ZOkIX'),
    DUNE,
    company(10893, 'Big Screen Productions', 'GB', null),
    company(12292, 'Temple Hill Entertainment', 'US', '5J93SHsuvIV32AE9oSbMi02pqw9'),
    company(22213, 'TSG Entertainment', 'US', 'qx9K6bFWJupwde0xQDwOvXkOaL8'),
    company(34396, 'Giant Pictures', 'US', 'k96j6gimBKUKFFp1SGX8VyTk6eZ'),
    company(34397, 'Origo Film Group', null, null),
    FOX,
  ],
  production_countries: ['US'],
  spoken_languages: ['en', 'ru'],
  collection: { id: 1570, name: 'Die Hard Collection', poster_path: '/xhnb5lVfwE7NHycdPNdIxHx7kZi.jpg' },
  video: false,
  softcore: null,
};

/** By a part of the name of the recording. */
export const PRODUCTIONS: readonly (readonly [string, { readonly id: number } & Record<string, unknown>])[] =
  [
    ['movie_47964.json', { id: 47964, ...PRODUCTION_47964 }],
    [
      'movie_47964__language-it',
      {
        id: 47964,
        ...PRODUCTION_47964,
        collection: {
          id: 1570,
          name: 'Die Hard - Collezione',
          poster_path: '/kBmm0xPSBxMFNMxrgmOVxynwIMP.jpg',
        },
      },
    ],
    [
      'movie_168259',
      {
        id: 168259,
        homepage: 'http://www.fast7-film.de/',
        origin_country: ['US'],
        production_companies: [
          company(333, 'Original Film', 'US', '5xUJfzPZ8jWJUDzYtIeuPO4qPIa'),
          company(1225, 'One Race', 'US', 'rIxhJMR7oK8b2fMakmTfRLY2TZv'),
          company(33, 'Universal Pictures', 'US', '8lvHyhjr8oUKOOy2dKXoALWKdp0'),
        ],
        production_countries: ['US'],
        spoken_languages: ['ar', 'en', 'es', 'th'],
        collection: {
          id: 9485,
          name: 'The Fast and the Furious Filmreihe',
          poster_path: '/vEq10ZynOwHaSIIQ3mWohbHzvRb.jpg',
        },
        video: false,
      },
    ],
    [
      'movie_19995',
      {
        id: 19995,
        homepage: 'https://www.avataraufbruchnachpandora.de',
        origin_country: ['US'],
        production_companies: [
          DUNE,
          company(574, 'Lightstorm Entertainment', 'US', '8wdmrfGcDx3TJxYiiDksLzAW4pB'),
          FOX,
          company(133789, 'Ingenious Film Partners', 'GB', 'bJdeIb1ET3BkyodAASVDq1x3mls'),
        ],
        production_countries: ['US', 'GB'],
        spoken_languages: ['en', 'es'],
        collection: { id: 87096, name: 'Avatar Filmreihe', poster_path: '/4uB3oFsOsr0ktHgn8NHkcTUbw4R.jpg' },
        video: false,
      },
    ],
    [
      'movie_10140',
      {
        id: 10140,
        // The recording is older than `origin_country`.
        origin_country: null,
        production_companies: [
          company(711, 'Fox 2000 Pictures', 'US', 'tEiIH5QesdheJmDAqQwvtN60727'),
          company(10221, 'Walden Media', 'US', '99VfWRgKasZoyK9UVB39gnYvFrZ'),
        ],
        production_countries: ['GB', 'US'],
        spoken_languages: ['en'],
        collection: {
          id: 420,
          name: 'The Chronicles of Narnia Collection',
          poster_path: '/sh6Kn8VBfXotJ6qsvJkdfscxXKR.jpg',
        },
        video: false,
        certification: 'PG',
        alternative_titles: [],
      },
    ],
  ];

/** Certifications of The Voyage of the Dawn Treader. */
export const CERTIFICATIONS_10140: readonly (readonly [string, string | null])[] = [
  ['US', 'PG'],
  ['DE', '6'],
  ['FR', 'U'],
  ['KR', 'ALL'],
  ['NO', '11 år'],
  ['NL', '9'],
  ['IT', null],
  ['ZA', null],
];

export const RELEASES_10140 = [
  { region: 'IT', type: 3, date: '2010-12-10', certification: null, note: null },
  { region: 'NL', type: 3, date: '2010-12-09', certification: '9', note: null },
  { region: 'NL', type: 5, date: '2011-11-02', certification: '9', note: 'DVD' },
  { region: 'NL', type: 5, date: '2011-12-14', certification: '9', note: 'Blu ray' },
  { region: 'NL', type: 6, date: '2014-02-20', certification: '9', note: 'RTL 4' },
  { region: 'SE', type: 3, date: '2010-12-25', certification: '11', note: null },
  { region: 'SE', type: 5, date: '2011-05-25', certification: '11', note: null },
];
