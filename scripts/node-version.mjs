/** The oldest Node.js that runs the program: `engines` of package.json. */
const OLDEST = [22, 12];

/**
 * Why a version of Node.js, such as `20.20.2`, can't run the program; null when it can. Plain JavaScript that any version
 * can load.
 */
export function nodeFault(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return (
    `movie-pipeline needs Node.js ${OLDEST.join('.')} or newer. This is Node.js ${version}, and the Node.js that npm ` +
    'installs with the packages does not run on this system. Install a newer one from https://nodejs.org, then run ' +
    'the command again.'
  );
}
