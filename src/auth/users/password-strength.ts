/** Below it, a password is found within hours even against argon2: common ones, names, sequences and their variations. */
const FEWEST_GUESSES = 1e8;
/** What an attacker of this service tries first. */
const OWN_WORDS = ['movie', 'movies', 'pipeline', 'movie-pipeline', 'moviepipeline', 'tmdb'];
/** zxcvbn's time grows with the length, and a longer password is not guessed by its start. */
const EXAMINED_LENGTH = 100;

/**
 * Whether a password is easily guessed, by zxcvbn's estimate. The dictionaries are imported with the first password,
 * because they would slow down every start.
 */
export async function isGuessable(password: string, userName: string): Promise<boolean> {
  const { ZxcvbnFactory } = await import('@zxcvbn-ts/core');
  const { adjacencyGraphs, dictionary } = await import('@zxcvbn-ts/language-common');
  const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const words = [...OWN_WORDS, userName, ...userName.split(/[.@_-]/)].filter((word) => word !== '');
  return estimator.check(password.slice(0, EXAMINED_LENGTH), words).guesses < FEWEST_GUESSES;
}
