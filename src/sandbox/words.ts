/** TMDB's movie genres, with its ids. */
export const GENRES = [
  { id: 28, name: 'Action' },
  { id: 12, name: 'Adventure' },
  { id: 16, name: 'Animation' },
  { id: 35, name: 'Comedy' },
  { id: 80, name: 'Crime' },
  { id: 99, name: 'Documentary' },
  { id: 18, name: 'Drama' },
  { id: 10751, name: 'Family' },
  { id: 14, name: 'Fantasy' },
  { id: 36, name: 'History' },
  { id: 27, name: 'Horror' },
  { id: 10402, name: 'Music' },
  { id: 9648, name: 'Mystery' },
  { id: 10749, name: 'Romance' },
  { id: 878, name: 'Science Fiction' },
  { id: 10770, name: 'TV Movie' },
  { id: 53, name: 'Thriller' },
  { id: 10752, name: 'War' },
  { id: 37, name: 'Western' },
] as const;

export const ADJECTIVES =
  'Last Silent Broken Golden Crimson Hidden Distant Quiet Endless Frozen Burning Lost Wild Hollow Bitter Gentle Iron Paper Electric Northern Southern Midnight Second Final Restless Stolen Borrowed Forgotten Secret Velvet Savage Tender Perfect Sudden Winter Summer Scarlet Blue Black White'.split(
    ' ',
  );

export const NOUNS =
  'Harbor River Garden Letter Witness Orchard Lighthouse Kingdom Promise Station Horizon Inheritance Passenger Island Winter Mirror Empire Shadow Crossing Hunter Stranger Dream Storm Bridge Cathedral Piano Detective Daughter Brother Signal Frontier Tide Fortress Circus Archive Messenger Voyage Reckoning Valley Hotel Train Cartographer Violin Machine Comet Harvest Border Orchestra Widow Engineer'.split(
    ' ',
  );

export const PLACES =
  'Lisbon Marseille Kyoto Havana Tangier Bergen Palermo Odessa Dublin Buenos_Aires Calcutta Berlin Nairobi Reykjavik Montreal Istanbul Prague Seoul Valparaiso Savannah Detroit Santa_Fe Alaska Brooklyn Glasgow Vienna Bombay Trieste Tromsø Sarajevo'
    .split(' ')
    .map((place) => place.replace('_', ' '));

export const FIRST_NAMES =
  'Anna Marcus Elena Tomás Ingrid Kenji Amara Louis Sofia Daniel Mei Rafael Clara Viktor Nadia Oscar Priya Julian Hana Samuel Leila Mateo Greta Idris Camille Andrei Yuki Thomas Zoe Emil Farah Gabriel Ruth Henrik Isabel Jonas Kavya Liam Maya Noah Olga Pavel Rosa Stefan Teresa Umar Vera William Ximena Arjun Beatrice Caleb Delia Esteban Freya George Helena Ivan Joan Kwame Lucia Miriam Niels Paula Quentin Rania Simon Tara Ulrich Wanda'.split(
    ' ',
  );

export const LAST_NAMES =
  "Almeida Berger Castillo Dubois Eriksen Fontaine Grant Hayashi Ivanova Jensen Kaplan Lindqvist Moreau Nakamura O'Brien Petrov Quinn Rossi Sato Torres Ueda Vasquez Weber Xu Young Zimmermann Abbott Banerjee Carvalho Desai Engel Farrell Gupta Holm Ito Jackson Kovacs Laurent Mbeki Novak Okafor Park Ramos Schneider Tanaka Usman Varga Walsh Yamada Zhang Adeyemi Bianchi Cohen Delgado Ellis Fischer Green Hughes Ibrahim Keller Larsen Marsh Nowak Osei Pereira Reyes Silva Turner Vogel Winter".split(
    ' ',
  );

export const PROFESSIONS =
  'retired detective|young violinist|disgraced surgeon|small-town teacher|night-shift nurse|former smuggler|lighthouse keeper|court interpreter|washed-up boxer|war photographer|junior diplomat|train driver|astronomer|chess champion|bookseller|stunt pilot|apprentice baker|bomb-disposal expert|marine biologist|widowed farmer|radio host|forger of paintings'.split(
    '|',
  );

