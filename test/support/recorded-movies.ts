/** Rows of recorded movies, written by hand from the recordings. Rows from lists name some columns; MOVIE_47964 all. */

import { PRODUCTION_47964 } from './recorded-productions.js';

const IMAGES = 'https://image.tmdb.org/t/p';
const STORED_AT = '2026-09-01T12:00:00';

export interface ListedRow {
  readonly id: number;
  readonly title: string;
  readonly [column: string]: unknown;
}

export const LISTED_MOVIES: readonly ListedRow[] = [
  {
    id: 83533,
    title: 'Avatar: Fire and Ash',
    original_title: 'Avatar: Fire and Ash',
    original_language: 'en',
    release_date: '2025-12-17',
    genres: ['Science Fiction', 'Adventure', 'Fantasy'],
    backdrop_url: `${IMAGES}/w1280/iN41Ccw4DctL8npfmYg1j5Tr1eb.jpg`,
    cast: null,
    crew: null,
    keywords: null,
    similar_movie_ids: null,
    trailer_key: null,
    enriched_at: null,
    created_at: STORED_AT,
    updated_at: STORED_AT,
  },
  {
    id: 982843,
    title: 'The Great Flood',
    original_title: '대홍수',
    original_language: 'ko',
    overview:
      'When a raging flood traps a researcher and her young son, a call to a crucial mission puts their escape — ' +
      'and the future of humanity — on the line.',
    release_date: '2025-09-18',
    poster_url: `${IMAGES}/w500/7bLr0xljlMz8Xa8sufcZFhg8gh6.jpg`,
    genres: ['Science Fiction', 'Adventure', 'Drama'],
    adult: false,
  },
  {
    id: 1084242,
    title: 'Zootopia 2',
    release_date: '2025-11-26',
    genres: ['Adventure', 'Animation', 'Comedy', 'Family', 'Mystery'],
    poster_url: `${IMAGES}/w500/oJ7g2CifqpStmoYQyaLQgEU32qO.jpg`,
    runtime: null,
    budget: null,
  },
  {
    id: 120352,
    title: 'Heartbreak House',
    release_date: '1977-05-19',
    vote_average: null,
    vote_count: 0,
    popularity: 1.4,
    poster_url: null,
    backdrop_url: null,
    genres: ['Comedy'],
  },
  {
    id: 368235,
    title: 'James Bond: License to Thrill',
    release_date: null,
    genres: [],
    popularity: 0,
    poster_url: `${IMAGES}/w500/89tjBX57wX3tXI5XYI6Ox9YIfPh.jpg`,
  },
  {
    id: 222841,
    title: 'Barbapapa 2 - Het nieuwe huis van Barbapapa',
    overview: null,
    release_date: null,
    original_language: null,
    genres: null,
    poster_url: null,
  },
  {
    id: 11965,
    title: 'Silvester Home Run',
    release_date: '2008-08-30',
    overview: null,
    popularity: 0.3014,
    genres: null,
    original_language: null,
  },
  {
    id: 12180,
    title: 'Star Wars: The Clone Wars',
    vote_average: 6,
    vote_count: 1363,
    popularity: 21.799,
    genres: ['Animation', 'Action', 'Science Fiction', 'Adventure'],
    backdrop_url: `${IMAGES}/w1280/sNNFLEcAuy4C3RyXCnKoArn7Aty.jpg`,
  },
  {
    id: 81,
    title: 'Nausicaä of the Valley of the Wind',
    original_title: 'Kaze no tani no Naushika',
    popularity: 3.51313780614417,
    vote_average: 7.8,
    vote_count: 192,
    release_date: '1984-03-11',
    poster_url: `${IMAGES}/w500/y2rl0OkMfZHpBaQYPfSJmLMOxwp.jpg`,
  },
];

function actor(order: number, id: number, name: string, character: string, photo: string): object {
  return { id, name, character, profile_path: `/${photo}.jpg`, order };
}

function member(id: number, name: string, job: string, department: string, photo: string | null): object {
  return { id, name, job, department, profile_path: photo === null ? null : `/${photo}.jpg` };
}

