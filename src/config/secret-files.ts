import { readFileSync } from 'node:fs';
import { withoutFileMarks } from '../common/credentials.js';
import { ConfigError } from './config-error.js';

/** Variables whose value may be in a file that NAME_FILE names, as orchestrators mount secrets. */
const IN_FILES = [
  ...['TMDB_API_KEY', 'DATABASE_URL', 'JWT_SECRET', 'JWT_SECRET_PREVIOUS', 'ADMIN_PASSWORD'],
  ...['ALERT_URLS', 'ALERT_SECRET', 'HEALTHCHECK_URL'],
];

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Adds the values that are in files.
 * @throws ConfigError when a file can't be read, or a variable has both forms
 */
export function withSecrets(env: Variables): Variables {
  const faults: string[] = [];
  const found: Record<string, string> = {};
  for (const name of IN_FILES) {
    const file = env[`${name}_FILE`]?.trim() ?? '';
    if (file === '') continue;
    if ((env[name] ?? '').trim() !== '') {
      faults.push(`${name} and ${name}_FILE are both set: remove one`);
      continue;
    }
    try {
      found[name] = withoutFileMarks(readFileSync(file, 'utf8'));
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      faults.push(`${name}_FILE names a file that this user can't read (${code})`);
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return { ...env, ...found };
}
