import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type ConnectionOptions } from 'node:tls';
import { urlError } from './url-error.js';

/** One way to connect: without TLS, or with these options. */
export type Tls = false | ConnectionOptions;

type Mode = 'disable' | 'prefer' | 'require' | 'no-verify' | 'verify-ca' | 'verify-full';

const MODES: Readonly<Record<string, Mode>> = {
  disable: 'disable',
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'no-verify': 'no-verify',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
};
const BOOLEANS: Readonly<Record<string, Mode>> = {
  true: 'require',
  '1': 'require',
  false: 'disable',
  '0': 'disable',
  'no-verify': 'no-verify',
};

/**
 * What the parameters `ssl…` of DATABASE_URL ask for, in the order in which it is tried. Where nothing is said, TLS is
 * used if the server offers it, as by libpq.
 * https://www.postgresql.org/docs/current/libpq-ssl.html
 * @param libpq whether `require` accepts any certificate, as libpq has it; otherwise it verifies, as node-postgres has it
 * @throws DatabaseError URL
 */
export function tlsChoices(parameters: URLSearchParams, libpq: boolean): readonly Tls[] {
  const authority = parameters.get('sslrootcert');
  const mode = modeOf(parameters);
  const files = { ...certificateAuthority(authority), ...clientCertificate(parameters) };
  const unverified = { ...files, rejectUnauthorized: false };
  const anyName = { ...files, checkServerIdentity: () => undefined };
  switch (mode) {
    case 'disable':
      return [false];
    case 'prefer':
      return [unverified, false];
    case 'no-verify':
      return [unverified];
    case 'require':
      if (!libpq) return [files];
      return authority === null ? [unverified] : [anyName];
    case 'verify-ca':
      if (authority !== null && authority !== 'system') return [anyName];
      throw urlError(
        'sslmode=verify-ca needs sslrootcert=/path/to/ca.pem; use sslmode=verify-full for a public CA',
      );
    case 'verify-full':
      return [files];
  }
}

function modeOf(parameters: URLSearchParams): Mode {
  const ssl = parameters.get('ssl');
  const byBoolean = ssl === null ? null : BOOLEANS[ssl];
  if (byBoolean === undefined) {
    throw urlError(
      `ssl= takes ${Object.keys(BOOLEANS).join(', ')}; use sslmode= for ${Object.keys(MODES).join(', ')}`,
    );
  }
  const given = parameters.get('sslmode');
  if (given !== null) {
    const mode = MODES[given];
    if (mode === undefined) throw urlError(`sslmode= takes ${Object.keys(MODES).join(', ')}`);
    return mode;
  }
  return byBoolean ?? (parameters.has('sslrootcert') ? 'verify-full' : 'prefer');
}

/** `system`: the public authorities that Node knows, and those of NODE_EXTRA_CA_CERTS. */
function certificateAuthority(path: string | null): ConnectionOptions {
  if (path === null || path === 'system') return {};
  const ca = read('sslrootcert', path);
  requireCertificate('sslrootcert', path, ca);
  return { ca };
}

function clientCertificate(parameters: URLSearchParams): ConnectionOptions {
  const [certPath, keyPath] = [parameters.get('sslcert'), parameters.get('sslkey')];
  if (certPath === null && keyPath === null) return {};
  if (certPath === null || keyPath === null)
    throw urlError('sslcert and sslkey go together: set both or neither');
  const cert = read('sslcert', certPath);
  requireCertificate('sslcert', certPath, cert);
  const key = read('sslkey', keyPath);
  try {
    createSecureContext({ cert, key });
  } catch {
    throw urlError(`sslkey=${keyPath} must be the unencrypted private key of sslcert, in PEM`);
  }
  return { cert, key };
}

function read(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw urlError(`the file of ${name}=${path} can't be read (${code})`);
  }
}

function requireCertificate(name: string, path: string, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch {
    throw urlError(`the file of ${name}=${path} must contain a certificate in PEM`);
  }
}