export const MOVIE_47964 = {
  id: 47964,
  title: 'A Good Day to Die Hard',
  overview:
    'Iconoclastic, take-no-prisoners cop John McClane, finds himself for the first time on foreign soil after ' +
    'traveling to Moscow to help his wayward son Jack - unaware that Jack is really a highly-trained CIA operative ' +
    'out to stop a nuclear weapons heist. With the Russian underworld in pursuit, and battling a countdown to war, ' +
    'the two McClanes discover that their opposing methods make them unstoppable heroes.',
  release_date: '2013-02-06',
  vote_average: 5.3,
  vote_count: 6609,
  popularity: 4.8277,
  poster_url: `${IMAGES}/w500/qJ0csDXAVFMsNn0cRcjy6W6PxAK.jpg`,
  backdrop_url: `${IMAGES}/w1280/wFUkS5cnMf3I8ysIPWzIXpTsuR7.jpg`,
  genres: ['Action', 'Thriller'],
  cast: [
    actor(0, 62, 'Bruce Willis', 'John McClane', 'w3aXr1e7gQCn8MSp1vW4sXHn99P'),
    actor(1, 224181, 'Jai Courtney', 'Jack McClane', '6vEaNwbOKov6yzQx15CdtrqfK3L'),
    actor(2, 8197, 'Sebastian Koch', 'Yuri Komarov', '4YFk0qauux4jn68mvIfd5EEtG2v'),
    actor(3, 80998, 'Yuliya Snigir', 'Irina Komarov', 'doOsxPl6VPJaLnXJoz4VIfADrVC'),
    actor(4, 230400, 'Radivoje Bukvić', 'Alik', '64B4gbIM5RsoPDBhKcMa0AmN8xQ'),
    actor(5, 6614, 'Cole Hauser', 'Mike Collins', '1SNoIDILoXtAUJu4f7nDCPVQH5j'),
    actor(6, 1150430, 'Sergey Kolesnikov', 'Viktor Chagarin', 'a2FLT9R8TKyOK8ZDUOOWL8lk7Lr'),
    actor(7, 17341, 'Amaury Nolasco', 'Murphy', 'lziIeEQUtVSotC0qzIiYLWnjELn'),
    actor(8, 17628, 'Mary Elizabeth Winstead', 'Lucy McClane', '5d1AkBJpybuTM64lcNyBUZ90KD1'),
    actor(9, 130903, 'Roman Luknár', 'Anton', '4cw4DXuwrreYtFILZAujGdaUi9g'),
  ],
  crew: [
    member(12028, 'John Moore', 'Director', 'Directing', 'n3czTYjeuJHaTLvMHllnT35uhnF'),
    member(18185, 'Skip Woods', 'Screenplay', 'Writing', '62AlxyIygzBug5nuI6clnr8jxl3'),
    member(7670, 'Roderick Thorp', 'Characters', 'Writing', 'tbvs5BuzGOTofu5hRlhCvg7cUED'),
    member(113665, 'Alex Young', 'Producer', 'Production', 'iLv6wccKpnxfunbHJR6evXtBYKO'),
    member(6040, 'Wyck Godfrey', 'Producer', 'Production', 'tKoS0O3m1UROqeM9ZLLfbvgY6Vf'),
    member(12033, 'Jonathan Sela', 'Director of Photography', 'Camera', 'vjR46R01jK9XpmfLPmvgRr75b5p'),
    member(6043, 'Dan Zimmerman', 'Editor', 'Editing', null),
    member(7229, 'Marco Beltrami', 'Original Music Composer', 'Sound', 'fb3TfFITlOC0BN3kNpUXj1FL0LN'),
    member(19291, 'Daniel T. Dorrance', 'Production Design', 'Art', 'qZuHC4gc4X7Rltww8Gwr3XoARxa'),
    member(1034748, 'Tricia Wood', 'Casting', 'Production', 'hSYw8hshMtY06XzuX2ZAuYluO03'),
    member(3965, 'Deborah Aquila', 'Casting', 'Production', '21tKfmoNpulz84RuWXPUXHuAwU2'),
    member(67702, 'Lina Todd', 'Casting', 'Production', '3kvixE6kI7x5uRP8nGqthpQ9hxF'),
  ],
  keywords: [
    'central intelligence agency (cia)',
    'undercover agent',
    'escape',
    'bomb',
    'plutonium',
    'sequel',
    'shootout',
    'police detective',
    'courthouse',
    'safe house',
    'nuclear weapons',
    'undercover operation',
    'father son reunion',
    'rogue',
    'chernobyl',
    'action hero',
    'father son conflict',
    'father son relationship',
    'high octane',
    'cia agent',
  ],
  runtime: 98,
  budget: 92000000,
  revenue: 304654182,
  tagline: 'Yippee Ki-Yay Mother Russia.',
  similar_movie_ids: [
    1061876, 23168, 23200, 27069, 27118, 27150, 1450300, 293105, 480572, 26939, 26947, 1450575, 27277, 27280,
    27310, 27342, 1065681, 292920, 1067747, 28943,
  ],
  trailer_key: 'mXTImBrEKUc',
  original_language: 'en',
  created_at: STORED_AT,
  updated_at: STORED_AT,
  original_title: 'A Good Day to Die Hard',
  imdb_id: 'tt1606378',
  status: 'Released',
  adult: false,
  homepage: 'http://www.diehardmovie.com/',
  ...PRODUCTION_47964,
  certification: null,
  alternative_titles: [],
  enriched_at: `${STORED_AT}+00:00`,
  enrich_tried_at: `${STORED_AT}+00:00`,
  enrich_failures: 0,
  enrich_retry_at: null,
  not_found_at: null,
  gone_at: null,
  tmdb_changed_at: null,
};

