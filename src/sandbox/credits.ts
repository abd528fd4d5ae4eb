import type { Catalogue } from './movies.js';
import { creditId, person, type Person } from './people.js';
import { Dice } from './random.js';
import { FIRST_NAMES, LAST_NAMES } from './words.js';

interface CastMember extends Person {
  readonly cast_id: number;
  readonly character: string;
  readonly credit_id: string;
  readonly order: number;
}

interface CrewMember extends Person {
  readonly credit_id: string;
  readonly department: string;
  readonly job: string;
}

export interface Credits {
  readonly cast: readonly CastMember[];
  readonly crew: readonly CrewMember[];
}

/** Jobs of nearly every movie: job, department, and the most people who have it. */
const MAIN_JOBS = [
  ['Director', 'Directing', 1],
  ['Screenplay', 'Writing', 2],
  ['Story', 'Writing', 1],
  ['Novel', 'Writing', 1],
  ['Producer', 'Production', 4],
  ['Executive Producer', 'Production', 5],
  ['Director of Photography', 'Camera', 1],
  ['Editor', 'Editing', 2],
  ['Original Music Composer', 'Sound', 1],
] as const;

const OTHER_JOBS = [
  ['Costume Design', 'Costume & Make-Up'],
  ['Makeup Artist', 'Costume & Make-Up'],
  ['Production Design', 'Art'],
  ['Set Decoration', 'Art'],
  ['Casting', 'Production'],
  ['Stunts', 'Crew'],
  ['Visual Effects Supervisor', 'Visual Effects'],
  ['Digital Compositor', 'Visual Effects'],
  ['Foley Artist', 'Sound'],
  ['Sound Re-Recording Mixer', 'Sound'],
  ['Gaffer', 'Lighting'],
  ['Script Supervisor', 'Directing'],
  ['Steadicam Operator', 'Camera'],
] as const;

/** Share of movies without credits. */
const WITHOUT_CREDITS = 0.03;
/** Share of movies with hundreds of people. Bodies then are 15 KB in the median, 35 KB on average, 1% above 200 KB. */
const LARGE = 0.14;

/** As many people as in TMDB's movies: a dozen in most, hundreds in a few. */
export function credits({ seed, movies, people }: Catalogue, id: number): Credits {
  const dice = new Dice(seed, id, 21);
  if (people === null && dice.chance(WITHOUT_CREDITS)) return { cast: [], crew: [] };
  const size = people ?? (dice.chance(LARGE) ? dice.int(80, 374) : Math.exp(1.9 + dice.normal()));
  const personId = (): number => 1 + dice.int(0, Math.max(500, movies));
  const cast = Array.from({ length: Math.max(1, Math.round(size)) }, (_, order) => {
    const credit_id = creditId(seed, id, order, 22);
    const character = `${dice.pick(FIRST_NAMES)}${dice.chance(0.4) ? ` ${dice.pick(LAST_NAMES)}` : ''}`;
    return { ...person(seed, personId(), 'Acting'), cast_id: order + 3, character, credit_id, order };
  });
  const crew = shuffled(dice, [...mainCrew(dice), ...otherCrew(dice, Math.round(size))]).map(
    ([job, department], index) => {
      const credit_id = creditId(seed, id, index, 23);
      return { ...person(seed, personId(), department), credit_id, department, job };
    },
  );
  return { cast, crew: withRepeats(crew) };
}

type Job = readonly [string, string];

function mainCrew(dice: Dice): Job[] {
  return MAIN_JOBS.flatMap(([job, department, most]) => {
    const count = job === 'Director' ? 1 : dice.int(0, most);
    return Array.from({ length: count }, (): Job => [job, department]);
  });
}

function otherCrew(dice: Dice, count: number): Job[] {
  return Array.from({ length: count }, () => dice.pick<Job>(OTHER_JOBS));
}

function shuffled<T>(dice: Dice, list: T[]): T[] {
  return dice.some(list, list.length);
}

/** As in TMDB's lists, the director is often also a writer, and a person may occur twice for one job. */
function withRepeats(crew: readonly CrewMember[]): CrewMember[] {
  const director = crew.find(({ job }) => job === 'Director');
  const repeated = crew.find(({ job }) => job === 'Producer');
  return crew
    .map((member) =>
      member.job === 'Screenplay' && director !== undefined ? { ...director, ...roleOf(member) } : member,
    )
    .concat(repeated === undefined ? [] : [repeated]);
}

function roleOf({
  credit_id,
  department,
  job,
}: CrewMember): Pick<CrewMember, 'credit_id' | 'department' | 'job'> {
  return { credit_id, department, job };
}
