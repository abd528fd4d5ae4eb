import { TmdbError } from '../tmdb-error.js';
import { tooLong } from './response-body.js';

/** What Node and undici say of a failed connection. */
interface ConnectionError {
  readonly code?: string;
  readonly message?: string;
  readonly address?: string;
  readonly port?: number;
  /** Of a TLS connection to the proxy. */
  readonly cause?: unknown;
  /** One for each address that was tried, when there were several. */
  readonly errors?: readonly ConnectionError[];
}

/** Copies the error's codes and addresses only: its message may contain the URL, and with it the API key. */
export function connectionError(error: unknown, now: Date): TmdbError {
  const { code = 'unknown', message = '', cause } = error as ConnectionError;
  if (code === 'UND_ERR_PRX_TLS' && cause !== undefined) return connectionError(cause, now);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return tooLong();
  const [, proxyStatus] = /^Proxy response \((\d+)\)/.exec(message) ?? [];
  const fault =
    proxyStatus === undefined
      ? (certificateFault(code, now) ?? networkFault(code, attempts(error as ConnectionError)))
      : proxyFault(proxyStatus);
  return new TmdbError('connection', fault);
}

function proxyFault(status: string): string {
  return status === '407'
    ? 'The proxy in HTTPS_PROXY rejected its user name and password, or requires them (407). Correct HTTPS_PROXY: http://user:password@host:port.'
    : `The proxy in HTTPS_PROXY rejected the connection to TMDB (${status}).`;
}

const BAD_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/;

function certificateFault(code: string, now: Date): string | null {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const fault = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    const date = now.toISOString().slice(0, 10);
    return `TMDB's certificate ${fault} by the clock of this machine, which is at ${date} (${code}). Correct the clock if the date is wrong; otherwise wait until the server has a new certificate.`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The certificate of the server is for another host than the one in TMDB_BASE_URL or HTTPS_PROXY (${code}). Check both.`;
  }
  if (!BAD_CERTIFICATE.test(code)) return null;
  return `TMDB's certificate cannot be verified (${code}). If a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to its CA.`;
}

/** What happened, and the next step where there is one. */
type NetworkFault = readonly [what: string, nextStep?: string];

const UNRESOLVED: NetworkFault = ['The host name in TMDB_BASE_URL or HTTPS_PROXY cannot be resolved'];
const UNREACHABLE: NetworkFault = [
  'TMDB_BASE_URL or HTTPS_PROXY cannot be reached',
  'Check the network and the firewall.',
];
const FORBIDDEN: NetworkFault = [
  'This machine does not allow connections to TMDB_BASE_URL or HTTPS_PROXY',
  'Check its firewall.',
];
const NO_TLS: NetworkFault = [
  'No TLS connection to TMDB_BASE_URL or HTTPS_PROXY could be made',
  'Check the proxy or firewall that inspects TLS, if there is one.',
];

const NETWORK_FAULTS: Readonly<Record<string, NetworkFault>> = {
  ENOTFOUND: UNRESOLVED,
  EAI_AGAIN: UNRESOLVED,
  EAI_FAIL: UNRESOLVED,
  ECONNREFUSED: ['Nothing listens at TMDB_BASE_URL or HTTPS_PROXY'],
  ETIMEDOUT: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  EHOSTUNREACH: UNREACHABLE,
  ENETDOWN: UNREACHABLE,
  EHOSTDOWN: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  UND_ERR_CONNECT_TIMEOUT: UNREACHABLE,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  ERR_SSL_WRONG_VERSION_NUMBER: [
    'The server at TMDB_BASE_URL or HTTPS_PROXY does not answer with TLS',
    'Check the port, and http or https.',
  ],
  UND_ERR_HEADERS_TIMEOUT: ['The proxy in HTTPS_PROXY does not respond'],
};

/** @param tried the addresses and why each failed, or the code alone */
function networkFault(code: string, tried: string): string {
  const other: NetworkFault = code.startsWith('ERR_SSL_') ? NO_TLS : ['The connection to TMDB was lost'];
  const [what, nextStep] = NETWORK_FAULTS[code] ?? other;
  return `${what} (${tried}).${nextStep === undefined ? '' : ` ${nextStep}`}`;
}

function attempts({ code = 'unknown', message = '', address, port, errors }: ConnectionError): string {
  if (errors !== undefined && errors.length > 0) return errors.map(attempts).join(', ');
  const [, timedOut] = /\(attempted address(?:es)?: (.+), timeout: /.exec(message) ?? [];
  if (code === 'UND_ERR_CONNECT_TIMEOUT' && timedOut !== undefined) {
    return timedOut
      .split(', ')
      .map((each) => `${each} ETIMEDOUT`)
      .join(', ');
  }
  return address === undefined ? code : `${address}:${port ?? 0} ${code}`;
}
