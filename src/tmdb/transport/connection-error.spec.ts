import { describe, expect, it } from '@jest/globals';
import { connectionError } from './connection-error.js';

const NOW = new Date('2001-02-03T04:05:06Z');
const messageOf = (facts: object): string =>
  connectionError(Object.assign(new Error('secret'), facts), NOW).message;

describe('connectionError', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'has expired by the clock of this machine, which is at 2001-02-03'],
    ['CERT_NOT_YET_VALID', 'is not valid yet by the clock of this machine, which is at 2001-02-03'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another host'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'set NODE_EXTRA_CA_CERTS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'set NODE_EXTRA_CA_CERTS'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'set NODE_EXTRA_CA_CERTS'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'set NODE_EXTRA_CA_CERTS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not answer with TLS'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'firewall that inspects TLS'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'firewall that inspects TLS'],
    ['UND_ERR_HEADERS_TIMEOUT', 'The proxy in HTTPS_PROXY does not respond'],
    ['EAI_AGAIN', 'cannot be resolved'],
    ['EAI_FAIL', 'cannot be resolved'],
    ['EPERM', 'Check its firewall'],
    ['EACCES', 'Check its firewall'],
    ['ENETDOWN', 'Check the network and the firewall'],
    ['EADDRNOTAVAIL', 'Check the network and the firewall'],
    ['ECONNRESET', 'was lost'],
  ])('names the fault of %s and never its text', (code, expected) => {
    expect(messageOf({ code })).toContain(expected);
    expect(messageOf({ code })).not.toContain('secret');
  });

  it('names the fault of the TLS connection to the proxy', () => {
    const cause = { code: 'ERR_TLS_CERT_ALTNAME_INVALID' };
    expect(messageOf({ code: 'UND_ERR_PRX_TLS', cause })).toContain('for another host');
  });

  it.each([
    ['403', 'rejected the connection to TMDB (403)'],
    ['502', 'rejected the connection to TMDB (502)'],
    ['407', 'rejected its user name and password, or requires them (407)'],
  ])('names the status %s with which a proxy answers', (status, expected) => {
    const message = `Proxy response (${status}) !== 200 when HTTP Tunneling`;
    expect(messageOf({ code: 'UND_ERR_ABORTED', message })).toContain(expected);
  });

  it('names each address that was refused, and why', () => {
    const errors = [
      { code: 'EPERM', address: '192.0.2.1', port: 443 },
      { code: 'ENETUNREACH', address: '2001:db8::1', port: 443 },
    ];
    expect(messageOf({ code: 'EPERM', errors })).toContain(
      '(192.0.2.1:443 EPERM, 2001:db8::1:443 ENETUNREACH)',
    );
  });

  it('names each address that did not answer', () => {
    const message =
      'Connect Timeout Error (attempted addresses: 192.0.2.1:443, 2001:db8::1:443, timeout: 7500ms)';
    expect(messageOf({ code: 'UND_ERR_CONNECT_TIMEOUT', message })).toContain(
      '(192.0.2.1:443 ETIMEDOUT, 2001:db8::1:443 ETIMEDOUT)',
    );
  });
});