/** Crew and trailer of The Chronicles of Narnia: The Voyage of the Dawn Treader, whose videos have times of the old form. */
export const MOVIE_10140 = {
  id: 10140,
  release_date: '2010-12-02',
  trailer_key: 'hrJQDPpIK6I',
  crew: [
    member(10781, 'Michael Apted', 'Director', 'Directing', '8ZLhPKz9CDZdbvFCIBAJMfd9IxE'),
    member(5551, 'Christopher Markus', 'Screenplay', 'Writing', '7ooPNp0gnURxYkSSKF2etH7wpZP'),
    member(5552, 'Stephen McFeely', 'Screenplay', 'Writing', 'hkn9D5L8TguJUmv8fXy5sHyMEtq'),
    member(61239, 'Michael Petroni', 'Screenplay', 'Writing', null),
    member(5525, 'C. S. Lewis', 'Novel', 'Writing', null),
    member(5162, 'Mark Johnson', 'Producer', 'Production', 'gLuXkOQjqB81aHMGJ2OtYzEpHQu'),
    member(5524, 'Andrew Adamson', 'Producer', 'Production', 'qqIAVKAe5LHRbPyZUlptsqlo4Kb'),
    member(5541, 'Philip Steuer', 'Producer', 'Production', null),
    member(1117948, 'Cort Kristensen', 'Producer', 'Production', null),
    member(5543, 'Douglas Gresham', 'Executive Producer', 'Production', 'iUZBZAtMW1GZnZQU4mmhOAyKoXc'),
    member(5544, 'Perry Moore', 'Executive Producer', 'Production', null),
    member(1117949, 'Todd Cogan', 'Executive Producer', 'Production', null),
    member(1658464, 'Haroon Saleem', 'Executive Producer', 'Production', null),
    member(11099, 'Dante Spinotti', 'Director of Photography', 'Camera', '7Ts0bNMarg8t5tUS0fKZthhvCYF'),
    member(13673, 'Rick Shaine', 'Editor', 'Editing', null),
    member(6489, 'David Arnold', 'Original Music Composer', 'Sound', null),
    member(6489, 'David Arnold', 'Music', 'Sound', null),
    member(19284, 'Barry Robison', 'Production Design', 'Art', null),
    member(12203, 'Christine King', 'Casting', 'Production', null),
    member(16363, 'Nina Gold', 'Casting', 'Production', null),
    member(1195356, 'Ben Parkinson', 'Casting', 'Production', null),
  ],
};