export const EVENTS =
  'inherits a house that nobody dares to enter|finds a letter that was meant for someone else|witnesses a crime that the police deny|is called home after twenty years|is mistaken for a wanted spy|loses everything in a single night|receives a message from a ship that sank long ago|discovers that the town has no record of a missing child|agrees to one last job|falls in love with the one person to be avoided|wakes up with the memories of a stranger|is asked to guard a secret for a dying king'.split(
    '|',
  );

export const GOALS =
  'cross the border before winter closes the pass|win back the trust of a brother|find out who has been lying all along|bring the truth before the court|keep a divided family together|outrun the people who want it buried|learn to live with what cannot be changed|save the theatre from demolition|reach the coast with nothing but a map and a rumor|decide what a single life is worth|stop a war that has already begun|put on the show of a lifetime'.split(
    '|',
  );

export const TAGLINES =
  'Some doors stay closed for a reason.|Every secret has a witness.|Nobody leaves the island.|Love keeps its own time.|The truth was never lost. It was hidden.|One night. No way back.|Home is the longest road.|They should have listened.|The end was only the first act.|Fear travels light.|What would you give to forget?|History remembers the brave.'.split(
    '|',
  );

export const KEYWORDS =
  'small town|revenge|based on novel or book|road trip|coming of age|secret identity|conspiracy|friendship|heist|world war ii|dystopia|haunted house|time travel|sibling relationship|chase|journalist|lighthouse|sea|train|mountain|new york city|berlin, germany|paris, france|musician|courtroom|undercover|survival|first love|betrayal|island|winter|robot|space travel|detective|mother daughter relationship|father son relationship|murder|investigation|aftercreditsstinger|woman director'.split(
    '|',
  );

export const COMPANIES =
  'Northlight Pictures|Halcyon Pictures|Blue Door Productions|Meridian Studios|Paper Lantern Productions|Ostrava Motion Pictures|Copper Kettle Entertainment|Third Bell Pictures|Estuary Entertainment|Grand Quay Media|Lodestar Pictures|Little Harbor Animation'.split(
    '|',
  );

/** Of alternative titles. */
export const TITLE_TYPES = ['working title', 'literal title', 'romanized title', 'DVD title', 'short title'];

interface Language {
  readonly code: string;
  readonly english: string;
  readonly own: string;
  readonly country: string;
  readonly countryName: string;
  /** Original titles in this language. */
  readonly titles: readonly string[];
}

function language(
  code: string,
  english: string,
  own: string,
  country: string,
  countryName: string,
  titles: string,
): Language {
  return { code, english, own, country, countryName, titles: titles.split('|') };
}

/** Most movies are in the first one. */
export const LANGUAGES: readonly [Language, ...Language[]] = [
  language('en', 'English', 'English', 'US', 'United States of America', ''),
  language(
    'fr',
    'French',
    'Français',
    'FR',
    'France',
    'Le Dernier Été|La Rivière|Une Nuit à Paris|Les Oubliés|Le Phare|La Promesse',
  ),
  language(
    'es',
    'Spanish',
    'Español',
    'ES',
    'Spain',
    'El Faro|La Última Carta|Los Olvidados del Río|Invierno|La Herencia|Noche de Verano',
  ),
  language('ja', 'Japanese', '日本語', 'JP', 'Japan', '静かな海|最後の手紙|冬の約束|風の駅|灯台|夜の庭'),
  language(
    'ko',
    'Korean',
    '한국어/조선말',
    'KR',
    'South Korea',
    '마지막 편지|겨울 바다|약속|그림자|밤의 정원|기차역',
  ),
  language(
    'de',
    'German',
    'Deutsch',
    'DE',
    'Germany',
    'Der letzte Brief|Stille Wasser|Das Versprechen|Winterreise|Die Erbin|Grenzgang',
  ),
  language(
    'it',
    'Italian',
    'Italiano',
    'IT',
    'Italy',
    "L'ultima estate|Il faro|La promessa|Notte d'inverno|Gli sconosciuti|Il giardino",
  ),
  language('hi', 'Hindi', 'हिन्दी', 'IN', 'India', 'आख़िरी ख़त|सपना|वादा|नदी|अजनबी|सफ़र'),
];
