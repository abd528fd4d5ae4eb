import { randomBytes } from 'node:crypto';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { projectFolder } from '../common/project-folder.js';
import type { AppConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { loadConfig, readEnvironment } from './load-config.js';

const V3_KEY = '0123456789abcdef0123456789abcdef';
const V4_TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl_-';

function load(env: Record<string, string>): AppConfig {
  return loadConfig({ TMDB_API_KEY: V3_KEY, ...env }, { tmdbKey: true });
}

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('has the documented defaults', () => {
    const config = load({});
    expect(config.tmdb).toMatchObject({
      baseUrl: 'https://api.themoviedb.org/3',
      requestsPerSecond: 35,
      maxConcurrency: 20,
      timeoutMs: 10_000,
      language: 'en-US',
      region: null,
      certificationRegion: 'US',
      releaseRegions: [],
      translationLanguages: [],
    });
    expect(config.http).toEqual({
      ...{ host: '127.0.0.1', port: 8000 },
      ...{ corsOrigins: [], trustProxy: null, allowedHosts: null },
    });
    expect(config.database.url).toBeNull();
    expect(config.scheduler).toEqual({
      enabled: true,
      firstSchedules: {
        quick_update: { cron: '0 */6 * * *', timezone: 'UTC' },
        daily_update: { cron: '0 3 * * *', timezone: 'UTC' },
        weekly_enrichment: { cron: '0 2 * * 0', timezone: 'UTC' },
      },
    });
    expect(config.catalogue).toEqual({
      scope: 'lists',
      adult: false,
      exportUrl: 'https://files.tmdb.org/p/exports',
    });
    expect(config.log).toEqual({ level: 'info', file: null });
  });

  it.each([V3_KEY, V4_TOKEN])('accepts the TMDB key %s', (key) => {
    expect(load({ TMDB_API_KEY: key }).tmdb.apiKey).toBe(key);
  });

  it('names every invalid variable in one message, without the values', () => {
    const env = {
      TMDB_API_KEY: 'secret-that-is-no-key',
      TMDB_REQUESTS_PER_SECOND: '0',
      DATABASE_URL: 'mysql://root:hunter2@db/movies',
      PORT: '65536',
      LOG_LEVEL: 'loud',
    };
    const message = new ConfigError(faultsOf(env)).message;
    for (const name of Object.keys(env)) expect(message).toContain(name);
    for (const value of ['secret-that-is-no-key', 'hunter2', '65536', 'loud']) {
      expect(message).not.toContain(value);
    }
  });

  it('has the job catalogue_sync only with CATALOGUE=all', () => {
    const { catalogue, scheduler } = load({
      CATALOGUE: 'all',
      CATALOGUE_ADULT: 'true',
      TMDB_EXPORT_URL: 'http://127.0.0.1:9000/exports/',
    });
    expect(catalogue).toEqual({ scope: 'all', adult: true, exportUrl: 'http://127.0.0.1:9000/exports' });
    expect(scheduler.firstSchedules.catalogue_sync).toEqual({ cron: '30 8 * * *', timezone: 'UTC' });
  });

  it('has the languages and regions that LANGUAGES and REGIONS name', () => {
    const { tmdb } = load({ LANGUAGES: 'de, pt-BR,', REGIONS: 'US,DE', TMDB_REGION: 'DE' });
    expect(tmdb).toMatchObject({
      certificationRegion: 'DE',
      releaseRegions: ['US', 'DE'],
      translationLanguages: ['de', 'pt-BR'],
    });
  });

  it('requires the key only where TMDB is called', () => {
    expect(() => loadConfig({}, { tmdbKey: true })).toThrow(/TMDB_API_KEY is missing/);
    expect(loadConfig({}, { tmdbKey: false }).tmdb.apiKey).toBeNull();
  });

  it('counts an empty variable as unset', () => {
    expect(load({ PORT: ' ', DATABASE_URL: '' })).toMatchObject({
      http: { port: 8000 },
      database: { url: null },
    });
  });

  it.each([
    ['TMDB_BASE_URL', 'http://api.example.org/3'],
    ['TMDB_BASE_URL', 'ftp://127.0.0.1/3'],
    ['TMDB_BASE_URL', 'https://api.example.org/3?api_key=x'],
    ['CATALOGUE', 'everything'],
    ['CATALOGUE_ADULT', 'yes'],
    ['TMDB_EXPORT_URL', 'http://files.example.org/p/exports'],
    ['CATALOGUE_SYNC_CRON', '30 8 * *'],
    ['TMDB_REQUESTS_PER_SECOND', '35.5'],
    ['TMDB_REQUESTS_PER_SECOND', '1e3'],
    ['TMDB_MAX_CONCURRENCY', '257'],
    ['DATA_DIR', '~/movies'],
    ['EXPORT_DIR', '~movies/exports'],
    ['LOG_FILE', '~/movies.log'],
    ['TMDB_LANGUAGE', 'english'],
    ['TMDB_REGION', 'de'],
    ['LANGUAGES', 'de,fra'],
    ['LANGUAGES', 'pt_BR'],
    ['REGIONS', 'US;DE'],
    ['REGIONS', 'de'],
    ['DATABASE_URL', 'postgresql://host'],
    ['HTTPS_PROXY', 'proxy:3128'],
    ['HTTPS_PROXY', 'http://u:50%off@p:1'],
    ['HTTPS_PROXY', 'http://50%off:secret@p:1'],
    ['HTTPS_PROXY', 'http://u:secret%@p:1'],
    ['HTTPS_PROXY', 'http://u:%ff@p:1'],
    ['HTTPS_PROXY', 'http://u:2024/secret@p:1'],
    ['HTTPS_PROXY', 'http://u:2024#secret@p:1'],
    ['HTTPS_PROXY', 'http://u:2024?secret@p:1'],
    ['HTTPS_PROXY', 'http://u:secret\\x@p:1'],
    ['HTTPS_PROXY', '"http://p:1"'],
    ['HTTPS_PROXY', 'http://p:99999'],
    ['HTTPS_PROXY', 'socks5://p:1080'],
    ['TMDB_BASE_URL', 'https://u:2024/secret@p/3'],
    ['JWT_JWKS_URL', 'https://u:2024?secret@p/3'],
    ['CORS_ORIGINS', 'https://example.org/path'],
    ['JWT_SECRET', '0f7c2e9a4b6d8135e1a8d3c5b7f92e4'],
    ['JWT_SECRET', 'a'.repeat(100)],
    ['JWT_SECRET', 'password'.repeat(4)],
    ['JWT_SECRET', '0123456789abcdef'.repeat(2)],
    ['JWT_SECRET', 'abcdefghijklmnopqrstuvwxyz012345'],
    ['JWT_SECRET', 'aaaabbbbccccddddeeeeffffgggghhhh'],
    ['JWT_ISSUER', 'movie-pipeline'],
    ['JWT_JWKS_ALLOW_PRIVATE', 'yes'],
    ['READ_ACCESS', 'closed'],
    ['MOVIES_ACCESS', 'closed'],
    ['ALLOWED_HOSTS', 'https://movies.example'],
    ['ALLOWED_HOSTS', 'movies.example:8000'],
    ['JWT_EXPIRES_IN', '59s'],
    ['JWT_EXPIRES_IN', '91d'],
    ['JWT_EXPIRES_IN', '3600'],
    ['JWT_JWKS_URL', 'http://issuer.example/keys'],
    ['JWT_JWKS_URL', 'https://user@issuer.example/keys'],
    ['ADMIN_USERNAME', 'ann smith'],
    ['ADMIN_PASSWORD', 'short'],
    ['SCHEDULER_ENABLED', 'yes'],
    ['SCHEDULER_TIMEZONE', 'Paris'],
    ['QUICK_UPDATE_CRON', '*/45 * * * *'],
    ['DAILY_UPDATE_CRON', '0 0 31 2 *'],
    ['WEEKLY_ENRICHMENT_CRON', 'weekly'],
  ])('rejects %s=%s', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} must be `)]);
  });

  it.each([
    [{}, 'open'],
    [{ HOST: '0.0.0.0' }, 'signed_in'],
    [{ READ_ACCESS: 'signed_in' }, 'signed_in'],
    [{ HOST: '0.0.0.0', MOVIES_ACCESS: 'open' }, 'open'],
    [{ READ_ACCESS: 'signed_in', MOVIES_ACCESS: 'open' }, 'open'],
    [{ MOVIES_ACCESS: 'signed_in' }, 'signed_in'],
  ])('with %p the access to movies is %s', (env, access) => {
    expect(load(env).auth.moviesAccess).toBe(access);
  });

  it.each([
    ['1', 1],
    ['loopback, 10.0.0.0/8', ['loopback', '10.0.0.0/8']],
    ['::1', ['::1']],
    ['2001:db8::/32,::ffff:10.0.0.0/104', ['2001:db8::/32', '::ffff:10.0.0.0/104']],
  ])('trusts the proxies that TRUST_PROXY=%s names', (value, trustProxy) => {
    expect(load({ TRUST_PROXY: value }).http.trustProxy).toEqual(trustProxy);
  });

  it.each([
    'true',
    '0',
    '-1',
    '100',
    '10.0.0.0/0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'proxy.example',
    'loopback,',
    '0.0.0.0/1',
    '64.0.0.0/7',
    '2000::/3',
    '::/16',
    '::ffff:0:0/96',
    '0:0:0:0:0:ffff:0:0/97',
    '::ffff:0:0:0/64',
  ])('rejects TRUST_PROXY=%s', (value) => {
    expect(faultsOf({ TRUST_PROXY: value })).toEqual([expect.stringContaining('TRUST_PROXY must be ')]);
  });

  it.each(['http://127.0.0.1:4000/3', 'http://localhost:4000/3', 'http://[::1]:4000/3'])(
    'accepts plain http to loopback: %s',
    (baseUrl) => {
      expect(load({ TMDB_BASE_URL: baseUrl }).tmdb.baseUrl).toBe(baseUrl);
    },
  );

  it('requires JWT_SECRET for tokens with DATABASE_URL or in production', () => {
    const tokens = { tmdbKey: false, tokens: true };
    const own = { DATABASE_URL: 'postgres://db/movies' };
    expect(() => loadConfig(own, tokens)).toThrow(/JWT_SECRET is missing/);
    expect(() => loadConfig({ NODE_ENV: 'production' }, tokens)).toThrow(/JWT_SECRET is missing/);
    expect(loadConfig({}, tokens).auth).toEqual({
      secret: null,
      previousSecret: null,
      expiresInSeconds: 3_600,
      identityProvider: null,
      admin: null,
      readAccess: 'open',
      moviesAccess: 'open',
    });
    expect(loadConfig(own, { tmdbKey: false }).auth.secret).toBeNull();
  });

  it('accepts the three settings of the external identity provider together only', () => {
    const tokens = { tmdbKey: false, tokens: true };
    const provider = {
      JWT_JWKS_URL: 'https://issuer.example/keys?p=movies',
      JWT_ISSUER: 'https://issuer.example',
      JWT_AUDIENCE: 'movies',
    };
    expect(loadConfig(provider, tokens).auth.identityProvider).toMatchObject({
      roleClaim: 'role',
      audience: 'movies',
    });
    for (const name of Object.keys(provider)) {
      expect(() => loadConfig({ ...provider, [name]: '' }, tokens)).toThrow(/go together/);
    }
  });

  it('refuses a JWT_JWKS_URL in a private network unless that is allowed', () => {
    const tokens = { tmdbKey: false, tokens: true };
    const provider = { JWT_ISSUER: 'https://issuer.example', JWT_AUDIENCE: 'movies' };
    for (const host of ['10.0.0.1', '[fd00::1]', '[::ffff:192.168.0.1]', '169.254.169.254']) {
      const env = { ...provider, JWT_JWKS_URL: `https://${host}/keys` };
      expect(() => loadConfig(env, tokens)).toThrow(/private network/);
      const allowed = loadConfig({ ...env, JWT_JWKS_ALLOW_PRIVATE: 'true' }, tokens);
      expect(allowed.auth.identityProvider?.isPrivateAllowed).toBe(true);
    }
  });

  it('accepts any random JWT_SECRET of 32 hexadecimal digits', () => {
    for (let n = 0; n < 200; n++) {
      const secret = randomBytes(16).toString('hex');
      expect(load({ JWT_SECRET: secret }).auth.secret).toBe(secret);
    }
  });

  it('requires a name and a password for the first user, and keeps the spaces of the password but not its line end', () => {
    const tokens = { tmdbKey: false, tokens: true };
    const admin = { ADMIN_USERNAME: ' root ', ADMIN_PASSWORD: '\uFEFF with spaces around \n' };
    expect(loadConfig(admin, tokens).auth.admin).toEqual({
      username: 'root',
      password: ' with spaces around ',
    });
    expect(() => loadConfig({ ADMIN_USERNAME: 'root' }, tokens)).toThrow(/go together/);
  });

  it("accepts v3's form of DATABASE_URL", () => {
    const url = 'postgresql+psycopg2://user:p%40ss@db:5432/movies';
    expect(load({ DATABASE_URL: url }).database.url).toBe(url);
  });

  it('prefers the environment to .env', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'env-')), '.env');
    writeFileSync(file, `TMDB_API_KEY="${V3_KEY}"\nPORT=9000\nHOST=0.0.0.0\n`);
    const config = loadConfig(readEnvironment({ PORT: '9001', HOST: '' }, file), { tmdbKey: true });
    expect(config.http).toMatchObject({ port: 9001, host: '0.0.0.0' });
  });

  it("resolves a relative DATA_DIR against the project's folder", () => {
    expect(load({ DATA_DIR: 'data' }).database.dataDir).toBe(join(projectFolder(), 'data'));
    expect(load({ DATA_DIR: '/srv/data' }).database.dataDir).toBe('/srv/data');
  });
});

describe('.env', () => {
  let file: string;

  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'env-')), '.env');
  });

  it.each([
    ['with a byte order mark', '\uFEFFPORT=9000\n'],
    ['with Windows line ends', '# ports\r\n\r\nPORT=9000\r\n'],
    ['with export and spaces', ' export PORT = 9000'],
    ['with comments', 'PORT=9000 # the port\nHOST= # any'],
    ['with quoted values', `LOG_FILE='a # b'\nJWT_AUDIENCE="two\nlines" # end\nPORT=\`9000\`\n`],
  ])('is read %s', (_, text) => {
    writeFileSync(file, text);
    expect(readEnvironment({}, file).PORT).toBe('9000');
  });

  it.each([
    ['in UTF-16', Buffer.from('\uFEFFPORT=9000\n', 'utf16le'), 'NUL byte, as in UTF-16'],
    [
      'in UTF-16 of the other order',
      Buffer.from('PORT=9000\n', 'utf16le').swap16(),
      'NUL byte, as in UTF-16',
    ],
    ['with the line ends of an old Mac', Buffer.from('PORT=1\rADMIN_PASSWORD=hunter2\r'), 'line 1 is not'],
    ['with set', Buffer.from('set ADMIN_PASSWORD=hunter2\n'), 'line 1 is not NAME=value'],
    ['with a comment that starts with ;', Buffer.from('; hunter2\n'), 'line 1 is not NAME=value'],
    ['with a section', Buffer.from('PORT=1\n[hunter2]\n'), 'line 2 is not NAME=value'],
    ['with a space that is not ASCII', Buffer.from('PORT=1\n\u00A0JWT_SECRET=hunter2\n'), 'line 2 is not'],
    ['in Latin-1', Buffer.from('ADMIN_PASSWORD=caf\xe9 hunter2\n', 'latin1'), 'is not UTF-8'],
    ['with a colon', Buffer.from('PORT=1\nDATABASE_URL: hunter2\n'), 'line 2 is not NAME=value'],
    ['without =', Buffer.from('hunter2\n'), 'line 1 is not NAME=value'],
    ['with a dash in a name', Buffer.from('\n\nDATABASE-URL=hunter2\n'), 'line 3 is not'],
    ['with an open quote', Buffer.from('PORT=1\nJWT_SECRET="hunter2\n'), 'line 2 is not'],
    ['with text behind a quote', Buffer.from('JWT_SECRET="hunter2"x\nA="b"\n'), 'line 1 is not'],
    ['with # in an unquoted value', Buffer.from('JWT_SECRET=hunter2#x\n'), 'line 1 is not'],
  ])('is rejected %s, without showing its values', (_, bytes, reason) => {
    writeFileSync(file, bytes);
    const read = (): unknown => readEnvironment({}, file);
    expect(read).toThrow(reason);
    expect(read).toThrow(file);
    expect(read).not.toThrow('hunter2');
  });

  it('is rejected as a folder and as a link that leads nowhere', () => {
    expect(() => readEnvironment({}, join(file, '..'))).toThrow('is a folder. Make it a UTF-8 text file');
    symlinkSync('nowhere', file);
    expect(() => readEnvironment({}, file)).toThrow("can't be read (ENOENT)");
  });
});

it.each(['1970-01-01T00:00:10.000Z', '2015-12-31T23:59:59.000Z', '2026-10-31T23:59:59.999Z'])(
  'a clock that is behind the first release is named, and not the cron rules that it breaks: %s',
  (time) => {
    const load = (): unknown => loadConfig({}, { tmdbKey: false }, new Date(time));
    expect(load).toThrow(`clock of this machine says ${time}`);
    expect(load).not.toThrow(/CRON/);
  },
);

it('a clock that is a century ahead breaks no cron rule', () => {
  expect(() => loadConfig({}, { tmdbKey: false }, new Date('2126-11-01T00:00:00Z'))).not.toThrow();
});
